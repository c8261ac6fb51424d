"""How long Bluesky finds a text, and what in it is a link, a name or a tag.

Bluesky shows a text as it is: links, names and tags are told beside it, as facets over its UTF-8 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import regex

LIMIT = 300
# A post may hold 300 graphemes, and 3,000 bytes.
BYTES_EACH = 10
GRAPHEME = regex.compile(r"\X")
SPACE = re.compile(r"(\s+)")
LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
NAME = re.compile(
    r"(?<![\w@./])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61})\b", re.IGNORECASE
)
TAG = re.compile(r"(?:(?<=\s)|^)[#\uff03]([^\s#\uff03\u00ad\u2060\u200a-\u200d\u20e2]+)")
LONGEST_TAG = 64
LINK_FACET, NAME_FACET, TAG_FACET = (f"app.bsky.richtext.facet#{kind}" for kind in ("link", "mention", "tag"))


def length(text: str) -> int:
    """Graphemes, as people count letters: a flag or a family is one. Bytes count only where they are many."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return max(sum(1 for _ in GRAPHEME.finditer(text)), -(-size // BYTES_EACH))


def fit(text: str, link: str) -> str:
    """The text with a link behind it, the text cut at a word so that both fit."""
    text = text.strip()
    room = LIMIT - length(f" {link}") if link else LIMIT
    if length(text) > room:
        text = _cut(text, room)
    return f"{text} {link}".strip()


def _cut(text: str, room: int) -> str:
    kept = ""
    for part in SPACE.split(text):
        if length(f"{kept}{part}…") > room:
            # One word fills it, or the writing has no spaces. A link is never cut.
            if length(kept) < room / 2 and not LINK.match(part):
                for letter in GRAPHEME.findall(part):
                    if length(f"{kept}{letter}…") > room:
                        break
                    kept += letter
            break
        kept += part
    kept = kept.rstrip(" \t\n,;:.–—-")
    return f"{kept}…" if kept else ""


# --- facets ----------------------------------------------------------------------------------------------


def facets(text: str, did_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """What stands in the text. `did_of` says who a name is; empty where it is nobody's."""
    taken: list[tuple[int, int]] = []
    found = []
    for start, end, feature in _features(text, did_of):
        if all(end <= other_start or start >= other_end for other_start, other_end in taken):
            taken.append((start, end))
            found.append({"index": _bytes_of(text, start, end), "features": [feature]})
    return sorted(found, key=lambda facet: facet["index"]["byteStart"])


def _features(text: str, did_of: Callable[[str], str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in LINK.finditer(text):
        address = _without_the_sentence(match[0])
        yield match.start(), match.start() + len(address), {"$type": LINK_FACET, "uri": address}
    for match in NAME.finditer(text):
        if did := did_of(match[1].lower()):
            yield match.start(), match.end(), {"$type": NAME_FACET, "did": did}
    for match in TAG.finditer(text):
        tag = re.sub(r"[^\w]+$", "", match[1])
        if tag and not tag.isdecimal() and length(tag) <= LONGEST_TAG:
            yield match.start(), match.start() + 1 + len(tag), {"$type": TAG_FACET, "tag": tag}


def _without_the_sentence(address: str) -> str:
    """Without the marks that end the sentence around it."""
    address = address.rstrip(".,;:!?'’”")
    if address.endswith(")") and "(" not in address:
        address = address[:-1]
    return address


def _bytes_of(text: str, start: int, end: int) -> dict[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}


def spelled_out(record: dict[str, Any]) -> str:
    """The text as it was meant: links in full, also where they are shown shortened or under other words."""
    raw = str(record.get("text", "")).encode()
    facets = record.get("facets")
    for facet in reversed(facets if isinstance(facets, list) else []):
        try:
            start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            links = [one["uri"] for one in facet["features"] if one.get("$type") == LINK_FACET]
            shown = raw[start:end].decode()
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError):
            continue
        if links and 0 <= start < end <= len(raw):
            raw = raw[:start] + _in_full(shown, str(links[0])).encode() + raw[end:]
    return raw.decode("utf-8", "replace")


def _in_full(shown: str, address: str) -> str:
    bare = shown.rstrip("….").removeprefix("https://").removeprefix("http://")
    if bare and bare in address:
        return address
    return f"{shown} ({address})"
