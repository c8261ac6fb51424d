"""The demonstration's ways on: referred to agencies, two that were merged, one that another command has."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from ideas import merging, moderating, moving, submitting
from ideas.models import Action, Agency, Decision, Idea, Status, Topic, Vote
from precincts import tenancy
from precincts.models import Command, Participant, User

HERE, THERE = "pct-109", "pct-110"
SOURCE = "demo-routes:"
# How ideas of the demonstration name whom they are referred to, and that agency's code.
AGENCIES = {
    "Department of Transportation": "dot",
    "Department of Health": "dohmh",
    "Department of Buildings": "dob",
    "Department of Sanitation": "dsny",
    "Metropolitan Transportation Authority": "mta",
}


@dataclass(frozen=True)
class Raised:
    key: str
    title: str
    body: str
    topic: str
    place: str
    point: tuple[float, float]
    voters: range
    days: int


GREEN = Raised(
    "green",
    "The green on Union Street is too short to cross",
    "My mother walks with a cane. At 37th Avenue she is in the middle when it turns red, and the buses come.",
    "schools",
    "Union Street & 37th Avenue",
    (40.76335, -73.82685),
    range(14),
    26,
)
AGAIN = Raised(
    "again",
    "Old people cannot make it across Union St in one green",
    "Every morning in front of the center. Cars turn while they are still on the crossing.",
    "schools",
    "Union St at 37th Av",
    (40.76342, -73.82676),
    range(9, 20),
    12,
)
CORNER = Raised(
    "corner",
    "Trucks turn over the curb at 108th Street",
    "The corner by the laundry is broken from it, and people wait there for the bus with children.",
    "speeding",
    "108th Street & 43rd Avenue",
    (40.74665, -73.86155),
    range(3, 14),
    16,
)
RAISED = (GREEN, AGAIN, CORNER)
# The merge copies who had not voted on both; the move copies all.
IDEAS = len(RAISED) + 1
# Three approvals, one of them once more at the other command; a merge; the move, on both sides.
DECISIONS = 7
VOTES = (
    sum(len(one.voters) for one in RAISED) + len(set(AGAIN.voters) - set(GREEN.voters)) + len(CORNER.voters)
)


def load() -> None:
    """Once: a city that has them already stays as it is."""
    with tenancy.citywide():
        if Idea.objects.filter(external_id__startswith=SOURCE).exists():
            return
    _name_agencies()
    here, there = Command.objects.get(slug=HERE), Command.objects.get(slug=THERE)
    moderator = User.objects.get(email="moderator@demo.example")
    rng = random.Random(SOURCE)  # noqa: S311 - the same city each time
    with tenancy.enter(here):
        people = Participant.objects.bulk_create(Participant() for _n in range(22))
        made = {one.key: _raise(one, people, moderator, rng) for one in RAISED}
        merging.merge(idea=made["again"], into=made["green"], by=moderator)
        _long_ago(made["again"], 8)
    new = moving.hand_over(
        source=here,
        pk=made["corner"].pk,
        target=there,
        by=moderator,
        answer="That corner lies across the line: the 110th Precinct answers there, and has it now.",
    )
    for command, pk in ((here, made["corner"].pk), (there, new.pk)):
        with tenancy.enter(command):
            _long_ago(Idea.objects.defer("search").get(pk=pk), 5)


def _raise(one: Raised, people: list[Participant], by: User, rng: random.Random) -> Idea:
    idea = submitting.submit(
        participant=people[one.voters[0]],
        title=one.title,
        body=one.body,
        topic=Topic.objects.get(slug=one.topic),
        place=one.place,
        latitude=one.point[0],
        longitude=one.point[1],
    )
    if idea.status == Status.WAITING:
        moderating.decide(idea=idea, asked=moderating.Asked(action=Action.APPROVE, by=by))
    raised = timezone.now() - timedelta(days=one.days)
    approved = raised + timedelta(hours=5)
    Idea.objects.filter(pk=idea.pk).update(
        external_id=SOURCE + one.key, created_at=raised, published_at=approved, queued_at=approved
    )
    Decision.objects.filter(idea=idea).update(decided_at=approved, told_at=approved)
    votes = Vote.objects.bulk_create(
        Vote(idea=idea, participant=people[number], value=1) for number in one.voters
    )
    for vote in votes:
        vote.created_at = approved + timedelta(days=rng.uniform(0, one.days - 9))
    Vote.objects.bulk_update(votes, ["created_at"])
    return Idea.objects.defer("search").get(pk=idea.pk)


def _long_ago(idea: Idea, days: int) -> None:
    """Nobody is told of it now."""
    when = timezone.now() - timedelta(days=days)
    recent = timezone.now() - timedelta(hours=1)
    Decision.objects.filter(idea=idea, decided_at__gt=recent).update(decided_at=when, told_at=when)
    Idea.objects.filter(pk=idea.pk, queued_at__gt=recent).update(queued_at=when)
    Idea.objects.filter(pk=idea.pk, answered_at__gt=recent).update(answered_at=when)


def _name_agencies() -> None:
    """What the demonstration refers to by name gets the agency, with where one goes on."""
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    referred = {"status": Status.REFERRED, "moved_to": None, "agency": None}
    with tenancy.citywide():
        found = list(
            Idea.objects.filter(
                external_id__startswith="demo:", status=Status.REFERRED, agency=None
            ).values_list("pk", "command_id", "referred_to")
        )
    for pk, command_id, name in found:
        code = next((code for words, code in AGENCIES.items() if words in name), "")
        if code:
            with tenancy.enter(command_id):
                Idea.objects.filter(pk=pk, **referred).update(
                    agency=agencies[code], referred_to=agencies[code].name, referred_url=agencies[code].url
                )
