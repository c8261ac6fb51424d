"""What the demonstration's desk has to look at: flags, a gap, a report, a trusted neighbor."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import flagging, redacting, reporting, submitting
from ideas.models import Comment, CommentStatus, Decision, Idea, Redaction, Rule, Status, Trust
from precincts import tenancy
from precincts.models import Command, Participant, User

HOME = "pct-109"
PIECE = "718-555-0147"


def load(commands: Iterable[Command]) -> None:
    """Once, after the boards are filled: a city with a redaction stays as it is."""
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
    waiting = [
        *Idea.objects.filter(status=Status.WAITING, flags=[]).defer("search"),
        *Comment.objects.filter(status=CommentStatus.WAITING, flags=[]),
    ]
    for item in waiting:
        flagging.look(item)
        if item.flags:
            item.save(update_fields=["flags", "risk"])


def _at_home(moderator: User) -> None:
    ideas = list(Idea.objects.filter(status=Status.SPOKEN).defer("search").order_by("-score", "pk")[:2])
    rule = Rule.objects.in_force().order_by("number").first()
    if not ideas or rule is None:
        return
    said = submitting.comment(
        idea=ideas[0],
        body=_("It is the same on our side of the street. Call me at %(phone)s if you want to see it.")
        % {"phone": PIECE},
        participant=Participant.objects.create(),
    )
    Comment.objects.filter(pk=said.pk).update(status=CommentStatus.SHOWN)
    redacting.redact(
        item=said, field="body", piece=PIECE, rule=rule, reason=_("A private number."), by=moderator
    )
    # Long ago: nobody is told of it now.
    Decision.objects.filter(comment=said).update(told_at=timezone.now())
    reporting.report(
        idea=ideas[-1], comment=None, participant=Participant.objects.create(), rule=rule, text=""
    )
    if ideas[0].participant_id:
        Trust.objects.get_or_create(
            participant_id=ideas[0].participant_id, revoked_at=None, defaults={"given_by": moderator}
        )
