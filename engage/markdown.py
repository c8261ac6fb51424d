"""What we write: Markdown to a small allow-list, kept as it was typed and drawn safely.

Paragraphs, line breaks, bold, italic, lists, quotes and links. A heading becomes a bold line, so that no
answer disturbs the outline of the page that it stands on. No HTML, no pictures, no tables: whoever types them
sees them as typed. A link always shows where it leads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Longer texts come from no form. They are shown, without being read as Markdown.
MOST = 5000
NESTING = 20
RULES = [
    *("normalize", "block", "inline", "text_join", "newline", "escape", "emphasis", "balance_pairs"),
    *("fragments_join", "list", "link", "blockquote", "heading", "autolink"),
]
SCHEMES = {"https", "http", "mailto"}
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "small"}
# Each block turns to the side that its own first letters ask for.
DIRECTIONS = {tag: {"dir": "auto"} for tag in ("p", "ul", "ol", "blockquote")}
BARE = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def _may_lead_to(url: str) -> bool:
    """An address of the web or of a mailbox, which says truly whose it is."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme.lower() == "mailto":
        return "@" in parts.path
    return parts.scheme.lower() in SCHEMES and bool(host) and "@" not in parts.netloc


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": NESTING})
    parser.enable(RULES)
    parser.validateLink = _may_lead_to  # type: ignore[method-assign]
    parser.core.ruler.push("headings", _no_headings)
    parser.core.ruler.push("bare_links", _bare_links)
    parser.core.ruler.push("leads_to", _leads_to)
    return parser


def _no_headings(state: StateCore) -> None:
    """A heading is a paragraph in bold."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if token.type == "inline" and before and before.type == "heading_open" and token.children:
            token.children = [Token("strong_open", "strong", 1), *token.children]
            token.children.append(Token("strong_close", "strong", -1))
    for token in state.tokens:
        if token.type.startswith("heading_"):
            token.type = token.type.replace("heading", "paragraph")
            token.tag = "p"


def _inlines(state: StateCore) -> Iterator[Token]:
    return (token for token in state.tokens if token.type == "inline" and token.children)


def _bare_links(state: StateCore) -> None:
    """An address that stands in the text by itself is a link."""
    for inline in _inlines(state):
        made: list[Token] = []
        depth = 0
        for token in inline.children or []:
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            made += _linked(state, token) if token.type == "text" and not depth else [token]
        inline.children = made


def _linked(state: StateCore, token: Token) -> Iterator[Token]:
    text, at = token.content, 0
    for match in BARE.finditer(text):
        address = match.group().rstrip(".,;:!?'*_”’»")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(".,;:!?)")
        href = state.md.normalizeLink(address)
        if not state.md.validateLink(href):
            continue
        yield Token("text", "", 0, content=text[at : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": href})
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1)
        at = match.start() + len(address)
    yield Token("text", "", 0, content=text[at:])


def _leads_to(state: StateCore) -> None:
    """Behind a link whose words do not say so: where it leads."""
    for inline in _inlines(state):
        made: list[Token] = []
        href, words = "", ""
        for token in inline.children or []:
            if token.type == "link_open":
                href, words = str(token.attrGet("href")), ""
            elif token.type == "link_close":
                where = _host(href)
                if not _to_be_seen(words):
                    made.append(Token("text", "", 0, content=where))
                elif _host(words.strip()) != where and words.strip().lower() != where:
                    made += [token, *_small(where)]
                    continue
            else:
                words += token.content
            made.append(token)
        inline.children = made


def _host(url: str) -> str:
    """Whose address it is, as the browser will ask for it; of a mailbox all of it."""
    try:
        parts = urlsplit(url)
        return parts.path if parts.scheme.lower() == "mailto" else (parts.hostname or "")
    except ValueError:
        return ""


def _small(text: str) -> list[Token]:
    return [
        Token("small_open", "small", 1),
        Token("text", "", 0, content=f" ({text})"),
        Token("small_close", "small", -1),
    ]


def _to_be_seen(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)


PARSER = _parser()


def to_html(text: str, most: int = MOST) -> SafeString:
    """The text as HTML that may stand on any page."""
    return _html(text) if len(text) <= most else _safe(linebreaks(_clean(text), autoescape=True))


def to_plain(text: str) -> str:
    """The text without its signs, for what knows no HTML: letters, posts, a page's description."""
    return _without_signs(text) if len(text) <= MOST else _clean(text).strip()


@lru_cache(maxsize=512)
def _html(text: str) -> SafeString:
    text = _clean(text)
    tokens = _parsed(text)
    if tokens is None:
        return _safe(linebreaks(text, autoescape=True))
    return _safe(PARSER.renderer.render(tokens, PARSER.options, {}))


@lru_cache(maxsize=512)
def _without_signs(text: str) -> str:
    text = _clean(text)
    tokens = _parsed(text)
    return text.strip() if tokens is None else _plain(tokens)


def _safe(html: str) -> SafeString:
    """Held against the allow-list once more, whatever the parser made of it."""
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
        set_tag_attribute_values=DIRECTIONS,
    )
    return mark_safe(clean.strip())  # noqa: S308 - what nh3 let through


def _parsed(text: str) -> list[Token] | None:
    """None where it is nested so deep that the parser would lose words: that is not read as Markdown."""
    tokens = PARSER.parse(text)
    return None if any(token.level >= NESTING - 2 for token in tokens) else tokens


def _clean(text: str) -> str:
    """Without what cannot be written as UTF-8, and what turns the direction of the rest of the page."""
    text = text.encode("utf-8", "ignore").decode().replace("\x00", "").replace("\r\n", "\n")
    return re.sub("[\u202a-\u202e]", "", text)


def _plain(tokens: list[Token]) -> str:
    blocks: list[str] = []
    lists: list[int | None] = []
    mark, tight = "", False
    for token in tokens:
        if token.type == "ordered_list_open":
            lists.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            lists.append(None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            mark = "• " if number is None else f"{number}. "
            if number is not None:
                lists[-1] = number + 1
        elif token.type == "inline":
            between = "" if not blocks else "\n" if mark and tight else "\n\n"
            blocks.append(between + mark + _words(token))
            mark, tight = "", bool(lists)
    return "".join(blocks).strip()


def _words(inline: Token) -> str:
    """One paragraph's words, with the address of a link behind it where they are not the address itself."""
    said = ""
    href, start, inside = "", 0, False
    for token in inline.children or []:
        if token.type == "small_open":
            inside = True
        elif token.type == "small_close":
            inside = False
        elif token.type in ("softbreak", "hardbreak"):
            said += "\n"
        elif token.type == "link_open":
            href, start = str(token.attrGet("href")), len(said)
        elif token.type == "link_close":
            where = href.removeprefix("mailto:")
            words = said[start:]
            if PARSER.normalizeLink(words) not in (href, where):
                said += f" ({where})"
        elif not inside:
            said += token.content
    return said
