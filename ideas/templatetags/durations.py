"""How long something took, in words."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def duration(value: timedelta | None) -> str:
    """As "3 days", "5 hours", "12 minutes": one unit, rounded; a dash where there is nothing to say."""
    if value is None:
        return "–"
    seconds = max(0, value.total_seconds())
    if seconds < HOUR:
        n = max(1, round(seconds / MINUTE))
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    if seconds < 2 * DAY:
        n = round(seconds / HOUR)
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    return _("%(n)d days") % {"n": round(seconds / DAY)}
