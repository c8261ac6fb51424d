"""Texts on Mastodon: how long it finds them, and what its HTML says."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

import regex
from mastodon._url_regex import url_regex

USUAL_LIMIT = 500
LINK = 23
SPACE = regex.compile(r"(\s+)")
GRAPHEME = regex.compile(r"\X")
NAME = r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*"
MENTION = regex.compile(rf"(?<![=/\w])@({NAME})@[\w.-]*\w", regex.IGNORECASE)
LEADING = regex.compile(r"\s*@[\w.-]+(?:@[\w.-]+)?\s+")
# The pattern of links takes time by the square of a word; no link is this long.
LONGEST_WORD = 4000
LONGEST_HTML = 200_000


def length(text: str) -> int:
    """Mastodon's count: graphemes, a link is 23, and of a mention only the part before the server."""
    return sum(_weight(part) for part in SPACE.split(text) if part)


def _weight(part: str) -> int:
    if "://" in part and len(part) <= LONGEST_WORD:
        part = url_regex.sub(lambda found: found[2] + "x" * LINK, part)
    part = short_mentions(part)
    return len(part) if part.isascii() and "\r" not in part else len(GRAPHEME.findall(part))


def short_mentions(text: str) -> str:
    """Each @name@server as @name: as Mastodon counts them, and as it shows them."""
    return MENTION.sub(r"@\1", text) if "@" in text else text


def fit(text: str, link: str) -> str:
    """The text with a link behind it, the text cut so that both fit the usual limit."""
    return f"{cut(text, USUAL_LIMIT - length(f' {link}'))} {link}".strip()


def cut(text: str, room: int) -> str:
    """As much of a text as fits, cut at a word where there is one, with an ellipsis where it was cut."""
    text = text.strip()
    if length(text) <= room:
        return text
    kept, used = "", 1
    for part in SPACE.split(text):
        weight = _weight(part) if part else 0
        if used + weight > room:
            # One word fills it, or the writing has no spaces. A link is never cut.
            if used < room / 2 and "://" not in part:
                kept += "".join(GRAPHEME.findall(part)[: room - used])
            break
        kept, used = kept + part, used + weight
    kept = kept.rstrip(" \t\n,;:.–—-")
    return f"{kept}…" if kept else ""


def plain(html: str, handles: Mapping[str, str] | None = None) -> str:
    """What a post says: links in full, paragraphs as lines. `handles` has the whole name behind a mention's
    address; without it mentions stand as people see them."""
    reader = _Reader(handles or {})
    reader.feed(html[:LONGEST_HTML])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Mastodon's HTML, and that of its kin. Links to mentions and tags are their text."""

    BLOCKS = {"p", "div", "blockquote", "ul", "ol", "pre", "li", *(f"h{n}" for n in range(1, 7))}

    def __init__(self, handles: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._handles = handles
        self._out: list[str] = []
        self._link = ""
        self._link_at = 0

    def text(self) -> str:
        lines = "".join(self._out).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._out.append("\n")
        elif tag in self.BLOCKS:
            self._gap("\n" if tag == "li" else "\n\n")
        elif tag == "a":
            self._end_link()
            kinds = found.get("class", "").split()
            self._link_at = len(self._out)
            self._link = found.get("href", "") if "hashtag" not in kinds else ""
            if "mention" in kinds and self._link not in self._handles:
                self._link = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in self.BLOCKS:
            self._gap("\n" if tag == "li" else "\n\n")

    def handle_data(self, data: str) -> None:
        self._out.append(data)

    def _gap(self, gap: str) -> None:
        tail = "".join(self._out[-2:])
        if tail and not tail.endswith(gap):
            self._out.append("\n" if tail.endswith("\n") else gap)

    def _end_link(self) -> None:
        """A link's text may be short, or say something else: what it leads to is told in any case."""
        link, self._link = self._link, ""
        if not link:
            return
        shown = "".join(self._out[self._link_at :])
        del self._out[self._link_at :]
        if link in self._handles:
            self._out.append(f"@{self._handles[link]}")
        elif not shown.strip() or shown.strip().rstrip("…/") in link:
            self._out.append(link)
        else:
            self._out.append(f"{shown} ({link})")
