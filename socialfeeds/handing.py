"""Handing a thread to another command: a copy there, with the words, the links and who it came from.

The thread itself stays where it was heard. Its status says that it is referred; `handed_at` that the copy
stands. A worker that dies before leaves it empty, and the next one finds what is there already.
"""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command
from socialfeeds.models import Account, Mention, MentionKind, Thread, ThreadNote, ThreadStatus

SWEEP = 200
NOTE = 2000


def due() -> list[tuple[int, int]]:
    """(command, thread) of what was referred and is not there yet."""
    with tenancy.citywide():
        rows = Thread.objects.filter(status=ThreadStatus.REFERRED, handed_at=None, referred_to__isnull=False)
        return list(rows.order_by("pk").values_list("command_id", "pk")[:SWEEP])


def can_take() -> QuerySet[Command]:
    """The commands that have an account, and so an inbox."""
    with tenancy.citywide():
        there = list(Account.objects.order_by().values_list("command_id", flat=True).distinct())
    return Command.objects.filter(pk__in=there)


def hand_over(*, command_id: int, thread_id: int) -> None:
    """Make the copy at the other command, once."""
    with tenancy.enter(command_id):
        rows = Thread.objects.filter(pk=thread_id, status=ThreadStatus.REFERRED, handed_at=None)
        thread = rows.select_related("account", "command", "referred_to").first()
        if thread is None or thread.referred_to is None:
            return
        said = list(thread.mentions.select_related("account").order_by("posted_at", "pk"))
        notes = list(thread.notes.select_related("by"))
    with tenancy.enter(thread.referred_to):
        _copy(thread, said, notes)
    with tenancy.enter(command_id):
        Thread.objects.filter(pk=thread_id, status=ThreadStatus.REFERRED).update(handed_at=timezone.now())


def _copy(thread: Thread, said: list[Mention], notes: list[ThreadNote]) -> None:
    """In the other command: under its account of that network, else under its first."""
    accounts = Account.objects.select_for_update().order_by("pk")
    account = accounts.filter(network=thread.account.network).first() or accounts.first()
    if account is None:
        return
    # What they heard themselves is theirs already, in whatever thread.
    names = [one.external_id for one in said]
    heard = Mention.objects.filter(account=account, external_id__in=names).order_by("pk")
    known = heard.select_related("thread").first()
    row = known.thread if known and known.thread else _thread(account, thread)
    before = set(heard.values_list("external_id", flat=True))
    Mention.objects.bulk_create(
        [_mention(account, row, one) for one in said if one.external_id not in before]
    )
    Thread.objects.filter(pk=row.pk).update(
        status=ThreadStatus.OPEN,
        waiting_since=row.waiting_since or thread.last_at,
        last_at=max(row.last_at, thread.last_at),
        version=F("version") + 1,
    )
    _note(row, thread, notes)


def _thread(account: Account, thread: Thread) -> Thread:
    made, _new = Thread.objects.get_or_create(
        account=account,
        conversation_id=thread.conversation_id,
        defaults={"topic": thread.topic, "place": thread.place, "last_at": thread.last_at},
    )
    return made


def _mention(account: Account, row: Thread, one: Mention) -> Mention:
    """It was not said to them: the network lets them answer it as it lets anybody."""
    return Mention(
        account=account,
        thread=row,
        external_id=one.external_id,
        kind=MentionKind.WATCHED,
        author_id=one.author_id,
        author_handle=one.author_handle,
        author_name=one.author_name,
        parent_id=one.parent_id,
        text=one.text,
        address=one.url,
        posted_at=one.posted_at,
        edited_at=one.edited_at,
        gone_at=one.gone_at,
    )


def _note(row: Thread, thread: Thread, notes: list[ThreadNote]) -> None:
    """Who it came from, and what they noted as they referred it."""
    for last in notes[-1:]:
        came = _("From the %(command)s.") % {"command": thread.command.name}
        text = f"{came}\n\n{last.text}"[:NOTE]
        if not row.notes.filter(text=text).exists():
            ThreadNote.objects.create(thread=row, text=text, by=last.by)
