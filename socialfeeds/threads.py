"""Conversations: what was heard becomes mentions in threads, and threads know since when somebody waits.

Called inside tenancy.enter, with the account's row locked: so a thread is made once, and mentions get their
numbers in the network's order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import hints, record
from socialfeeds.models import Account, Delivery, Mention, MentionKind, State, Thread, ThreadStatus
from socialfeeds.networks.base import Heard, Post


@dataclass
class Told:
    """What was new in one conversation."""

    first: Post
    # When somebody said something to us, and when we answered on the network itself.
    asked: list[datetime] = field(default_factory=list)
    answered: datetime | None = None
    last: datetime | None = None

    def waits_since(self, before: datetime | None) -> datetime | None:
        """Since when somebody waits, who may have waited before."""
        moments = [*self.asked, *([before] if before else [])]
        return min((one for one in moments if not self.answered or one > self.answered), default=None)


def take_in(account: Account, heard: Heard, *, watched: bool = False) -> list[Mention]:
    """Keep what is new of it, and note what was edited or is gone. Gives the new mentions.

    `watched`: it was found by words, and said to nobody. It stands in the inbox, and waits for no answer.
    """
    posts = list({post.external_id: post for post in heard.posts}.values())
    known = {one.external_id: one for one in _known(account, [post.external_id for post in posts])}
    ours = _our_names(account)
    told: dict[str, Told] = {}
    fresh: list[tuple[Post, str]] = []
    conversations = _Conversations(account, posts)
    for post in posts:
        before = known.get(post.external_id)
        mine = post.author_id in ours if post.author_id else post.author_handle == account.handle
        if mine:
            # What we said ourselves is nobody's mention. Where it stands in a conversation, it answers it.
            _answered(told, conversations.of(post), post)
        elif before is None:
            _asked(told, conversations.of(post), post, waits=not watched)
            fresh.append((post, conversations.of(post)))
        elif not watched and before.kind == MentionKind.WATCHED:
            # Found by its words first, and now it turns out that it was said to us.
            before.kind = _kind(post)
            before.save(update_fields=["kind"])
            _asked(told, conversations.of(post), post, waits=True)
    threads = _keep_threads(account, told)
    rows = [_mention(account, post, threads[name], watched) for post, name in fresh]
    Mention.objects.bulk_create(rows)
    edited = _note_edits(known, posts)
    gone = _note_gone(account, heard.gone)
    record.tell_heard(rows, edited, gone, {post.external_id: post.raw for post in posts})
    return rows


def _known(account: Account, names: list[str]) -> Iterable[Mention]:
    return Mention.objects.filter(account=account, external_id__in=names).order_by()


def _our_names(account: Account) -> set[str]:
    """The command's own accounts on that network, as it names them."""
    own = Account.objects.filter(network=account.network, server=account.server)
    return set(own.values_list("external_id", flat=True))


def _mention(account: Account, post: Post, thread: int, watched: bool) -> Mention:
    return Mention(
        account=account,
        thread_id=thread,
        external_id=post.external_id,
        kind=MentionKind.WATCHED if watched else _kind(post),
        author_id=post.author_id[:200],
        author_handle=post.author_handle[:120],
        author_name=_clean(post.author_name)[:200],
        parent_id=post.parent_id[:200],
        text=_clean(post.text),
        address=post.url if len(post.url) <= 500 else "",
        posted_at=post.posted_at,
    )


def _kind(post: Post) -> str:
    return post.kind if post.kind in MentionKind.values else MentionKind.MENTION


def _clean(text: str) -> str:
    """Without what no database keeps."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


# --- which conversation ------------------------------------------------------------------------------------


class _Conversations:
    """The name of the conversation that a post belongs to, where the network does not say it."""

    def __init__(self, account: Account, posts: list[Post]) -> None:
        self._names: dict[str, str] = {}
        unnamed = [post.parent_id for post in posts if post.parent_id and not post.conversation_id]
        if not unnamed:
            return
        heard = Mention.objects.filter(account=account, external_id__in=unnamed)
        said = Delivery.objects.filter(
            account=account, external_id__in=unnamed, message__answers__isnull=False
        )
        for rows in (
            heard.order_by().values_list("external_id", "thread__conversation_id"),
            said.order_by().values_list("external_id", "message__answers__thread__conversation_id"),
        ):
            self._names |= {name: conversation for name, conversation in rows if conversation}

    def of(self, post: Post) -> str:
        if post.external_id not in self._names:
            parent = self._names.get(post.parent_id, post.parent_id)
            name = post.conversation_id or parent or post.external_id
            self._names[post.external_id] = name[:200]
        return self._names[post.external_id]


def _asked(told: dict[str, Told], name: str, post: Post, *, waits: bool) -> None:
    one = told.setdefault(name, Told(post))
    one.last = max(filter(None, [one.last, post.posted_at]))
    if waits:
        one.asked.append(post.posted_at)


def _answered(told: dict[str, Told], name: str, post: Post) -> None:
    one = told.setdefault(name, Told(post))
    one.answered = max(filter(None, [one.answered, post.posted_at]))


# --- threads ---------------------------------------------------------------------------------------------

_UPDATE = """
    UPDATE socialfeeds_thread AS thread SET status = new.status, version = thread.version + 1,
        last_at = new.last_at, waiting_since = new.waiting_since, answered_at = new.answered_at
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
        AS new(id, status, last_at, waiting_since, answered_at)
    WHERE thread.id = new.id
