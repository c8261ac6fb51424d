"""A text that is too long for one post, in several: cut at sentences and words, each with its (1/3)."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

SPACE = re.compile(r"(\s+)")
LINK = re.compile(r"https?://|www\.|\w\.\w{2,}", re.IGNORECASE)
# Ends of sentences, with what may close behind them.
ENDS = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]]*$")
CHARACTER = regex.compile(r"\X")
Length = Callable[[str], int]


def split(text: str, limit: int, length: Length) -> list[str]:
    """The text in parts that fit `limit`, in the units of `length`; one where it fits as it is.

    Neither an address nor what is read as one character is ever parted. One that is too long by itself
    stands in a part of its own, and the part is too long.
    """
    text = text.strip()
    if length(text) <= limit:
        return [text]
    for digits in (1, 2, 3):
        nines = "9" * digits
        parts = _cut(text, limit - length(f" ({nines}/{nines})"), length)
        if len(parts) < 10**digits:
            break
    return [f"{part} ({number}/{len(parts)})" for number, part in enumerate(parts, 1)]


def _cut(text: str, room: int, length: Length) -> list[str]:
    tokens = _tokens(text, room, length)
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        if not tokens[at].strip():
            at += 1
            continue
        end = _end_of_sentence(tokens, at, _fitting(tokens, at, room, length), room, length)
        parts.append("".join(tokens[at:end]).strip())
        at = end
    return parts


def _tokens(text: str, room: int, length: Length) -> list[str]:
    """Words and the spaces between them; in place of a word that no part can hold, its characters."""
    tokens: list[str] = []
    for word in SPACE.split(text):
        # Many characters weigh nothing extra: only what is long is weighed.
        if len(word) * 2 > room and not LINK.search(word) and length(word) > room:
            tokens += CHARACTER.findall(word)
        elif word:
            tokens.append(word)
    return tokens


def _fitting(tokens: list[str], at: int, room: int, length: Length) -> int:
    """Up to which token a part that begins at `at` has room; one token at least."""
    least, most = at + 1, min(len(tokens), at + 2 * room + 2)
    while least < most:
        middle = (least + most + 1) // 2
        if length("".join(tokens[at:middle]).strip()) <= room:
            least = middle
        else:
            most = middle - 1
    return least


def _end_of_sentence(tokens: list[str], at: int, end: int, room: int, length: Length) -> int:
    """The last sentence or line that ends before `end`, unless more than half of the room were left."""
    if end == len(tokens):
        return end
    for stop in range(end, at, -1):
        closes = ENDS.search(tokens[stop - 1]) or (stop < len(tokens) and "\n" in tokens[stop])
        if closes and 2 * length("".join(tokens[at:stop])) >= room:
            return stop
    return end
