"""Approve-and-trust: who was approved is not held for review any more, until somebody takes that back.

Trust is a command's, and given to a participant. What carries any flag is held all the same: a neighbor's
phone number is not for the writer to give away, however well we know the writer. What passes is decided by
nobody, and its decision says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import moderating
from ideas.models import Action, Comment, CommentStatus, Decision, Idea, Status, Trust
from precincts.models import Participant, User

LATEST = 3


def trusts(participant_id: int | None) -> bool:
    """Whether what this participant sends to the entered command is not held."""
    return participant_id is not None and current().filter(participant=participant_id).exists()


def current() -> Any:
    return Trust.objects.filter(revoked_at=None)


def approve_and_trust(*, idea: Idea, by: User, version: int | None = None) -> Trust:
    """Put an idea on the board, and hold nothing of its author any more. Raises Refused or Stale."""
    if idea.participant_id is None:
        raise moderating.Refused("trust", _("Nobody knows who wrote this: there is nobody to trust."))
    asked = moderating.Asked(action=Action.APPROVE, by=by, version=version)
    decision = moderating.decide(idea=idea, asked=asked)
    return _give(idea.participant_id, by, decision)


def _give(participant_id: int, by: User, decision: Decision) -> Trust:
    try:
        with transaction.atomic():
            return Trust.objects.create(participant_id=participant_id, given_by=by, decision=decision)
    except IntegrityError:
        # Another moderator did the same with another idea, a moment ago.
        return current().get(participant=participant_id)


def revoke(*, trust: Trust, by: User) -> None:
    """From now on what they send waits again. Twice is once."""
    Trust.objects.filter(pk=trust.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)


def undone(decision: Decision, by: User) -> None:
    """The approval was taken back, and so is the trust that was given with it."""
    Trust.objects.filter(decision=decision, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)


def pass_idea(idea: Idea) -> Idea:
    """A fresh idea, put on the board if its author is trusted and nothing about it is flagged."""
    if idea.status != Status.WAITING or idea.flags or not trusts(idea.participant_id):
        return idea
    decision = moderating.decide(
        idea=idea, asked=moderating.Asked(action=Action.APPROVE, by=None, reason=_why())
    )
    return decision.idea


def pass_comment(comment: Comment) -> Comment:
    if comment.flags or not trusts(comment.participant_id):
        return comment
    moderating.move_comment(
        comment=comment, action=Action.APPROVE, to=CommentStatus.SHOWN, by=None, reason=_why()
    )
    return comment


def _why() -> str:
    return _("Not held for review: the command trusts this neighbor.")


def carry_over(*, source: Participant, target: Participant) -> None:
    """Signing in: trust goes along, unless both were trusted."""
    if current().filter(participant=target).exists():
        current().filter(participant=source).update(revoked_at=timezone.now())
    Trust.objects.filter(participant=source).update(participant=target)


@dataclass
class Line:
    """Somebody who is trusted, or was. No word of who it is."""

    trust: Trust
    ideas: int = 0
    latest: list[Idea] = field(default_factory=list)


def lines(*, revoked: bool = False, most: int = 100) -> list[Line]:
    """Those who are trusted, newest first; or those who were. Three queries."""
    trusts = Trust.objects.filter(revoked_at__isnull=not revoked).select_related("given_by", "revoked_by")
    found = [
        Line(trust) for trust in trusts.order_by("-revoked_at" if revoked else "-given_at", "-pk")[:most]
    ]
    people = [line.trust.participant_id for line in found]
    theirs = Idea.objects.filter(participant__in=people)
    counts = dict(theirs.order_by().values_list("participant").annotate(n=Count("pk")))
    newest = theirs.exclude(status=Status.WITHDRAWN).annotate(
        place_in_line=Window(RowNumber(), partition_by=F("participant"), order_by=[F("created_at").desc()])
    )
    latest: dict[int, list[Idea]] = {}
    for idea in newest.filter(place_in_line__lte=LATEST).defer("search").order_by("-created_at", "-pk"):
        latest.setdefault(idea.participant_id or 0, []).append(idea)
    for line in found:
        line.ideas = counts.get(line.trust.participant_id, 0)
        line.latest = latest.get(line.trust.participant_id, [])
    return found
