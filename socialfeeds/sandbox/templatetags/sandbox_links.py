"""A text of a network without handles, on a page."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .sandbox_text import LINK, initials

register = template.Library()
register.filter("initials", initials)


@register.filter
def with_links(text: str) -> SafeString:
    """The text with its links made clickable. Everything else is escaped."""
    out, done = [], 0
    for found in LINK.finditer(text):
        out.append(format_html("{}", text[done : found.start()]))
        out.append(format_html('<a href="{}" rel="noopener nofollow">{}</a>', found[0], found[0]))
        done = found.end()
    out.append(format_html("{}", text[done:]))
    return format_html_join("", "{}", ((part,) for part in out))
