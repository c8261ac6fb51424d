"""The agenda: what a community wants done first, spread over places, topics and time.

Votes count by the week, each week by its root: thirty neighbors over ten weeks weigh more than sixty in one.
Then one is chosen after the other, and each that is chosen makes its like weigh less: what lies around it or
on its street, what is of its topic, what is of its age. See docs/decisions/0014.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.db.models import F, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from ideas import finding
from ideas.models import OPEN, Idea, Precision, Status, Vote
from precincts.geography import METERS_EAST, METERS_NORTH
from precincts.models import Command, Outline, Participant

# What one sheet of paper holds.
CHOSEN, WAITING = 8, 4
# Looked at: those with the most votes. What is not among them is on no agenda.
CANDIDATES = 300
# What one more of the same is worth beside the first.
SAME_PLACE, SAME_STREET, SAME_TOPIC, SAME_AGE = 0.35, 0.45, 0.7, 0.85
AROUND_METERS = 300.0
# Until when something is of one age with another: two weeks, a season, and older.
AGES = (timedelta(days=14), timedelta(days=90))


@dataclass(frozen=True)
class Candidate:
    """An open idea, and all that choosing looks at. `wanted` is its votes by the week."""

    pk: int
    wanted: float
    score: int
    topic: int | None
    point: tuple[float, float] | None
    streets: frozenset[str]
    age: int


@dataclass(frozen=True)
class Agenda:
    """Ideas in the order of the agenda; and those that wait longest for an answer, of the others."""

    first: list[Idea]
    longest: list[Idea]

    @property
    def most(self) -> int:
        """The most votes that one of them has: the length of the longest bar."""
        return max((idea.score for idea in (*self.first, *self.longest)), default=0)


def agenda(participant: Participant | None = None) -> Agenda:
    """Of the entered command, in the same few queries whatever is on its board."""
    now = timezone.now()
    chosen = choose(_candidates(now), CHOSEN)
    unanswered = Idea.objects.filter(status=Status.SPOKEN, moved_to=None, score__gte=0).exclude(pk__in=chosen)
    oldest = list(unanswered.order_by("published_at", "pk").values_list("pk", flat=True)[:WAITING])
    rows = finding.for_cards(Idea.objects.filter(pk__in=[*chosen, *oldest]), participant)
    by_pk = {row.pk: row for row in rows}
    return Agenda([by_pk[pk] for pk in chosen if pk in by_pk], [by_pk[pk] for pk in oldest if pk in by_pk])


def choose(candidates: Sequence[Candidate], number: int) -> list[int]:
    """Greedily: the weightiest, then the weightiest beside it, and so on. Their ids."""
    weights = {one.pk: one.wanted for one in candidates}
    left = {one.pk: one for one in candidates}
    chosen: list[int] = []
    while left and len(chosen) < number:
        best = max(left.values(), key=lambda one: (weights[one.pk], one.score, -one.pk))
        chosen.append(best.pk)
        del left[best.pk]
        for other in left.values():
            weights[other.pk] *= _beside(best, other)
    return chosen


def _beside(first: Candidate, other: Candidate) -> float:
    """What `other` is still worth once `first` stands on the agenda."""
    worth = 1.0
    if _close(first, other):
        worth *= SAME_PLACE
    elif first.streets & other.streets:
        worth *= SAME_STREET
    if first.topic is not None and first.topic == other.topic:
        worth *= SAME_TOPIC
    return worth * SAME_AGE if first.age == other.age else worth


def _close(first: Candidate, other: Candidate) -> bool:
    if first.point is None or other.point is None:
        return False
    north = (first.point[0] - other.point[0]) * METERS_NORTH
    east = (first.point[1] - other.point[1]) * METERS_EAST
    return math.hypot(north, east) <= AROUND_METERS


def _candidates(now: datetime) -> list[Candidate]:
    """The open ideas that have more votes for them than against, with their weeks."""
    ideas = Idea.objects.filter(status__in=OPEN, moved_to=None, score__gt=0).order_by("-score", "-pk")
    columns = ("pk", "score", "topic_id", "latitude", "longitude", "precision", "place", "published_at")
    rows = list(ideas.values(*columns)[:CANDIDATES])
    votes = Vote.objects.filter(idea__in=[row["pk"] for row in rows]).order_by()
    wanted: dict[int, float] = defaultdict(float)
    weeks = votes.values(pk=F("idea"), week=TruncWeek("created_at")).annotate(net=Sum("value"))
    for week in weeks:
        wanted[week["pk"]] += math.copysign(math.sqrt(abs(week["net"])), week["net"])
    return [_candidate(row, wanted[row["pk"]], now) for row in rows]


def _candidate(row: dict[str, Any], wanted: float, now: datetime) -> Candidate:
    known = row["latitude"] is not None and row["precision"] != Precision.AREA
    return Candidate(
        pk=row["pk"],
        wanted=max(wanted, 0.0),
        score=row["score"],
        topic=row["topic_id"],
        point=(row["latitude"], row["longitude"]) if known else None,
        streets=streets_of(row["place"]),
        age=sum(now - row["published_at"] > limit for limit in AGES),
    )


def streets_of(place: str) -> frozenset[str]:
    """The streets that a place names: "133-20 Kissena Blvd & 45 Av" is on "kissena blvd" and "45 av"."""
    parts = re.split(r"[&,/;]|\b(?:and|at|between|near|corner of)\b", place.lower())
    streets = (re.sub(r"^\s*\d[\d-]*\s+(?=\D*[a-z]{3})", "", part).strip(" .") for part in parts)
    return frozenset(" ".join(street.split()) for street in streets if len(street) > 3)


# Drawn where people would rather look


@dataclass(frozen=True)
class Drawing:
    """A small map: the outline as an SVG path, and a numbered dot for each place that is known."""

    width: int
    height: int
    path: str
    dots: list[tuple[int, float, float]]


WIDE = 320
TALLEST = 340


def drawing(command: Command, ideas: Sequence[Idea]) -> Drawing | None:
    """The agenda's places, numbered as they stand; None where none is known."""
    known = [
        (number, idea.longitude * METERS_EAST, idea.latitude * METERS_NORTH)
        for number, idea in enumerate(ideas, 1)
        if idea.latitude is not None and idea.longitude is not None and idea.precision != Precision.AREA
    ]
    if not known:
        return None
    line = _outline(command)
    around = shapely.union_all([line, *(shapely.Point(x, y).buffer(150) for _n, x, y in known)])
    west, south, east, north = around.buffer(120).bounds
    scale = min(WIDE / (east - west), TALLEST / (north - south))

    def place(x: float, y: float) -> tuple[float, float]:
        return round((x - west) * scale, 1), round((north - y) * scale, 1)

    rings = [part.exterior.coords for part in getattr(line, "geoms", [line]) if not part.is_empty]
    path = " ".join(
        "M" + " ".join("{} {}".format(*place(x, y)) for x, y, *_rest in ring) + "Z" for ring in rings
    )
    return Drawing(
        width=math.ceil((east - west) * scale),
        height=math.ceil((north - south) * scale),
        path=path,
        dots=_apart([(number, *place(x, y)) for number, x, y in known]),
    )


def _apart(dots: list[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """Dots that would hide each other step aside."""
    placed: list[tuple[int, float, float]] = []
    for number, x, y in dots:
        step = 0
        at = (x, y)
        while step < 24 and any(math.hypot(at[0] - a, at[1] - b) < 19 for _n, a, b in placed):
            step += 1
            turn, reach = step * math.pi / 4, 19 * (1 + step // 8)
            at = (x + math.cos(turn) * reach, y + math.sin(turn) * reach)
        placed.append((number, round(at[0], 1), round(at[1], 1)))
    return placed


def _outline(command: Command) -> Any:
    """In meters, to some forty: a shape to know again, and no survey."""
    geometry = Outline.objects.filter(command=command).values_list("geometry", flat=True).first()
    if not geometry:
        return shapely.Polygon()
    shape = shapely.geometry.shape(geometry)
    flat = shapely.transform(shape, lambda points: points * (METERS_EAST, METERS_NORTH))
    return flat.simplify(40)
