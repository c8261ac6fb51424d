"""A message in the words of each account: its link, its parts, how long a network finds it, what it costs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _

from socialfeeds.models import Account, Message
from socialfeeds.networks import network_named
from socialfeeds.splitting import split

# More of a thread than this nobody reads.
MOST_PARTS = 25
UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}


class CannotSay(ValueError):
    """These words cannot be sent. The text says why, and what to do."""


@dataclass(frozen=True)
class Shape:
    """How a message goes out on one account."""

    account: Account
    parts: list[str]
    # Of the whole text, in the network's own units, and of each part.
    length: int
    lengths: list[int]
    limit: int
    micros: int

    @property
    def network(self) -> str:
        return self.account.network

    @property
    def posts(self) -> list[dict[str, Any]]:
        """Each part with its length."""
        pairs = zip(self.parts, self.lengths, strict=True)
        return [{"text": text, "length": length} for text, length in pairs]

    @property
    def too_long(self) -> bool:
        return len(self.parts) > MOST_PARTS or any(length > self.limit for length in self.lengths)

    @property
    def dollars(self) -> str:
        """What it costs, as one reads it; empty where that is nothing."""
        return dollars(self.micros) if self.micros else ""


def dollars(micros: int) -> str:
    """An amount as one reads it: $0.20, or $0.015."""
    return f"${micros / 1_000_000:.3f}".removesuffix("0")


def clean(text: str) -> str:
    """The text as it is kept. Raises CannotSay for a character that no network takes."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\ufeff", "")).strip()
    if any(char in "\x00\ufffe\uffff" or unicodedata.category(char) == "Cs" for char in text):
        raise CannotSay(_("The message holds a character that cannot be sent. Type it, without pasting."))
    return text


def is_empty(text: str) -> bool:
    """Spaces and signs that nobody sees say nothing."""
    return all(unicodedata.category(char) in UNSEEN for char in text)


def shapes(message: Message, accounts: Iterable[Account]) -> list[Shape]:
    """How a message goes out on these accounts. It need not be saved yet."""
    return [_shape(message, account) for account in accounts]


def _shape(message: Message, account: Account) -> Shape:
    network = network_named(account.network)
    text, limit = text_on(message, account.network), network.limit(account)
    parts = split(text, limit, network.length)
    return Shape(
        account=account,
        parts=parts,
        length=network.length(text),
        lengths=[network.length(part) for part in parts],
        limit=limit,
        micros=sum(network.micros(part) for part in parts),
    )


def text_on(message: Message, network: str) -> str:
    """Its words on a network, with the link where they do not hold it already."""
    words = message.text_for(network).strip()
    if not message.link or message.link in words:
        return words
    return f"{words}\n{link_on(message, network)}".strip()


def link_on(message: Message, network: str) -> str:
    """The link as it goes out there: where that is wanted, it says which message brought somebody."""
    url = urlsplit(message.link)
    if not message.track_link or "utm_" in url.query:
        return message.link
    # One that is not saved yet has no number; the count must not be short of it.
    number = message.pk or "000000"
    mark = f"utm_source={network}&utm_medium=social&utm_campaign={message.command.slug}-{number}"
    return urlunsplit(url._replace(query="&".join(filter(None, [url.query, mark]))))


def texts_of(message: Message) -> list[str]:
    """Everything that its writer wrote, once each: what the guardrails read."""
    words = [message.text, *message.variants.values()]
    return list(dict.fromkeys(text for text in words if text.strip()))
