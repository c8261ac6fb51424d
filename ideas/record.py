"""A command's public record: what came in, what became of it, and how long it took.

The same few statements, however many rows there are; none names a command, for inside a tenancy these tables
are one command's. Counted is what stands: a decision that was undone counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.cache import cache
from django.db import connection, models
from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from ideas.models import Action, Appeal, Comment, Decision, Idea, Outcome, Rule, Verdict
from precincts.models import Command

# Which decisions end the wait for a review, for an answer, for an action.
REVIEWED = [Action.APPROVE, Action.SCREEN, Action.REFER, Action.MERGE, Action.MOVE]
HEARD = [Action.HEAR, Action.ACT, Action.DONE, Action.CANNOT]
ACTED = [Action.DONE]
REFERRED = [Action.REFER, Action.MOVE]


FRESH_SECONDS = 300


class Period(StrEnum):
    MONTHS = "12"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True)
class Totals:
    """How many ideas, and the median time from raising to each step; None where nothing took that step."""

    came_in: int
    heard: int
    acted: int
    referred: int
    to_review: timedelta | None
    to_heard: timedelta | None
    to_acted: timedelta | None


@dataclass(frozen=True)
class Screened:
    """What was screened under one rule, and what became of the appeals. No rule: imported without one."""

    rule: Rule | None
    ideas: int
    comments: int
    appealed: int
    upheld: int
    overturned: int


@dataclass(frozen=True)
class Month:
    first: date
    came_in: int
    heard: int
    acted: int


@dataclass(frozen=True)
class Record:
    period: Period
    since: datetime | None
    totals: Totals
    comments: int
    screened: list[Screened]
    appeals: dict[str, int]
    fixed: int
    not_fixed: int
    months: list[Month]

    @property
    def screened_in_all(self) -> int:
        return sum(row.ideas + row.comments for row in self.screened)


def start_of(period: Period, now: datetime | None = None) -> datetime | None:
    """Since when a period counts, in the city's own days; None for always."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == Period.YEAR:
        return today.replace(month=1, day=1)
    if period == Period.MONTHS:
        # This month and the eleven before it: whole months, as they are drawn.
        month = today.month % 12 + 1
        return today.replace(year=today.year - (month > 1), month=month, day=1)
    return None


def record(period: Period = Period.MONTHS) -> Record:
    """The entered command's record."""
    since = start_of(period)
    appeals = _appeals(since)
    fixed, not_fixed = _verdicts(since)
    return Record(
        period=period,
        since=since,
        totals=totals(since),
        comments=_in(Comment.objects.filter(author=None), "created_at", since).count(),
        screened=_screened(since),
        appeals=appeals,
        fixed=fixed,
        not_fixed=not_fixed,
        months=_months(since),
    )


# An idea's first review, first answer, first action; then how many, and the middle of how long.
TOTALS = """
WITH step AS (
    SELECT idea_id,
        min(decided_at) FILTER (WHERE action = ANY(%(reviewed)s)) AS reviewed,
        min(decided_at) FILTER (WHERE action = ANY(%(heard)s)) AS heard,
        min(decided_at) FILTER (WHERE action = ANY(%(acted)s)) AS acted,
        min(decided_at) FILTER (WHERE action = ANY(%(referred)s)) AS referred
    FROM ideas_decision
    WHERE comment_id IS NULL AND undone_at IS NULL
    GROUP BY idea_id
)
SELECT
    count(*) FILTER (WHERE idea.created_at >= %(since)s),
    count(*) FILTER (WHERE heard >= %(since)s),
    count(*) FILTER (WHERE acted >= %(since)s),
    count(*) FILTER (WHERE referred >= %(since)s),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY reviewed - idea.created_at)
        FILTER (WHERE reviewed >= %(since)s),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY heard - idea.created_at)
        FILTER (WHERE heard >= %(since)s),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY acted - idea.created_at)
        FILTER (WHERE acted >= %(since)s)
FROM ideas_idea AS idea LEFT JOIN step ON step.idea_id = idea.id
"""


