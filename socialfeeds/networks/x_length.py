"""How long X finds a text: 280 weighted characters, by X's own rules."""

from __future__ import annotations

import re
import sys
import types
import unicodedata
from importlib import resources
from typing import Any

LIMIT = 280
# The parser takes time by the square of a word with dots. No such word that X takes is this long once links
# are put aside, so a longer one is not read.
LONGEST_WORD = 600
LINK = re.compile(r"https?://\S{1,4000}", re.IGNORECASE)
SPACE = re.compile(r"(\s+)")
# Characters that X refuses wherever they stand.
REFUSED = re.compile("[\ufffe\uffff\ufeff]")


def _parser() -> Any:
    """twitter_text. It reads its list of emoji through pkg_resources, which setuptools no longer brings."""
    if "pkg_resources" in sys.modules:
        import twitter_text

        return twitter_text
    stand_in: Any = types.ModuleType("pkg_resources")
    stand_in.resource_string = lambda module, name: (
        resources.files(module.rpartition(".")[0]).joinpath(name).read_bytes()
    )
    sys.modules["pkg_resources"] = stand_in
    try:
        import twitter_text
    finally:
        del sys.modules["pkg_resources"]
    return twitter_text


_twitter_text = _parser()


def length(text: str) -> int:
    """X's count: a link is 23, an emoji 2, a Chinese character 2, after NFC."""
    # No link and no emoji holds a space, so words are weighed one by one.
    return sum(_weight(part) for part in SPACE.split(unicodedata.normalize("NFC", text)) if part)


def _weight(part: str) -> int:
    dots = "." in part
    if part.isascii() and not dots:
        return len(part)  # most words: no link, no emoji
    if dots and len(LINK.sub("", part)) > LONGEST_WORD:
        return len(part)
    weight: int = _twitter_text.parse_tweet(part).weightedLength
    return weight


def links(text: str) -> int:
    """How many links X finds in a text: also without https://, and with a price on each."""
    return sum(_links(part) for part in SPACE.split(unicodedata.normalize("NFC", text)) if "." in part)


def _links(part: str) -> int:
    if len(LINK.sub("", part)) > LONGEST_WORD:
        return 1
    return len(_twitter_text.extract_urls_with_indices(part))


def fit(text: str, link: str) -> str:
    """The text with a link behind it, the text cut so that both fit."""
    return f"{cut(text, LIMIT - length(f' {link}'))} {link}".strip()


def cut(text: str, room: int) -> str:
    """As much of a text as fits, cut at a word where there is one, with an ellipsis where it was cut."""
    text = unicodedata.normalize("NFC", text).strip()
    if length(text) <= room:
        return text
    room -= length("…")
    kept, used = "", 0
    for part in SPACE.split(text):
        used += _weight(part) if part else 0
        if used > room:
            # One word fills it, or the writing has no spaces. A link is never cut.
            if length(kept) < room / 2 and not LINK.match(part):
                kept += _cut_inside(part, room - length(kept))
            break
        kept += part
    kept = kept.rstrip(" \t\n,;:.–—-")
    return f"{kept}…" if kept else ""


def _cut_inside(text: str, room: int) -> str:
    """As many characters as fit, without parting an emoji from its parts or a letter from its marks."""
    text = text[: 4 * max(room, 0)]
    emoji = [found["indices"] for found in _twitter_text.extract_emojis_with_indices(text)]
    ends = [
        end
        for end in range(1, len(text) + 1)
        if not (end < len(text) and unicodedata.combining(text[end]))
        and not any(start < end < stop for start, stop in emoji)
    ]
    least, most = 0, len(ends)
    while least < most:
        middle = (least + most + 1) // 2
        if length(text[: ends[middle - 1]]) <= room:
            least = middle
        else:
            most = middle - 1
    return text[: ends[least - 1]] if least else ""
