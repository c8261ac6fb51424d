"""What every network can do for us, and how it says that it could not.

The one question that decides what happens next is whether the message can have been sent. So each error
answers it: NotSent is proof that it was not, and only NotSent may be tried again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils import timezone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from socialfeeds.models import Account


class NetworkError(Exception):
    """A call that did not give what was asked for. Its text is for people, and says what happened.

    `raw` is the network's own answer, where there was one, for the record.
    """

    raw: Any = None

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(str(words))


class NotSent(NetworkError):
    """Proof that nothing was sent: a refused connection, a limit, a rule of the network.

    `permanent` says that asking again is no use; `retry_at` when the network takes calls again.
    """

    def __init__(
        self, words: StrOrPromise, *, permanent: bool = False, retry_at: datetime | None = None
    ) -> None:
        super().__init__(words)
        self.permanent = permanent
        self.retry_at = retry_at


class Dead(NotSent):
    """The token is refused: nothing was sent, and nothing will be until the account is connected again."""


class Expired(NotSent):
    """The access token is over: nothing was sent. Refresh it and ask again; only that says who is dead."""

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(words, retry_at=timezone.now())


class Cannot(NotSent):
    """The network has no such thing: it cannot hide, or does not let us answer here. The text says so."""

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(words, permanent=True)


class MayBeSent(NetworkError):
    """No answer that proves anything: a timeout, a cut, an error of theirs. Only their timeline can tell."""


class Duplicate(NetworkError):
    """The network has these words already. They may be ours, from a call whose answer was lost."""


# --- what goes out ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """An image as it is sent, without metadata, and its words for who cannot see it."""

    data: bytes
    mime: str
    alt: str
    width: int
    height: int


def _nothing_forbids_it() -> None:
    """Where nobody has a say."""


@dataclass(frozen=True)
class Outgoing:
    """One post to make.

    `key` is the same at every attempt of one delivery and no other's: what a network with idempotent calls
    is asked with. `reply_to` and `root` are the network's names of the post that this answers or continues,
    and of the first one of its thread. `check` is called right before the call that says it, once more where
    pictures were sent first: it raises NotSent where the post may not go any more.
    """

    text: str
    key: str
    pictures: tuple[Picture, ...] = ()
    reply_to: str = ""
    root: str = ""
    check: Callable[[], None] = field(default=_nothing_forbids_it, compare=False, repr=False)


@dataclass(frozen=True)
class Posted:
    """The network took it, and this is its name for it. `raw` is its answer."""

    external_id: str
    raw: Any = None


@dataclass(frozen=True)
class PictureRules:
    """What a network takes of pictures: how many on a post, of which types and size, how long an alt."""

    most: int
    bytes: int
    alt: int
    types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp", "image/gif")


# --- what comes in ---------------------------------------------------------------------------------------

MENTION, REPLY, COMMENT, TAG, WATCHED = "mention", "reply", "comment", "tag", "watched"


@dataclass(frozen=True)
class Post:
    """Something that stands on a network, its text as people read it: links in full, nothing escaped.

    `conversation_id` names the thread (the post itself where it begins one), `parent_id` what it answers.
    `url` is empty where the network does not say it and url_of does. `raw` is the network's object.
    """

    external_id: str
    author_handle: str
    text: str
    posted_at: datetime
    author_id: str = ""
    author_name: str = ""
    kind: str = MENTION
    parent_id: str = ""
    conversation_id: str = ""
    url: str = ""
    raw: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Heard:
    """What was said, oldest first, and from where to go on.

    `cursor` is the network's business: keep it with the posts, in one transaction, and hand it back. `more`
    says that there is more to fetch at once. `reads` is how many objects were paid for. `gone` names posts
    that their authors took away, where the network tells.
    """

    posts: list[Post]
    cursor: str
    more: bool = False
    reads: int = 0
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostCounts:
    """What people did with one post, in all so far. None: the network does not say."""

    reach: int | None = None
    reactions: int | None = None
    replies: int | None = None
    shares: int | None = None


@dataclass(frozen=True)
class Counts:
    """How an account stands: who follows it, and its recent posts by their id. `reads` as in Heard."""

    followers: int | None
    posts: Mapping[str, PostCounts]
    reads: int = 0


# --- connecting ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Connection:
    """An account that can be connected: whose credentials they are, and what its server allows.

    `credentials` is a flat JSON object and is kept sealed. `expires_at` is when its access token dies, where
    it does. `limits` is what the network said of itself ({"characters": 500}). `server` is the address of
    the Mastodon instance or the Bluesky PDS, else empty.
    """

    external_id: str
    handle: str
    credentials: Mapping[str, str]
    name: str = ""
    server: str = ""
    expires_at: datetime | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """Where to lead a person who connects an account, and what to remember until they come back."""

    url: str
    remember: Mapping[str, str]


@dataclass(frozen=True)
class Refreshed:
    """New credentials in place of the old, which may be worth nothing any more."""

    credentials: Mapping[str, str]
    expires_at: datetime | None


class Network(Protocol):
    """One network. Calls are made outside of any transaction and never sleep. All may raise NetworkError."""

    name: str
    pictures: PictureRules

    # Counting. `account` gives what its server allows; without one, the network's usual.

    def limit(self, account: Account | None = None) -> int:
        """How long a post may be, in the units of length()."""

    def length(self, text: str) -> int:
        """How long the network finds a text, to hold against the limit."""

    def fit(self, text: str, link: str) -> str:
        """The text with a link behind it, the text cut at a word so that both fit the usual limit."""

    def micros(self, text: str, parts: int = 1) -> int:
        """What it costs to say this, in millionths of a dollar."""

    # Saying.

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        """Say it. Raises NotSent, MayBeSent or Duplicate."""

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        """What stands on the account's own timeline and can be this post, likeliest first."""

    def delete(self, account: Account, external_id: str) -> Any:
        """Take a post of ours back; the network's answer. What is gone already is no error."""

    # Hearing.

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        """What was said to the account after `cursor`, or since a time where that is empty."""

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        """What anybody said with these words. Raises Cannot where the network has no search for us."""

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        """Followers, and what people did with these posts."""

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        """Why the network lets us not answer a post of this kind; empty where it does."""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        """Hide a reply to our post from the public, or show it again. Raises Cannot where it has no such."""

    # Connecting.

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        """Where a person grants us their account. Raises Cannot where the network asks for a form."""

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        """The accounts behind what came back (`code`, with what was remembered) or was typed.

        Raises Dead where it is nobody's.
        """

    def refresh(self, account: Account) -> Refreshed | None:
        """New credentials, or None where they need none. Dead: they are worth nothing any more."""

    def profile_of(self, account: Account) -> str:
        """Where an account can be read."""

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        """Where a post can be read; `handle` where it is not the account's own."""


# --- the same words -------------------------------------------------------------------------------------

SHORT_LINK = re.compile(r"(?:https?://)?t\.co/\w+")
SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def same_words(ours: str, theirs: str) -> bool:
    """Whether a post that was read is what we sent, whatever the network did to its spaces and links."""
    ours = _plain(ours)
    # A short link that the network did not spell out may stand for any of ours.
    parts = [re.escape(_plain(part)) for part in SHORT_LINK.split(theirs)]
    return re.fullmatch(r"\s?\S+\s?".join(parts), ours) is not None


def matching(posts: Iterable[Post], outgoing: Outgoing) -> Iterator[Posted]:
    """Of the account's own posts, those with the same words that answer the same."""
    for post in posts:
        answers_it = not outgoing.reply_to or not post.parent_id or post.parent_id == outgoing.reply_to
        if answers_it and same_words(outgoing.text, post.text):
            yield Posted(post.external_id, raw=post.raw)


def _plain(text: str) -> str:
    words = SCHEME.sub("", unicodedata.normalize("NFC", text)).split()
    return " ".join(word.rstrip("/") for word in words)