def totals(since: datetime | None) -> Totals:
    """How many, and how long it took: one statement."""
    asked = {
        "reviewed": [action.value for action in REVIEWED],
        "heard": [action.value for action in HEARD],
        "acted": [action.value for action in ACTED],
        "referred": [action.value for action in REFERRED],
        "since": since or "-infinity",
    }
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, asked)
        return Totals(*cursor.fetchone())


def lately(command: Command) -> Totals:
    """The last twelve months for a page that everybody opens, as they were at most five minutes ago."""
    key = f"engage:record:{command.pk}"
    known: Totals | None = cache.get_or_set(key, lambda: totals(start_of(Period.MONTHS)), FRESH_SECONDS)
    return known or totals(start_of(Period.MONTHS))


def _in(rows: models.QuerySet[Any], field: str, since: datetime | None) -> models.QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": since}) if since else rows


def _screened(since: datetime | None) -> list[Screened]:
    """Rule by rule, the newest edition first: one statement, and one for the rules."""
    rows = _in(Decision.objects.filter(action=Action.SCREEN, undone_at=None), "decided_at", since)
    counted = (
        rows.order_by()
        .values("rule")
        .annotate(
            ideas=Count("pk", distinct=True, filter=Q(comment=None)),
            comments=Count("pk", distinct=True, filter=Q(comment__isnull=False)),
            appealed=Count("appeals", distinct=True),
            upheld=Count("appeals", distinct=True, filter=Q(appeals__outcome=Outcome.UPHELD)),
            overturned=Count("appeals", distinct=True, filter=Q(appeals__outcome=Outcome.OVERTURNED)),
        )
    )
    found = {row.pop("rule"): row for row in counted}
    rules = Rule.objects.filter(pk__in=[pk for pk in found if pk]).select_related("edition")
    ordered: list[Rule | None] = [*rules.order_by("-edition__number", "number")]
    if None in found:
        ordered.append(None)
    return [Screened(rule=rule, **found[rule.pk if rule else None]) for rule in ordered]


def _appeals(since: datetime | None) -> dict[str, int]:
    """Decided in the period, by outcome; and what is open now."""
    at = Q(decided_at__gte=since) if since else Q()
    return Appeal.objects.filter(decision__undone_at=None).aggregate(
        upheld=Count("pk", filter=Q(outcome=Outcome.UPHELD) & at),
        overturned=Count("pk", filter=Q(outcome=Outcome.OVERTURNED) & at),
        open=Count("pk", filter=Q(outcome=Outcome.OPEN)),
    )


def _verdicts(since: datetime | None) -> tuple[int, int]:
    """What residents said about what was done: fixed, and not fixed."""
    rows = _in(Verdict.objects.filter(decision__undone_at=None), "created_at", since)
    said = rows.aggregate(yes=Count("pk", filter=Q(fixed=True)), no=Count("pk", filter=Q(fixed=False)))
    return said["yes"], said["no"]


def _months(since: datetime | None) -> list[Month]:
    """Month by month, with those in which nothing happened; at most the last twelve."""
    first = start_of(Period.MONTHS)
    start = max(first, since) if first and since else first
    raised = _by_month(Idea.objects.filter(created_at__gte=start), "created_at")
    decided = Decision.objects.filter(comment=None, undone_at=None, decided_at__gte=start)
    heard = _by_month(decided.filter(action__in=HEARD), "decided_at", "idea")
    acted = _by_month(decided.filter(action__in=ACTED), "decided_at", "idea")
    months, month = [], start.date() if start else timezone.localdate()
    while month <= timezone.localdate():
        months.append(Month(month, *(counts.get(month, 0) for counts in (raised, heard, acted))))
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def _by_month(rows: models.QuerySet[Any], field: str, what: str = "pk") -> dict[date, int]:
    months = rows.order_by().annotate(month=TruncMonth(field)).values("month")
    counted = months.annotate(n=Count(F(what), distinct=True)).values_list("month", "n")
    return {timezone.localdate(month): n for month, n in counted}
