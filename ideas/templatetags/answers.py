"""How a command's words are drawn: {{ idea.answer|markdown }}, or without signs {{ idea.answer|plain }}."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from engage.markdown import to_html, to_plain

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return to_html(text or "")


@register.filter
def plain(text: str) -> str:
    return to_plain(text or "")
