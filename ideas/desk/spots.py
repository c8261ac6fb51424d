"""The rows of any of the desk's lists, page by page: what stands on it, in which order, what comes next."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import BooleanField, Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Coalesce

from ideas import waiting
from ideas.desk.asked import TAB_STATUSES, Asked
from ideas.goals import Goals
from ideas.models import Idea, Measure
from ideas.waiting import CURSOR_LENGTH, BadCursor, Kind

PAGE = 50
Item = tuple[str, int]


@dataclass(frozen=True)
class Spot:
    """One line's place: what it opens, why it is there, the row of that reason, and how often it was said."""

    item: Item
    kind: Kind
    key: int
    cursor: str
    since: datetime | None = None
    n: int = 1


# The order of the tabs that hold ideas alone: a column, whether the larger comes first, what it is.
Column = tuple[str, bool, type]
ANSWERED: tuple[Column, ...] = (("answered", True, datetime), ("pk", True, int))
ORDERS: dict[str, tuple[Column, ...]] = {
    "unanswered": (("late", True, bool), ("score", True, int), ("pk", False, int)),
    "open": ANSWERED,
    "closed": ANSWERED,
}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def spots(asked: Asked, user: Any, goals: Goals, *, after: str = "", most: int = PAGE) -> list[Spot]:
    """The next `most` lines after a cursor. Raises BadCursor. One query."""
    if asked.tab == "waiting":
        place = waiting.Place.read(after) if after else None
        return [_spot(entry) for entry in waiting.entries(asked.wanted(user), place, most)]
    order = ORDERS[asked.tab]
    rows = _ideas(asked, user, goals)
    if after:
        rows = rows.filter(_beyond(order, _read(after, order)))
    return _of_ideas(rows.order_by(*(f"-{c}" if down else c for c, down, _type in order))[:most], order)


def spot_of(asked: Asked, user: Any, goals: Goals, item: Item) -> Spot | None:
    """Where an item stands on the list at this moment, or nothing."""
    kind, pk = item
    if asked.tab == "waiting":
        found = waiting.places_of(item)
        return next((_spot(e) for e in found if asked.kind in (None, e.place.kind)), None)
    if kind != "idea":
        return None
    found_ideas = _of_ideas(_ideas(asked, user, goals).filter(pk=pk), ORDERS[asked.tab])
    return found_ideas[0] if found_ideas else None


def _spot(entry: waiting.Entry) -> Spot:
    place = entry.place
    return Spot(entry.item, place.kind, place.key, place.cursor(), place.since, entry.n)


def _ideas(asked: Asked, user: Any, goals: Goals) -> Any:
    late = Case(
        When(queued_at__lt=goals.since(Measure.HEAR), then=True), default=False, output_field=BooleanField()
    )
    answered = Coalesce(F("answered_at"), Value(LONG_AGO, output_field=DateTimeField()))
    rows = Idea.objects.filter(status__in=TAB_STATUSES[asked.tab]).annotate(late=late, answered=answered)
    return asked.wanted(user).of_idea(rows)


def _of_ideas(rows: Any, order: tuple[Column, ...]) -> list[Spot]:
    names = [name for name, _down, _type in order]
    return [
        Spot(("idea", values[names.index("pk")]), Kind.IDEA, values[names.index("pk")], _cursor(values))
        for values in rows.values_list(*names)
    ]


def _cursor(values: tuple[Any, ...]) -> str:
    text = json.dumps([v.isoformat() if isinstance(v, datetime) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: tuple[Column, ...]) -> list[Any]:
    try:
        if len(cursor) > CURSOR_LENGTH:
            raise BadCursor
        given = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_value(value, kind) for value, (_name, _down, kind) in zip(given, order, strict=True)]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise BadCursor("This cursor is not one of this list.") from error


def _value(value: Any, kind: type) -> Any:
    if kind is datetime:
        if not (moment := datetime.fromisoformat(value)).tzinfo:
            raise BadCursor
        return moment
    if type(value) is not kind or not isinstance(value, int) or abs(value) >= 2**63:
        raise BadCursor
    return value


def _beyond(order: tuple[Column, ...], values: list[Any]) -> Q:
    """Rows after these values: after the first, or level with it and after the second, and so on."""
    (name, down, _kind), value = order[0], values[0]
    beyond = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
    if len(order) > 1:
        beyond |= Q(**{name: value}) & _beyond(order[1:], values[1:])
    return beyond
