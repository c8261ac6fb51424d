"""Times as people say them: a command's own clock, both nights on which it is changed, and its slots.

Kept is UTC, beside the zone that it was meant in. A local time is naive here, and a moment is aware.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from precincts.models import Command
from socialfeeds.models import Message, Slot, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

# What is planned for later than this is a slip of the finger.
FARTHEST = timedelta(days=2 * 366)
# Those whose time keeps a slot taken.
PLANNED = [Status.DRAFT, Status.SUBMITTED, Status.RELEASED]


class BadTime(ValueError):
    """Nothing can go out at this time. The text says why, and what to do."""


class NoSuchTime(BadTime):
    """Clocks are put forward over it. `near` holds the times on both sides, as clocks show them."""

    def __init__(self, near: tuple[datetime, datetime]) -> None:
        self.near = near
        words = _(
            "Clocks are put forward over that time, so it does not exist. Take %(before)s or %(after)s."
        )
        super().__init__(words % {"before": _said(near[0]), "after": _said(near[1])})


class Ambiguous(BadTime):
    """Clocks are put back over it. `moments` holds both, in UTC."""

    def __init__(self, moments: tuple[datetime, datetime]) -> None:
        self.moments = moments
        super().__init__(_("Clocks are put back, so that time comes twice. Choose the first or the second."))


class PastTime(BadTime):
    def __init__(self) -> None:
        super().__init__(_("That time is past. Choose one that is still to come."))


class FarTime(BadTime):
    def __init__(self) -> None:
        super().__init__(_("That is too far away. Choose a time within the next two years."))


def local_to_utc(local: datetime, zone: str, *, second: bool | None = None) -> datetime:
    """The moment at which clocks of a zone show a time.

    `second` says which one is meant on the night on which it comes twice. Raises NoSuchTime, and Ambiguous
    where that was not said.
    """
    try:
        first, later = (_at(local, zone, fold) for fold in (0, 1))
        back = utc_to_local(first, zone).replace(tzinfo=None)
    except OverflowError:
        raise FarTime from None
    if back != local:
        # Read as before the change and as after it: what clocks show then lies on either side.
        raise NoSuchTime((utc_to_local(later, zone).replace(tzinfo=None), back))
    if first == later:
        return first
    if second is None:
        raise Ambiguous((first, later))
    return later if second else first


def planned(local: datetime, zone: str, *, second: bool | None = None) -> datetime:
    """local_to_utc for what is to come. Raises PastTime and FarTime too."""
    return ahead(local_to_utc(local, zone, second=second))


def ahead(moment: datetime) -> datetime:
    """The moment, where it is still to come. Raises PastTime and FarTime."""
    now = timezone.now()
    if moment <= now:
        raise PastTime
    if moment > now + FARTHEST:
        raise FarTime
    return moment


def utc_to_local(moment: datetime, zone: str) -> datetime:
    """What clocks of a zone show, aware."""
    return moment.astimezone(ZoneInfo(zone))


@dataclass(frozen=True)
class Shown:
    """A moment as a page shows it. `local` is naive, so that no template turns it once more."""

    moment: datetime
    local: datetime
    twice: str


def shown(moment: datetime, zone: str) -> Shown:
    local = utc_to_local(moment, zone).replace(tzinfo=None, fold=0)
    return Shown(moment, local, comes_twice(moment, zone))


def comes_twice(moment: datetime, zone: str) -> str:
    """ "first" or "second" where its local time comes twice, else nothing."""
    local = utc_to_local(moment, zone)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return "second" if local.fold else "first"


def start_of(day: date, zone: str) -> datetime:
    """When a day begins there."""
    return _at(datetime.combine(day, clock()), zone, 0)


def hours_left_out(day: date, zone: str) -> set[int]:
    """The hours that clocks are put forward over, wholly or in part."""
    if start_of(day + timedelta(days=1), zone) - start_of(day, zone) == timedelta(days=1):
        return set()
    halves = (datetime.combine(day, clock(hour, minute)) for hour in range(24) for minute in (0, 30))
    return {local.hour for local in halves if utc_to_local(_at(local, zone, 0), zone).time() != local.time()}


def _at(local: datetime, zone: str, fold: int) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def _said(local: datetime) -> str:
    return date_format(local, "M j, P")


# --- slots -----------------------------------------------------------------------------------------------


def moment_of(slot: Slot, day: date, zone: str) -> datetime | None:
    """When a slot comes on a day, in UTC.

    Where clocks are put back over it: the first time. Where they are put forward over it: as much later, if
    that is still the same day. None where a zone left out the day.
    """
    local = datetime.combine(day, slot.time)
    moment = _at(local, zone, 0)
    return moment if utc_to_local(moment, zone).date() == day else None


def places(slots: Iterable[Slot], first: date, last: date, zone: str) -> list[datetime]:
    """The moments of slots from one day to another, both included, in order."""
    return sorted({moment for day in _days(first, last) for moment in _of_day(slots, day, zone)})


def next_free_slot(command: Command, *, hold: bool = False) -> datetime | None:
    """The next moment of the command's slots that no message has yet. None where it has no slots.

    Called inside its tenancy. With `hold` nobody else finds it until this transaction ends.
    """
    slots = list(Slot.objects.select_for_update() if hold else Slot.objects.all())
    if not slots:
        return None
    now = timezone.now()
    taken = set(
        Message.objects.filter(scheduled_at__gt=now, status__in=PLANNED).values_list(
            "scheduled_at", flat=True
        )
    )
    today = utc_to_local(now, command.time_zone).date()
    # One that is planned can take one place, so among so many weeks there is a free one.
    last = today + timedelta(weeks=len(taken) // len(slots) + 2)
    for day in _days(today, last):
        for moment in sorted(_of_day(slots, day, command.time_zone)):
            if moment > now and moment not in taken:
                return moment
    return None


def _of_day(slots: Iterable[Slot], day: date, zone: str) -> list[datetime]:
    found = (moment_of(slot, day, zone) for slot in slots if slot.weekday == day.weekday())
    return [moment for moment in found if moment is not None]


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def add_slots(*, weekdays: Iterable[int], time: clock) -> int:
    """The same time on some days of the week. Says how many are new."""
    there = set(Slot.objects.filter(time=time).values_list("weekday", flat=True))
    new = [Slot(weekday=weekday, time=time) for weekday in weekdays if weekday not in there]
    Slot.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
