"""What is in a post's text, how long Mastodon finds it, and the HTML in which it hands it out."""

import html
from collections.abc import Mapping

import regex

LINK = regex.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}»”’]")
MENTION = regex.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@[\w.-]*\w)?)", regex.IGNORECASE)
TAG = regex.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")
PART = regex.compile(
    f"(?P<link>{LINK.pattern})|(?P<mention>{MENTION.pattern})|(?P<tag>{TAG.pattern})", regex.I
)
GRAPHEME = regex.compile(r"\X")


def length(text: str) -> int:
    """Graphemes; a link is 23; a mention without its server."""
    text = LINK.sub("x" * 23, text)
    text = MENTION.sub(lambda found: "@" + found[1].partition("@")[0], text)
    return len(GRAPHEME.findall(text))


def mentioned(text: str) -> list[str]:
    return [found.lower() for found in MENTION.findall(LINK.sub("", text))]


def tags(text: str) -> set[str]:
    return {found.lower() for found in TAG.findall(LINK.sub("", text))}


def as_html(text: str, people: Mapping[str, str], base: str) -> str:
    """Paragraphs and breaks; links shortened for the eye; `people` are the addresses of known handles."""
    paragraphs = [one for one in regex.split(r"\n{2,}", text.strip()) if one]
    return "".join(f"<p>{_line(one, people, base)}</p>" for one in paragraphs)


def _line(text: str, people: Mapping[str, str], base: str) -> str:
    out, done = "", 0
    for found in PART.finditer(text):
        out += html.escape(text[done : found.start()], quote=False)
        out += _part(found, people, base)
        done = found.end()
    return (out + html.escape(text[done:], quote=False)).replace("\n", "<br />")


def _part(found: "regex.Match[str]", people: Mapping[str, str], base: str) -> str:
    whole = html.escape(found[0], quote=False)
    if found["link"]:
        return _link(found[0])
    if found["tag"]:
        tag = whole[1:]
        return (
            f'<a href="{base}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        )
    name = found[0][1:]
    if name.lower() not in people:
        return whole
    return (
        f'<span class="h-card" translate="no"><a href="{people[name.lower()]}" class="u-url mention">'
        f"@<span>{html.escape(name.partition('@')[0])}</span></a></span>"
    )


def _link(url: str) -> str:
    shown = regex.sub(r"^https?://(?:www\.)?", "", url)
    hidden = url[: len(url) - len(shown)]
    first, rest = shown[:30], shown[30:]
    kind = "ellipsis" if rest else ""
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{hidden}</span><span class="{kind}">{html.escape(first)}</span>'
        f'<span class="invisible">{html.escape(rest)}</span></a>'
    )
