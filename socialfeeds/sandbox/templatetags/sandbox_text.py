"""How a post's text is put on a page."""

import re

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .. import pictures as of_posts
from ..pictures import Picture
from ..store import Post
from ..texts import MENTION

register = template.Library()
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}»”’]")


@register.filter
def linked(text: str) -> SafeString:
    """The text with its links and handles made clickable. Everything else is escaped."""
    out, done = [], 0
    for found in LINK.finditer(text):
        out.append(_handles(text[done : found.start()]))
        shown = re.sub(r"^https?://(www\.)?", "", found[0])
        out.append(format_html('<a href="{}" rel="noopener nofollow">{}</a>', found[0], shown))
        done = found.end()
    out.append(_handles(text[done:]))
    return format_html_join("", "{}", ((part,) for part in out))


def _handles(text: str) -> SafeString:
    out, done = [], 0
    for found in MENTION.finditer(text):
        out.append(format_html("{}", text[done : found.start()]))
        out.append(format_html('<a href="{}">{}</a>', reverse("timeline", args=[found[1]]), found[0]))
        done = found.end()
    out.append(format_html("{}", text[done:]))
    return format_html_join("", "{}", ((part,) for part in out))


@register.filter
def pictures(post: Post) -> list[Picture]:
    """A post's pictures."""
    return of_posts.of(post.id) if post.pictures else []


@register.filter
def initials(name: str) -> str:
    """What stands for a name in its little square: the number that it begins with, else two letters."""
    words = re.findall(r"\d+|[^\W\d]+", name)
    if words and words[0].isdecimal():
        return words[0][:3]
    return "".join(word[0] for word in words[:2]).upper() or "?"
