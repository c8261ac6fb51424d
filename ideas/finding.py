"""The board's lists: sorted, filtered, and read page by page with keyset cursors.

A page costs the same at the thousandth as at the first: the cursor says after which row to go on, and an
index stands in the order asked for. Nothing here counts a table.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.core.cache import cache
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Ln, Random, Sqrt

from ideas.models import LISTED, OPEN, Idea, Photo, Topic, Vote
from precincts.models import Participant

PAGE = 20
# Ours have some sixty characters. A long one is not ours, and could be nested deeper than a parser goes.
CURSOR_LENGTH = 200
METERS_PER_DEGREE = 111_320.0
NEARBY_METERS = 250.0
# Close matches: how many are looked at, and which share of a title's words makes one.
CANDIDATES = 25
CLOSE = 0.5
TOPICS_KEY = "engage:topics"


class Sort(StrEnum):
    TRENDING = "trending"
    NEWEST = "newest"
    VOTES = "votes"
    NEAR = "near"


class BadCursor(ValueError):
    """A cursor that this list did not give."""


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader asked a board for."""

    sort: Sort = Sort.TRENDING
    statuses: Sequence[str] = ()
    topic: str = ""
    words: str = ""
    near: Point | None = None
    cursor: str = ""


@dataclass(frozen=True)
class Page:
    ideas: list[Idea]
    next_cursor: str


# What a page of each sort is ordered by: a column and whether the larger comes first.
ORDERS = {
    Sort.TRENDING: ("rank", True),
    Sort.NEWEST: ("published_at", True),
    Sort.VOTES: ("score", True),
    Sort.NEAR: ("meters", False),
}


def board(asked: Asked, participant: Participant | None = None, size: int = PAGE) -> Page:
    """One page of the entered command's board, each idea with `my_vote`. Raises BadCursor.

    Near me without a place is newest.
    """
    sort = Sort.NEWEST if asked.sort == Sort.NEAR and asked.near is None else asked.sort
    ideas = _filtered(asked)
    if sort == Sort.NEAR and asked.near:
        ideas = ideas.filter(latitude__isnull=False).annotate(meters=meters_from(asked.near))
    column, descending = ORDERS[sort]
    if asked.cursor:
        ideas = ideas.filter(_after(asked.cursor, sort))
    sign = "-" if descending else ""
    rows = list(for_cards(ideas, participant).order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], _cursor(sort, rows[size - 1]) if more else "")


def for_cards(ideas: models.QuerySet[Any], participant: Participant | None) -> models.QuerySet[Any]:
    """Ideas with all that a card shows: topic, photos, and this participant's own vote."""
    my_vote: Any = Value(0)
    if participant:
        mine = Vote.objects.filter(idea=OuterRef("pk"), participant=participant)
        my_vote = Coalesce(Subquery(mine.values("value")[:1]), 0)
    return (
        ideas.select_related("topic", "command", "agency", "moved_to")
        .defer("search")
        .annotate(my_vote=my_vote)
        .prefetch_related(models.Prefetch("photos", Photo.objects.select_related("command")))
    )


def _filtered(asked: Asked) -> models.QuerySet[Idea]:
    wanted = [status for status in asked.statuses if status in LISTED] or LISTED
    ideas = Idea.objects.filter(status__in=wanted)
    if asked.topic:
        ideas = ideas.filter(topic__slug=asked.topic)
    if asked.words:
        # Stemmed English words; and, for a language without spaces or a part of a name, the letters.
        ideas = ideas.filter(
            Q(search=SearchQuery(asked.words, config="english", search_type="websearch"))
            | Q(title__icontains=asked.words)
            | Q(body__icontains=asked.words)
        )
    return ideas


def meters_from(point: Point) -> models.expressions.Combinable:
    """Distance on a flat earth: within a city it is off by less than a meter in a kilometer."""
    east = METERS_PER_DEGREE * math.cos(math.radians(point.latitude))
    north = (F("latitude") - Value(point.latitude)) * Value(METERS_PER_DEGREE)
    across = (F("longitude") - Value(point.longitude)) * Value(east)
    return Sqrt(north * north + across * across, output_field=models.FloatField())


# Cursors


