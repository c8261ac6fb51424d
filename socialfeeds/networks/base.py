"""What every network can do for us, and how it says that it could not.

The one question that decides what happens next is whether the message can have been sent. So each error
answers it: NotSent is proof that it was not, and only NotSent may be tried again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from socialfeeds.models import Account


class NetworkError(Exception):
    """A call that did not give what was asked for. Its text is for people, and says what happened."""

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


class MayBeSent(NetworkError):
    """No answer that proves anything: a timeout, a cut, an error of theirs. Only their timeline can tell."""


class Duplicate(NetworkError):
    """The network has these words already. They may be ours, from a call whose answer was lost."""


@dataclass(frozen=True)
class Posted:
    """The network took it, and this is its name for it."""

    external_id: str


@dataclass(frozen=True)
class Post:
    """Something that stands on a network, its text as people read it: links in full, nothing escaped."""

    external_id: str
    author_handle: str
    text: str
    posted_at: datetime


@dataclass(frozen=True)
class Identity:
    """Whose token it is."""

    external_id: str
    handle: str


class Network(Protocol):
    """One network. Calls are made outside of any transaction and never sleep."""

    name: str
    limit: int

    def length(self, text: str) -> int:
        """How long the network finds a text, to hold against `limit`."""

    def fit(self, text: str, link: str) -> str:
        """The text with a link behind it, the text cut at a word so that both fit."""

    def post(self, account: Account, text: str) -> Posted:
        """Say it. Raises NotSent, MayBeSent or Duplicate."""

    def own_posts(self, account: Account, since: datetime) -> Iterator[Post]:
        """What the account has said since then, newest first; a page is fetched as it is needed."""

    def mentions(self, account: Account, *, since_id: str, since: datetime, most: int) -> list[Post]:
        """What was said to the account after `since_id`, or since a time where that is empty."""

    def identify(self, token: str) -> Identity:
        """Whose token this is. Raises Dead where it is nobody's."""

    def profile_of(self, handle: str) -> str:
        """Where an account can be read."""

    def url_of(self, handle: str, external_id: str) -> str:
        """Where a post can be read."""


SHORT_LINK = re.compile(r"(?:https?://)?t\.co/\w+")
SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def same_words(ours: str, theirs: str) -> bool:
    """Whether a post that was read is what we sent, whatever the network did to its spaces and links."""
    ours = _plain(ours)
    # A short link that the network did not spell out may stand for any of ours.
    parts = [re.escape(_plain(part)) for part in SHORT_LINK.split(theirs)]
    return re.fullmatch(r"\s?\S+\s?".join(parts), ours) is not None


def _plain(text: str) -> str:
    words = SCHEME.sub("", unicodedata.normalize("NFC", text)).split()
    return " ".join(word.rstrip("/") for word in words)
