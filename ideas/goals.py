"""Service goals: how soon headquarters wants each step done, and what is late against them.

`Idea.queued_at` says since when the command owes the next step; a comment waits since it was written, an
appeal since it was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from ideas.models import Appeal, Comment, CommentStatus, Idea, Measure, Outcome, ServiceGoal, Status
from precincts.models import User

# What a city begins with, in hours. Headquarters changes it at /headquarters/goals/.
DEFAULTS = {
    Measure.REVIEW: 24,
    Measure.HEAR: 7 * 24,
    Measure.ACT: 30 * 24,
    Measure.APPEAL: 14 * 24,
}
# What an idea owes next, where it stands.
OWED = {
    Status.WAITING: Measure.REVIEW,
    Status.SPOKEN: Measure.HEAR,
    Status.HEARD: Measure.ACT,
    Status.ACTING: Measure.ACT,
}


@dataclass(frozen=True)
class Goals:
    """The goals in force, and the moment that they are held against."""

    within: Mapping[Measure, timedelta]
    now: datetime

    def since(self, measure: Measure) -> datetime:
        """What has waited since before this moment is late."""
        return self.now - self.within[measure]

    def over(self, measure: Measure | None, since: datetime | None) -> timedelta:
        """By how much something is late; nothing where it is not."""
        if measure is None or since is None:
            return timedelta(0)
        return max(timedelta(0), self.since(measure) - since)

    def idea_over(self, idea: Idea) -> timedelta:
        return self.over(OWED.get(Status(idea.status)), idea.queued_at)

    def comment_over(self, comment: Comment) -> timedelta:
        waits = comment.status == CommentStatus.WAITING
        return self.over(Measure.REVIEW if waits else None, comment.created_at)

    def late_ideas(self, measure: Measure) -> Q:
        statuses = [status for status, owed in OWED.items() if owed == measure]
        return Q(status__in=statuses, queued_at__lt=self.since(measure))


def in_force() -> Goals:
    """The goals of this moment: one query."""
    hours = DEFAULTS | {
        Measure(measure): hours for measure, hours in ServiceGoal.objects.values_list("measure", "hours")
    }
    return Goals({m: timedelta(hours=h) for m, h in hours.items()}, timezone.now())


def set_goals(*, hours: Mapping[str, int], by: User) -> None:
    """New goals for the city, by measure. Call it outside of any command: they belong to none."""
    for measure, wanted in hours.items():
        ServiceGoal.objects.update_or_create(measure=measure, defaults={"hours": wanted, "set_by": by})


def late_by_command(goals: Goals) -> dict[int, int]:
    """How much is late at each command, by its id: one query. Call it under `tenancy.citywide()`."""
    ideas = Q()
    for measure in (Measure.REVIEW, Measure.HEAR, Measure.ACT):
        ideas |= goals.late_ideas(measure)
    late = [
        Idea.objects.filter(ideas),
        Comment.objects.filter(status=CommentStatus.WAITING, created_at__lt=goals.since(Measure.REVIEW)),
        Appeal.objects.filter(outcome=Outcome.OPEN, created_at__lt=goals.since(Measure.APPEAL)),
    ]
    first, *others = [
        rows.order_by().values("command_id").annotate(n=Count("pk")).values_list("command_id", "n")
        for rows in late
    ]
    found: Counter[int] = Counter()
    for command_id, n in first.union(*others, all=True):
        found[command_id] += n
    return dict(found)
