"""What residents wrote, with what was redacted as a marked gap: {{ idea|gapped:"title" }}."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from ideas import flagging
from ideas.models import Comment, Idea

register = template.Library()


@register.filter
def gapped(item: Idea | Comment, what: str) -> SafeString:
    """A field in one line, or `body:lines` in paragraphs, or `body:260` at most so many letters of it.

    Only a gap that a redaction made is marked; the same words typed by a resident are words.
    """
    field, _colon, how = what.partition(":")
    text: str = getattr(item, field)
    gaps = [(gap["start"], gap["end"]) for gap in item.gaps if gap["field"] == field]
    if how.isdigit():
        short = Truncator(text).chars(int(how))
        if short != text:
            # A gap that is cut through is left out: half a mark says nothing.
            whole = len(short) - 1
            gaps = [gap for gap in gaps if gap[1] <= whole]
        text = short
    html = _marked(text, sorted(gaps))
    if how != "lines":
        return html
    # Escaped by now; and the marks hold no line breaks, so paragraphs can be made around them.
    return mark_safe(linebreaks(html, autoescape=False))  # noqa: S308


def _marked(text: str, gaps: list[tuple[int, int]]) -> SafeString:
    cut, at = [], 0
    for start, end in gaps:
        cut += [
            format_html("{}", text[at:start]),
            format_html('<mark class="gap">{}</mark>', text[start:end]),
        ]
        at = end
    return format_html_join("", "{}", [(piece,) for piece in [*cut, text[at:]]])


@register.filter
def flag_label(kind: str) -> str:
    """A flag's kind in a word or two."""
    return flagging.label(kind)
