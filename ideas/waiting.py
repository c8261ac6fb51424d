"""What waits for a command's desk, in one list: riskiest first, then oldest.

Five kinds from four tables in one statement: each branch reads a partial index in the list's own order and
stops after a page, and the union sorts what is left. A page costs the same whatever waits behind it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, F, Min, Q, Value
from django.db.models.functions import Least

from ideas.goals import Goals
from ideas.models import PUBLIC, Appeal, Comment, CommentStatus, Idea, Measure, Report, Status
from precincts.models import Command, User
from socialfeeds.models import Thread

# Our cursors have some ninety characters.
CURSOR_LENGTH = 200


class Kind(models.TextChoices):
    """Why something is on the list."""

    IDEA = "idea"
    COMMENT = "comment"
    REPORT = "report"
    VERDICT = "verdict"
    OUTCOME = "outcome"


# How heavy each kind weighs beside the others. Ideas and comments bring the weight of their heaviest flag
# (flagging.py): an emergency weighs 100 and stands above everything, a text without a flag weighs nothing.
WEIGHTS = {
    # A reader says that something public breaks a rule; the more say so, the sooner somebody looks.
    Kind.REPORT: 40,
    # Neighbors say that what was called done is not.
    Kind.VERDICT: 35,
    # Headquarters decided an appeal: to be read, and nothing to be done.
    Kind.OUTCOME: 10,
}
EACH_FURTHER_REPORT = 5
MOST_FOR_REPORTS = 80

COLUMNS = ("weight", "since", "kind", "key", "on_idea", "on_comment", "n")


class BadCursor(ValueError):
    """A cursor that this list did not give."""


@dataclass(frozen=True)
class Place:
    """Where something stands on the list. `key` is the number of its row, by its kind."""

    weight: int
    since: datetime
    kind: Kind
    key: int

    def cursor(self) -> str:
        text = json.dumps([self.weight, self.since.isoformat(), self.kind, self.key])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Raises BadCursor."""
        try:
            if len(cursor) > CURSOR_LENGTH:
                raise BadCursor
            weight, since, kind, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            moment = datetime.fromisoformat(since)
            if type(weight) is not int or type(key) is not int or not moment.tzinfo:
                raise BadCursor
            if not (0 <= weight < 2**15 and 0 < key < 2**63):
                raise BadCursor
            return cls(weight, moment, Kind(kind), key)
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise BadCursor("This cursor is not one of this list.") from error


@dataclass(frozen=True)
class Entry:
    """One entry: its place; the idea, or the comment under one, that it is about; how often it was said."""

    place: Place
    idea: int
    comment: int | None
    n: int

    @property
    def item(self) -> tuple[str, int]:
        """What one opens to deal with it, as claims name it."""
        return ("comment", self.comment) if self.comment else ("idea", self.idea)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which part of the list: of one kind, of one label, assigned to somebody."""

    kind: Kind | None = None
    label: int | None = None
    mine: User | None = None

    def of_idea(self, rows: Any, way: str = "") -> Any:
        """Rows whose idea fits; `way` leads from a row to its idea."""
        if self.mine is not None:
            rows = rows.filter(**{f"{way}assigned_to": self.mine})
        if self.label is not None:
            rows = rows.filter(**{f"{way}labels__label": self.label})
        return rows


ALL = Wanted()


def entries(wanted: Wanted = ALL, after: Place | None = None, most: int = 50) -> list[Entry]:
    """The next `most` entries of the entered command, in order: one query."""
    branches = [
        _after(_BRANCHES[kind](wanted), kind, after)
        .order_by("-weight", "since", "key")
        .values_list(*COLUMNS)[:most]
        for kind in Kind
        if wanted.kind in (None, kind)
    ]
    rows = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    if len(branches) > 1:
        rows = rows.order_by("-weight", "since", "kind", "key")[:most]
    return [_entry(row) for row in rows]


def places_of(item: tuple[str, int]) -> list[Entry]:
    """Where one item stands on the list, once for each reason that it waits: one query."""
    kind, pk = item
    this = {"on_comment": pk} if kind == "comment" else {"on_idea": pk, "on_comment__isnull": True}
    branches = [_BRANCHES[kind](ALL).filter(**this).order_by().values_list(*COLUMNS) for kind in Kind]
    rows = branches[0].union(*branches[1:], all=True).order_by("-weight", "since", "kind", "key")
    return [_entry(row) for row in rows]


def _entry(row: tuple[Any, ...]) -> Entry:
    weight, since, kind, key, idea, comment, n = row
    return Entry(Place(weight, since, Kind(kind), key), idea, comment, n)


class _CountOf(models.Subquery):
    """How many rows a query gives, as a column."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def counts(command: Command, goals: Goals) -> dict[str, int]:
    """What waits by kind, what is late by "late_" and its measure, and the inbox's "mentions": one query.

    Ideas that wait are not counted here: the board's counters know them.
    """
    late: dict[str, Any] = {
        f"late_{measure}": Idea.objects.filter(goals.late_ideas(measure))
        for measure in (Measure.REVIEW, Measure.HEAR, Measure.ACT)
    }
    late["late_comments"] = Comment.objects.filter(
        status=CommentStatus.WAITING, created_at__lt=goals.since(Measure.REVIEW)
    )
    # What was said on networks waits in the inbox, which has an order of its own.
    late["mentions"] = Thread.objects.waiting()
    asked = {kind.value: _BRANCHES[kind](ALL) for kind in Kind if kind != Kind.IDEA} | late
    columns = {
        f"n_{name}": _CountOf(rows.order_by().values_list("key" if name in _BRANCHES else "pk"))
        for name, rows in asked.items()
    }
    row = Command.objects.filter(pk=command.pk).annotate(**columns).values(*columns).get()
    return {name.removeprefix("n_"): n for name, n in row.items()}


