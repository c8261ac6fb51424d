"""What the demonstration's resident follows, and was told of it: the last days, of which some are unread."""

from __future__ import annotations

from ideas.models import Action, Decision, Idea, Notice, Topic
from ideas.notices import following
from ideas.notices.telling import Why
from precincts import tenancy
from precincts.models import Command, Participant, User

TOLD = 14
UNREAD = 4


def load(command: Command, email: str) -> None:
    """Outside of any tenancy. Loaded again it changes nothing."""
    mine = Participant.objects.get_or_create(user=User.objects.get(email=email))[0]
    if Notice.objects.filter(participant=mine).exists():
        return
    following.follow_command(participant=mine, command=command)
    following.follow_topic(participant=mine, topic=Topic.objects.all()[0], command=None)
    if command.latitude is not None and command.longitude is not None:
        following.follow_place(
            participant=mine, latitude=command.latitude, longitude=command.longitude, radius_m=1000
        )
    with tenancy.enter(command):
        ideas = list(Idea.objects.listed().defer("search").order_by("-score", "pk")[:2])
        told = Decision.objects.filter(comment=None, undone_at=None).select_related("command")
        told = told.filter(action__in=[Action.APPROVE, Action.DONE], idea__in=Idea.objects.public())
        last = list(told.order_by("-decided_at", "-pk")[:TOLD])
    for idea in ideas:
        following.follow_idea(participant=mine, idea=idea)
    notices = Notice.objects.bulk_create(_notice(mine, *each) for each in enumerate(last))
    for notice, decision in zip(notices, last, strict=True):
        # The field itself only knows "now".
        Notice.objects.filter(pk=notice.pk).update(created_at=decision.decided_at)


def _notice(participant: Participant, place: int, decision: Decision) -> Notice:
    return Notice(
        participant=participant,
        command=decision.command,
        idea_id=decision.idea_id,
        decision_id=decision.pk,
        event=decision.action,
        why=Why.COMMAND,
        read_at=None if place < UNREAD else decision.decided_at,
    )