"""


def _keep_threads(account: Account, told: dict[str, Told]) -> dict[str, int]:
    """The numbers of these conversations' threads, made or brought up to now."""
    rows = Thread.objects.select_for_update().filter(account=account, conversation_id__in=list(told))
    old = list(rows.order_by("pk"))
    known = {thread.conversation_id: thread for thread in old}
    new = [
        _thread(account, name, one)
        for name, one in told.items()
        # Where we alone have spoken there is no conversation so far.
        if name not in known and one.last
    ]
    Thread.objects.bulk_create(new)
    _bring_up(old, told)
    return {thread.conversation_id: thread.pk for thread in [*old, *new]}


def _thread(account: Account, name: str, one: Told) -> Thread:
    about = hints.suggest(one.first.text, here=tenancy.current_command_id())
    return Thread(
        account=account,
        conversation_id=name,
        topic=about.topic,
        place=about.place,
        suggested_command_id=about.command_id,
        last_at=one.last or timezone.now(),
        waiting_since=one.waits_since(None),
        answered_at=one.answered,
    )


def _bring_up(threads: list[Thread], told: dict[str, Told]) -> None:
    if not threads:
        return
    for thread in threads:
        one = told[thread.conversation_id]
        waits = one.waits_since(thread.waiting_since)
        if waits and thread.status != ThreadStatus.OPEN and one.asked:
            # Who speaks to us again after it was done, or referred, is not overheard.
            thread.status = ThreadStatus.OPEN
        thread.last_at = max(filter(None, [thread.last_at, one.last]))
        thread.waiting_since = waits
        thread.answered_at = max(filter(None, [thread.answered_at, one.answered]), default=None)
    columns = ("pk", "status", "last_at", "waiting_since", "answered_at")
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [[getattr(thread, name) for thread in threads] for name in columns])


# --- what changed on the network ---------------------------------------------------------------------------


def _note_edits(known: dict[str, Mention], posts: list[Post]) -> list[tuple[Mention, str]]:
    """What stands there in other words now, each with the text that stood."""
    edited, now = [], timezone.now()
    for post in posts:
        mention, text = known.get(post.external_id), _clean(post.text)
        if mention is not None and mention.text != text:
            edited.append((mention, mention.text))
            mention.text, mention.edited_at = text, now
    Mention.objects.bulk_update([mention for mention, _stood in edited], ["text", "edited_at"])
    return edited


def _note_gone(account: Account, names: Iterable[str]) -> list[Mention]:
    """What its author took away. Nobody waits for an answer to it."""
    gone = [mention for mention in _known(account, list(names)) if mention.gone_at is None]
    Mention.objects.filter(pk__in=[one.pk for one in gone]).update(gone_at=timezone.now())
    for number in sorted({one.thread_id for one in gone if one.thread_id}):
        settle(number)
    return gone


def settle(thread_id: int, answered_at: datetime | None = None) -> None:
    """Since when somebody waits, after an answer of ours left or a mention went.

    It ends a wait, or moves it to who is next; it never begins one. Who was answered waits no more with what
    they had said until then.
    """
    thread = Thread.objects.select_for_update().get(pk=thread_id)
    if answered_at:
        thread.answered_at = max(filter(None, [thread.answered_at, answered_at]))
        thread.version += 1
    if thread.waiting_since:
        thread.waiting_since = _who_waits(thread)
    thread.save(update_fields=["answered_at", "version", "waiting_since"])


def _who_waits(thread: Thread) -> datetime | None:
    asked = thread.mentions.filter(gone_at=None, posted_at__gte=thread.waiting_since)
    rows = asked.exclude(kind=MentionKind.WATCHED).order_by("posted_at", "pk")
    answered: dict[str, int] = defaultdict(int)
    sent = Delivery.objects.filter(state=State.SENT, message__answers__thread=thread)
    for author, mention in sent.values_list("message__answers__author_id", "message__answers_id"):
        answered[author] = max(answered[author], mention)
    waiting = (row.posted_at for row in rows if row.pk > answered.get(row.author_id, 0))
    return next(waiting, None)


def answered(delivery: Delivery) -> None:
    """An answer of ours stands on the network: publishing says so when a delivery was sent."""
    mention = delivery.message.answers
    if mention is not None and mention.thread_id is not None:
        settle(mention.thread_id, delivery.sent_at)