# The branches


def _named(rows: Any, kind: Kind, **columns: Any) -> Any:
    return rows.annotate(kind=Value(kind.value, output_field=models.CharField()), **columns)


NO_COMMENT = Value(None, output_field=models.BigIntegerField())
ONE = Value(1)


def _ideas(wanted: Wanted) -> Any:
    rows = wanted.of_idea(Idea.objects.filter(status=Status.WAITING))
    return _named(
        rows,
        Kind.IDEA,
        weight=F("risk"),
        since=F("created_at"),
        key=F("pk"),
        on_idea=F("pk"),
        on_comment=NO_COMMENT,
        n=ONE,
    )


def _comments(wanted: Wanted) -> Any:
    rows = wanted.of_idea(Comment.objects.filter(status=CommentStatus.WAITING), "idea__")
    return _named(
        rows,
        Kind.COMMENT,
        weight=F("risk"),
        since=F("created_at"),
        key=F("pk"),
        on_idea=F("idea_id"),
        on_comment=F("pk"),
        n=ONE,
    )


def _reports(wanted: Wanted) -> Any:
    """One entry for all that was reported of one thing, while the public can still see it."""
    rows = Report.objects.filter(handled_at__isnull=True, idea__status__in=PUBLIC)
    rows = rows.filter(Q(comment__isnull=True) | Q(comment__status=CommentStatus.SHOWN))
    rows = wanted.of_idea(rows, "idea__").order_by().values("idea_id", "comment_id")
    further = (Count("pk", distinct=True) - 1) * EACH_FURTHER_REPORT
    return _named(
        rows,
        Kind.REPORT,
        weight=Least(further + WEIGHTS[Kind.REPORT], Value(MOST_FOR_REPORTS)),
        since=Min("created_at"),
        key=Min("pk"),
        on_idea=F("idea_id"),
        on_comment=F("comment_id"),
        n=Count("pk", distinct=True),
    )


def _verdicts(wanted: Wanted) -> Any:
    rows = wanted.of_idea(Idea.objects.filter(reopened_at__isnull=False))
    return _named(
        rows,
        Kind.VERDICT,
        weight=Value(WEIGHTS[Kind.VERDICT]),
        since=F("reopened_at"),
        key=F("pk"),
        on_idea=F("pk"),
        on_comment=NO_COMMENT,
        n=ONE,
    )


def _outcomes(wanted: Wanted) -> Any:
    rows = wanted.of_idea(Appeal.objects.filter(decided_at__isnull=False, seen_at__isnull=True), "idea__")
    return _named(
        rows,
        Kind.OUTCOME,
        weight=Value(WEIGHTS[Kind.OUTCOME]),
        since=F("decided_at"),
        key=F("pk"),
        on_idea=F("idea_id"),
        on_comment=F("comment_id"),
        n=ONE,
    )


_BRANCHES = {
    Kind.IDEA: _ideas,
    Kind.COMMENT: _comments,
    Kind.REPORT: _reports,
    Kind.VERDICT: _verdicts,
    Kind.OUTCOME: _outcomes,
}


def _after(rows: Any, kind: Kind, place: Place | None) -> Any:
    """Rows of one kind that come after a place of whichever kind."""
    if place is None:
        return rows
    same = Q(since__gt=place.since)
    if kind > place.kind:
        same = Q(since__gte=place.since)
    elif kind == place.kind:
        same |= Q(since=place.since, key__gt=place.key)
    return rows.filter(Q(weight__lt=place.weight) | Q(Q(weight=place.weight) & same))
