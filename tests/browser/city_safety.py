"""What the small city has of reports, redaction and trust."""

from __future__ import annotations

from ideas import redacting, submitting, trusting
from ideas.models import Comment, CommentStatus, Idea, Rule
from precincts.models import Participant


def build(city, users):
    """Inside the busy command: a comment with a gap, and a neighbor who is trusted."""
    comment = submitting.comment(
        idea=Idea.objects.get(pk=city.ideas["spoken"]),
        body="Here too, in front of number 12.",
        participant=None,
    )
    Comment.objects.filter(pk=comment.pk).update(status=CommentStatus.SHOWN)
    redacting.redact(
        item=comment,
        field="body",
        piece="number 12",
        rule=Rule.objects.in_force().first(),
        reason="It names a house.",
        by=users["moderator"],
    )
    city.ideas["shown_comment"] = comment.pk
    trusting.approve_and_trust(
        idea=submitting.submit(
            participant=Participant.objects.create(),
            title="Bins stand on the crossing",
            body="They have stood there for days, and strollers go around them in the road.",
        ),
        by=users["moderator"],
    )
