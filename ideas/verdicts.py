"""Is it fixed? Residents answer once the command has acted; enough noes bring it back to the command.

Each `done` decision opens a round of its own: one verdict a participant, which can be changed while the
round lasts. It ends when the command acts anew, or when neighbors have brought the idea back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from ideas import moderating
from ideas.models import Action, Decision, Idea, Status, Verdict
from ideas.taking_part import Part, missing
from precincts.models import Command, Participant


class Closed(Exception):
    """There is no such round any more: the command has acted anew, or the idea stands elsewhere."""


@dataclass(frozen=True)
class Tally:
    """A round's verdicts, and the participant's own: None for none."""

    round: int
    fixed: int
    not_fixed: int
    mine: bool | None
    reopened: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def enough(*, fixed: int, not_fixed: int) -> bool:
    """Whether so many noes bring it back: more than the yeses, and not a few only."""
    return not_fixed >= settings.NOT_FIXED_ENOUGH and not_fixed > fixed


def round_of(idea: Idea) -> Decision | None:
    """The decision whose work is judged now; None where nothing is."""
    if idea.status != Status.ACTED or idea.moved_to_id is not None:
        return None
    done = idea.decisions.filter(action=Action.DONE, comment=None, undone_at=None)
    return done.order_by("-decided_at", "-pk").first()


def give(
    *, idea: Idea, participant: Participant, fixed: bool, text: str = "", round: int | None = None
) -> Tally:
    """Set the participant's verdict on the work that stands. Raises Closed.

    `round` is the one that they looked at; None takes any. The idea is locked first, so that of several noes
    at once exactly one brings it back. Call it inside a tenancy.
    """
    idea = Idea.objects.select_for_update(of=("self",)).defer("search").get(pk=idea.pk)
    judged = round_of(idea)
    if judged is None or (round is not None and round != judged.pk):
        raise Closed
    Verdict.objects.bulk_create(
        [Verdict(idea=idea, decision=judged, participant=participant, fixed=fixed, text=text)],
        update_conflicts=True,
        unique_fields=["command", "decision", "participant"],
        update_fields=["fixed", "text"],
    )
    now = tally(judged, participant)
    if not enough(fixed=now.fixed, not_fixed=now.not_fixed):
        return now
    _bring_back(idea)
    return Tally(**{**now.as_dict(), "reopened": True})


def _bring_back(idea: Idea) -> None:
    """Back to the command, on top of its queue. Nobody at the desk decided this: residents did."""
    idea = moderating.lock(idea, action=Action.REOPEN)
    moderating.move(idea=idea, action=Action.REOPEN, by=None, changes={"reopened_at": timezone.now()})


def tally(judged: Decision, participant: Participant | None) -> Tally:
    """The verdicts of one round: one query."""
    mine = Q(participant=participant) if participant else Q(pk=None)
    counted = Verdict.objects.filter(decision=judged).aggregate(
        yes=Count("pk", filter=Q(fixed=True)),
        no=Count("pk", filter=Q(fixed=False)),
        my_yes=Count("pk", filter=mine & Q(fixed=True)),
        my_no=Count("pk", filter=mine & Q(fixed=False)),
    )
    own = True if counted["my_yes"] else False if counted["my_no"] else None
    return Tally(round=judged.pk, fixed=counted["yes"], not_fixed=counted["no"], mine=own)


def carry_over(*, source: Participant, target: Participant) -> None:
    """In one command: what `source` judged becomes `target`'s. Where both did, the target's stands."""
    judged = Verdict.objects.filter(participant=target).values("decision")
    Verdict.objects.filter(participant=source, decision__in=judged).delete()
    Verdict.objects.filter(participant=source).update(participant=target)


# What pages show of it


def part(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """For an idea's page. Nothing is asked of the database where there is nothing to judge."""
    judged = round_of(idea)
    if judged is None:
        return {"verdict": None}
    participant = request.participant  # type: ignore[attr-defined]
    return {
        "verdict": tally(judged, participant),
        "verdict_text": _own_text(judged, participant),
        "cannot_judge": missing(request, idea.command, Part.VOTE),
    }


def _own_text(judged: Decision, participant: Participant | None) -> str:
    if not participant:
        return ""
    mine = Verdict.objects.filter(decision=judged, participant=participant)
    return mine.values_list("text", flat=True).first() or ""


@dataclass(frozen=True)
class Round:
    """All verdicts on one `done` decision, for the desk: newest words first."""

    decision: Decision
    fixed: int
    not_fixed: int
    words: list[Verdict]


def rounds_for_desk(request: HttpRequest, command: Command, idea: Idea) -> dict[str, Any]:
    """What residents said of the last work, with their words: the desk alone reads those."""
    if idea.status not in (Status.ACTED, Status.ACTING):
        return {"verdict_round": None}
    last = idea.decisions.filter(action=Action.DONE, comment=None, undone_at=None)
    judged = last.order_by("-decided_at", "-pk").first()
    verdicts = list(judged.verdicts.order_by("-created_at", "-pk")) if judged else []
    if not judged or not verdicts:
        return {"verdict_round": None}
    fixed = sum(verdict.fixed for verdict in verdicts)
    return {
        "verdict_round": Round(
            decision=judged,
            fixed=fixed,
            not_fixed=len(verdicts) - fixed,
            words=[verdict for verdict in verdicts if verdict.text][:50],
        )
    }
