"""A surge: far more is said to a command within an hour than is usual there at this hour of the week.

The usual is the median of the same hour (the command's own clock) in the weeks before, and how far a week
commonly lies from it (the median absolute deviation). Few words are never a surge, however quiet it is
usually. While a surge lasts there is one alarm, with the posts behind it; it closes when it is over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from precincts import tenancy
from precincts.models import Command
from socialfeeds import alarms
from socialfeeds.models import Alarm, AlarmKind, Mention, MentionKind

HOUR = timedelta(hours=1)
WEEKS = 8
FLOOR = 12
DEVIATIONS = 4
# What makes a median absolute deviation of normal numbers their standard deviation.
TO_SIGMA = 1.4826
# Over is what has fallen below so much of what raised it: else it would ring and ring.
OVER = 0.5
MOST_POSTS = 50


@dataclass(frozen=True)
class Hour:
    """What was said within an hour, beside what is usual."""

    said: int
    usual: float
    much: float  # from so many on it is a surge


def due() -> list[int]:
    """The commands to look at: where enough was said within the hour, or an alarm stands."""
    since = timezone.now() - HOUR
    with tenancy.citywide():
        said = _said().filter(posted_at__gt=since).order_by().values("command_id")
        loud = said.annotate(n=Count("pk")).filter(n__gte=FLOOR)
        standing = Alarm.objects.open().filter(kind=AlarmKind.SURGE)
        return sorted(
            {row["command_id"] for row in loud} | set(standing.values_list("command_id", flat=True))
        )


def look(*, command_id: int) -> Alarm | None:
    """Raise the alarm of a command, keep it up to date, or close it. The one that stands afterwards."""
    command = Command.objects.get(pk=command_id)
    with tenancy.enter(command_id):
        hour = measure(command, timezone.now())
        if hour.said >= hour.much:
            return alarms.raise_alarm(kind=AlarmKind.SURGE, words=_words(hour), about={"mentions": _posts()})
        if hour.said < hour.much * OVER:
            alarms.close(kind=AlarmKind.SURGE)
            return None
        return Alarm.objects.open().filter(kind=AlarmKind.SURGE, key="").first()


def measure(command: Command, now: datetime) -> Hour:
    """The last hour of the entered command, in one statement with the same hour of the weeks before."""
    local = now.astimezone(ZoneInfo(command.time_zone or settings.TIME_ZONE))
    # Weeks are counted on the clock of the place: a switch of it moves nothing.
    ends = [now, *(local - timedelta(weeks=week) for week in range(1, WEEKS + 1))]
    columns = {
        f"hour_{number}": Count("pk", filter=Q(posted_at__gt=end - HOUR, posted_at__lte=end))
        for number, end in enumerate(ends)
    }
    rows = _said().filter(posted_at__gt=ends[-1] - HOUR).order_by()
    counted = rows.aggregate(**columns)
    said, before = counted["hour_0"], [counted[f"hour_{week}"] for week in range(1, WEEKS + 1)]
    usual = median(before)
    spread = max(TO_SIGMA * median(abs(n - usual) for n in before), math.sqrt(usual), 1.0)
    return Hour(said, usual, max(FLOOR, usual + DEVIATIONS * spread))


def _said() -> Any:
    """What was said to us. What was merely found by words is not."""
    return Mention.objects.exclude(kind=MentionKind.WATCHED)


def _posts() -> list[int]:
    since = timezone.now() - HOUR
    rows = _said().filter(posted_at__gt=since).order_by("-posted_at", "-pk")
    return list(rows.values_list("pk", flat=True)[:MOST_POSTS])


def _words(hour: Hour) -> str:
    said = ngettext("%(said)d mention within an hour.", "%(said)d mentions within an hour.", hour.said) % {
        "said": hour.said
    }
    return f"{said} {_('Usual at this time of the week: %(usual)d.') % {'usual': round(hour.usual)}}"


def posts_of(alarm: Alarm) -> list[Mention]:
    """The posts behind an alarm, the newest first."""
    numbers = alarm.about.get("mentions", [])
    return list(Mention.objects.filter(pk__in=numbers).select_related("account", "thread", "command"))
