"""When a digest is due: at eight in the morning on its reader's clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings

EIGHT = time(8)
MONDAY = 0


def zone(name: str) -> ZoneInfo:
    """The reader's, or the city's where that has gone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def next_digest(after: datetime, zone_name: str, *, weekly: bool) -> datetime:
    """The next eight o'clock there, on a Monday if weekly. An eight o'clock is one on both nights when the
    clocks change, and comes 23 or 25 hours after the last."""
    local = after.astimezone(zone(zone_name))
    day = local.date()
    if local.time() >= EIGHT:
        day += timedelta(days=1)
    if weekly:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, EIGHT, tzinfo=local.tzinfo)


@cache
def zone_names() -> tuple[str, ...]:
    """What one chooses from: America's first, then the rest of the world by name."""
    regions = ("America/", "Africa/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")
    names = [name for name in available_timezones() if name.startswith(regions)]
    ours = "America/New_York"
    return (ours, *sorted(name for name in names if name != ours))
