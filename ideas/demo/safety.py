"""What the demonstration's desk has to look at: flags, a gap, a report, a trusted neighbor."""

from __future__ import annotations

from django.utils import timezone

from ideas import flagging, redacting, reporting, submitting, trusting
from ideas.models import Comment, CommentStatus, Decision, Idea, Redaction, Rule, Status
from precincts import tenancy
from precincts.models import Command, Participant, User

HOME = "pct-109"
IDEAS = 1
DECISIONS = 2  # approved with trust, and a piece taken out
TITLE = "Bins stand on the crossing by the library"
BODY = "They have stood there since last week. Strollers and wheelchairs go around them, in the road."
PIECE = "718-555-0147"
SAID = f"It is the same on our side of the street. Call me at {PIECE} if you want to see it."


def load(commands: list[Command]) -> None:
    """Once: a city with a redaction stays as it is."""
    with tenancy.citywide():
        if Redaction.objects.exists():
            return
    moderator = User.objects.filter(email="moderator@demo.example").first()
    for command in commands:
        with tenancy.enter(command):
            _flag()
            if command.slug == HOME and moderator:
                _at_home(moderator)


def _flag() -> None:
    """Rows that were written in bulk are looked through as others are when they are sent."""
    waiting: list[Idea | Comment] = [
        *Idea.objects.filter(status=Status.WAITING, flags=[]).defer("search"),
        *Comment.objects.filter(status=CommentStatus.WAITING, flags=[]),
    ]
    for item in waiting:
        flagging.look(item)
        if item.flags:
            item.save(update_fields=["flags", "risk"])


def _at_home(moderator: User) -> None:
    """One more issue, by a neighbor who is trusted; under it a comment with a gap, and a report."""
    rule = Rule.objects.in_force().order_by("number").first()
    if rule is None:
        return
    idea = submitting.submit(participant=Participant.objects.create(), title=TITLE, body=BODY)
    trusting.approve_and_trust(idea=idea, by=moderator)
    idea = Idea.objects.get(pk=idea.pk)
    said = submitting.comment(idea=idea, body=SAID, participant=Participant.objects.create())
    Comment.objects.filter(pk=said.pk).update(status=CommentStatus.SHOWN)
    redacting.redact(
        item=said, field="body", piece=PIECE, rule=rule, reason="A private number.", by=moderator
    )
    said = Comment.objects.get(pk=said.pk)
    reporting.report(
        idea=idea, comment=said, participant=Participant.objects.create(), rule=rule, text="It held a number."
    )
    # It is part of the city as it was loaded: nobody is told of it now.
    Decision.objects.filter(idea=idea).update(told_at=timezone.now())
