"""What a desk does with what was said to it: who takes it on, notes, answers, done, referred.

Called inside tenancy.enter. What decides is checked against the version that somebody looked at, and raises
Stale where others were faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts.models import Command, User
from socialfeeds import composing, handing, tasks
from socialfeeds.models import (
    AccountStatus,
    Mention,
    MentionKind,
    Message,
    Status,
    Thread,
    ThreadNote,
    ThreadStatus,
)
from socialfeeds.networks import network_named

# The same words by the same person within this are one note, or one answer, that was sent twice.
AT_ONCE = timedelta(minutes=1)


class Refused(ValueError):
    """It cannot be done so. `field` is what to mend; the text says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Exception):
    """Somebody was faster, or more was said. `thread` is what stands now."""

    def __init__(self, thread: Thread) -> None:
        super().__init__(_("Something happened here in the meantime. Look at it again."))
        self.thread = thread


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which part of the stream. `tab` is one of TABS."""

    tab: str = "waiting"
    network: str = ""
    words: str = ""
    mine: User | None = None


TABS = ("waiting", "open", "done", "referred", "all")
# Where the next page begins: the moment by which the list is ordered, and the thread's number.
Place = tuple[datetime, int]


def stream(wanted: Wanted, after: Place | None = None, most: int = 50) -> list[Thread]:
    """The next threads of the entered command: those that wait the longest first; else the newest."""
    rows = _filtered(wanted).select_related("account", "assigned_to", "referred_to", "suggested_command")
    if wanted.tab == "waiting":
        if after:
            moment, pk = after
            rows = rows.filter(Q(waiting_since__gt=moment) | Q(waiting_since=moment, pk__gt=pk))
        return list(rows.order_by("waiting_since", "pk")[:most])
    if after:
        moment, pk = after
        rows = rows.filter(Q(last_at__lt=moment) | Q(last_at=moment, pk__lt=pk))
    return list(rows.order_by("-last_at", "-pk")[:most])


def place_of(thread: Thread, wanted: Wanted) -> Place:
    if wanted.tab == "waiting" and thread.waiting_since:
        return thread.waiting_since, thread.pk
    return thread.last_at, thread.pk


def counts() -> dict[str, int]:
    """How many there are of each tab, in one statement."""
    waiting = Q(status=ThreadStatus.OPEN, waiting_since__isnull=False)
    found: dict[str, int] = Thread.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        open=Count("pk", filter=Q(status=ThreadStatus.OPEN)),
        done=Count("pk", filter=Q(status=ThreadStatus.DONE)),
        referred=Count("pk", filter=Q(status=ThreadStatus.REFERRED)),
        all=Count("pk"),
    )
    return found


def _filtered(wanted: Wanted) -> QuerySet[Thread]:
    rows = Thread.objects.all()
    if wanted.tab == "waiting":
        rows = rows.filter(status=ThreadStatus.OPEN, waiting_since__isnull=False)
    elif wanted.tab in ThreadStatus.values:
        rows = rows.filter(status=wanted.tab)
    if wanted.network:
        rows = rows.filter(account__network=wanted.network)
    if wanted.mine is not None:
        rows = rows.filter(assigned_to=wanted.mine)
    for word in wanted.words.split()[:8]:
        said = Q(text__icontains=word) | Q(author_handle__icontains=word.removeprefix("@"))
        rows = rows.filter(
            Q(pk__in=Mention.objects.filter(said, thread__isnull=False).order_by().values("thread"))
            | Q(place__icontains=word)
        )
    return rows


def newest_of(threads: list[Thread]) -> dict[int, Mention]:
    """The newest that was said in each, and still stands where any does; in one query."""
    rows = Mention.objects.filter(thread__in=[thread.pk for thread in threads]).select_related("account")
    newest = rows.order_by("thread", F("gone_at").desc(nulls_first=True), "-posted_at", "-pk").distinct(
        "thread"
    )
    return {row.thread_id: row for row in newest if row.thread_id}


@dataclass(frozen=True)
class Said:
    """One thing in a conversation: theirs, or our answer to it."""

    at: datetime
    mention: Mention | None = None
    answer: Message | None = None


def conversation(thread: Thread) -> list[Said]:
    """All that was said, in order, with our answers where they stand."""
    mentions = thread.mentions.select_related("account").order_by("posted_at", "pk")
    answers = answers_in(thread).prefetch_related("deliveries__account").select_related("author")
    said = [Said(mention.posted_at, mention=mention) for mention in mentions]
    for message in answers:
        sent = [delivery.sent_at for delivery in message.deliveries.all() if delivery.sent_at]
        said.append(Said(min(sent, default=message.created_at), answer=message))
    return sorted(said, key=lambda one: one.at)


def answers_in(thread: Thread) -> QuerySet[Message]:
    return Message.objects.filter(answers__thread=thread).exclude(status=Status.WITHDRAWN).order_by("pk")


def earlier(thread: Thread, mentions: list[Mention], most: int = 10) -> list[Mention]:
    """What the same people said to this command before, on the same network; the newest first."""
    authors = {one.author_id for one in mentions if one.author_id}
    if not authors:
        return []
    rows = Mention.objects.filter(account__network=thread.account.network, author_id__in=authors)
    return list(rows.exclude(thread=thread).select_related("account", "thread")[:most])


def why_no_answer(mention: Mention) -> str:
    """Why this cannot be answered, in words; empty where it can."""
    account = mention.account
    if mention.gone_at:
        return _("Its author took it away.")
    if account.status == AccountStatus.DEAD:
        return _("The account has to be connected again first.")
    network = network_named(account.network)
    return str(network.why_no_answer(account, kind=mention.kind, posted_at=mention.posted_at))


def changes(thread: Thread, since: datetime | None = None) -> list[dict[str, Any]]:
    """What happened in a thread since a moment, oldest first: {"at", "who", "what", "text"}."""
    found: list[dict[str, Any]] = []
    newer = {} if since is None else {"pgh_created_at__gt": since}
    events = list(_events().filter(pgh_obj_id=thread.pk, **newer).order_by("pgh_id"))
    found += _moves(thread, events)
    if since is not None:
        mentions = thread.mentions.filter(fetched_at__gt=since)
        found += [_line(one.fetched_at, f"@{one.author_handle}", _("said"), one.text) for one in mentions]
    notes = thread.notes.select_related("by")
    for note in notes if since is None else notes.filter(at__gt=since):
        found.append(_line(note.at, note.by.email, _("noted"), note.text))
    answers = answers_in(thread).select_related("author")
    for message in answers if since is None else answers.filter(created_at__gt=since):
        found.append(_line(message.created_at, str(message.author or ""), _("answered"), message.text))
    return sorted(found, key=lambda one: one["at"])


def _events() -> Any:
    from django.apps import apps

    return apps.get_model("socialfeeds", "ThreadEvent")._default_manager


def _line(at: datetime, who: str, what: str, text: str = "") -> dict[str, Any]:
    return {"at": at, "who": who, "what": what, "text": text}


def _moves(thread: Thread, events: list[Any]) -> list[dict[str, Any]]:
    """Each event keeps what stood before; what came after it is the next one's, or the thread's own."""
    lines = []
    who = _people(events)
    for event, after in zip(events, [*events, thread][1:], strict=True):
        name = who.get(_user_of(event), "")
        if event.status != after.status:
            lines.append(_line(event.pgh_created_at, name, ThreadStatus(after.status).label.lower()))
        if event.assigned_to_id != after.assigned_to_id:
            words = _("assigned it") if after.assigned_to_id else _("took the name off it")
            lines.append(_line(event.pgh_created_at, name, words))
    return lines


def _user_of(event: Any) -> int | None:
    by = (event.pgh_context or {}).get("by") or {}
    user: int | None = by.get("user")
    return user


def _people(events: list[Any]) -> dict[int | None, str]:
    users = {user for event in events if (user := _user_of(event))}
    return {user.pk: user.email for user in User.objects.filter(pk__in=users)} if users else {}


# --- doing -----------------------------------------------------------------------------------------------


def _lock(thread: Thread, version: int | None) -> Thread:
    row = Thread.objects.select_for_update(of=("self",)).select_related("account").get(pk=thread.pk)
    if version is not None and version != row.version:
        raise Stale(row)
    return row


def colleagues(command: Command) -> QuerySet[User]:
    """Who can take a thread on."""
    here = User.objects.filter(memberships__command=command, is_active=True)
    return here.order_by("email").distinct()


def assign(*, thread: Thread, to: User | None) -> None:
    Thread.objects.filter(pk=thread.pk).update(assigned_to=to)


def add_note(*, thread: Thread, text: str, by: User) -> ThreadNote:
    """Sent twice (a double click) it is made once."""
    _lock(thread, None)
    since = timezone.now() - AT_ONCE
    known = ThreadNote.objects.filter(thread=thread, by=by, text=text, at__gt=since).first()
    return known or ThreadNote.objects.create(thread=thread, text=text, by=by)


def describe(*, thread: Thread, topic: str, place: str) -> None:
    """What it is about, as a person says it."""
    Thread.objects.filter(pk=thread.pk).update(topic=topic, place=place)


def finish(*, thread: Thread, version: int | None = None) -> Thread:
    """Nothing more is to do. Whoever speaks again opens it."""
    row = _lock(thread, version)
    if row.status == ThreadStatus.DONE:
        raise Stale(row)
    row.status, row.waiting_since = ThreadStatus.DONE, None
    return _moved(row)


def reopen(*, thread: Thread, version: int | None = None) -> Thread:
    """It is work again: it waits since the newest that was said, unless that has its answer."""
    row = _lock(thread, version)
    if row.status == ThreadStatus.OPEN:
        raise Stale(row)
    row.status, row.referred_to, row.handed_at = ThreadStatus.OPEN, None, None
    asked = row.mentions.filter(gone_at=None).exclude(kind=MentionKind.WATCHED)
    last = asked.order_by("-posted_at", "-pk").first()
    if last and not (row.answered_at and row.answered_at >= last.posted_at):
        row.waiting_since = last.posted_at
    return _moved(row)


def refer(*, thread: Thread, to: Command, by: User, version: int | None = None, word: str = "") -> Thread:
    """It is another command's. A worker makes their copy; `word` goes along as a note, and stands here."""
    row = _lock(thread, version)
    if row.status == ThreadStatus.REFERRED:
        raise Stale(row)
    if to.pk == row.command_id:
        raise Refused("command", _("That is this command. Choose the one that takes it on."))
    if not handing.can_take().filter(pk=to.pk).exists():
        raise Refused("command", _("That command has no account on a network, and so no inbox."))
    row.status, row.referred_to = ThreadStatus.REFERRED, to
    row.waiting_since = row.handed_at = None
    text = word.strip() or _("Referred to the %(command)s.") % {"command": to.name}
    ThreadNote.objects.create(thread=row, text=text, by=by)
    _moved(row)
    tasks.hand_over_soon(row)
    return row


def _moved(row: Thread) -> Thread:
    row.version += 1
    row.save(update_fields=["status", "waiting_since", "referred_to", "handed_at", "version"])
    return row


def answer(*, thread: Thread, mention: Mention, text: str, by: User, version: int | None = None) -> Message:
    """Answer something that was said, on the account to which it was said and nowhere else.

    Who waits goes on waiting until it stands on the network. Raises Refused, Stale or composing.CannotSay.
    """
    row = _lock(thread, None)
    since = timezone.now() - AT_ONCE
    same = answers_in(row).filter(answers=mention, author=by, text=text.strip(), created_at__gt=since)
    if known := same.first():
        return known
    if version is not None and version != row.version:
        raise Stale(row)
    if mention.thread_id != row.pk:
        raise Refused("mention", _("Choose what you answer."))
    if why := why_no_answer(mention):
        raise Refused("text", why)
    message = composing.reply(mention=mention, text=text, author=by)
    Thread.objects.filter(pk=row.pk).update(version=row.version + 1)
    return message