def _cursor(sort: Sort, row: Any) -> str:
    value = getattr(row, ORDERS[sort][0])
    text = json.dumps([sort, value.isoformat() if isinstance(value, datetime) else value, row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(cursor: str, sort: Sort) -> Q:
    column, descending = ORDERS[sort]
    value, pk = _read_cursor(cursor, sort)
    side = "lt" if descending else "gt"
    return Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})


def _read_cursor(cursor: str, sort: Sort) -> tuple[Any, int]:
    if len(cursor) > CURSOR_LENGTH:
        raise BadCursor("This cursor is not one of this list.")
    try:
        made_for, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if made_for != sort or type(pk) is not int or not 0 < pk < 2**63:
            raise BadCursor
        if sort == Sort.NEWEST:
            if not (moment := datetime.fromisoformat(value)).tzinfo:
                raise BadCursor
            return moment, pk
        if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e15:
            raise BadCursor
        return value, pk
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadCursor("This cursor is not one of this list.") from error


# Already raised?


def close_matches(text: str, participant: Participant | None = None, most: int = 3) -> list[Idea]:
    """Open ideas that say much the same as a text, closest first.

    PostgreSQL brings those that share words; close is one whose title's words mostly stand in the text.
    """
    words = _telling_words(text)
    if len(words) < 2:
        return []
    query = SearchQuery(" | ".join(words), config="english", search_type="raw")
    ideas = Idea.objects.filter(status__in=OPEN, search=query).annotate(
        fit=SearchRank(F("search"), query),
        title_words=_lexemes(F("title")),
        asked_words=_lexemes(Value(text[:2000])),
    )
    found = for_cards(ideas, participant).order_by("-fit", "-score", "-pk")[:CANDIDATES]
    close = sorted(((_shared(idea), idea) for idea in found), key=lambda pair: -pair[0])
    return [idea for share, idea in close if share >= CLOSE][:most]


def _lexemes(text: Any) -> models.Func:
    vector = SearchVector(text, config="english")
    return models.Func(vector, function="tsvector_to_array", output_field=ArrayField(models.TextField()))


def _shared(idea: Any) -> float:
    """The share of an idea's title words that stand in the text; 0 where it is a single word."""
    shared = set(idea.title_words) & set(idea.asked_words)
    return len(shared) / len(idea.title_words) if len(shared) > 1 else 0.0


def _telling_words(text: str) -> list[str]:
    """Words for to_tsquery, each one only letters and digits so that none is an operator."""
    words = re.findall(r"[^\W_]{3,40}", text[:500])
    return list(dict.fromkeys(word.lower() for word in words))[:24]


def nearby(
    point: Point, participant: Participant | None = None, topic: str = "", most: int = 5
) -> list[Idea]:
    """Open ideas within 250 m, nearest first; those of the same topic before the others."""
    north = NEARBY_METERS / METERS_PER_DEGREE
    east = north / max(0.01, math.cos(math.radians(point.latitude)))
    box = Idea.objects.filter(
        status__in=OPEN,
        latitude__range=(point.latitude - north, point.latitude + north),
        longitude__range=(point.longitude - east, point.longitude + east),
    )
    found = for_cards(box.annotate(meters=meters_from(point)), participant)
    same = models.Case(models.When(topic__slug=topic, then=0), default=1, output_field=models.IntegerField())
    return list(found.filter(meters__lte=NEARBY_METERS).order_by(same, "meters", "pk")[:most])


# Weigh in


def weigh_in(participant: Participant | None, seen: Sequence[int] = ()) -> Idea | None:
    """One open idea that this participant has not voted on, drawn so that under-seen ones come up more.

    A draw without replacement with weight 1 / (1 + votes): Efraimidis and Spirakis, 2006.
    """
    ideas = Idea.objects.filter(status__in=OPEN).exclude(pk__in=seen)
    if participant:
        ideas = ideas.exclude(participant=participant).exclude(
            pk__in=Vote.objects.filter(participant=participant).values("idea")
        )
    votes = Cast(F("up") + F("down") + 1, models.FloatField())
    # 1 - random() is never 0, so its logarithm exists.
    draw = Ln(Value(1.0) - Random()) * votes
    return for_cards(ideas, participant).order_by(draw.desc()).first()


def topics() -> list[Topic]:
    """The city's topics, in their order; from the cache, for every page asks."""
    found = cache.get(TOPICS_KEY)
    if found is None:
        found = list(Topic.objects.all())
        cache.set(TOPICS_KEY, found, 300)
    return found
