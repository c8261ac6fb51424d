"""What a test asks about notices: time passes, everybody is told, and who heard what."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from ideas.models import Decision, Notice
from ideas.notices import telling
from precincts import participants, tenancy
from precincts.models import Command, Participant


def undo_ends():
    """The minute of every decision is over."""
    for command in Command.objects.filter(slug__in=["pct-109", "pct-110"]):
        with tenancy.enter(command):
            late = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS)
            Decision.objects.filter(told_at=None, decided_at__gt=late).update(decided_at=late)


def tell_everybody():
    """As the sweep does it, once the minute is over. Says how many notices are new."""
    undo_ends()
    return sum(telling.tell(command_id=command, decision_id=pk) for command, pk in telling.due())


def told(participant, idea=None):
    """What a participant was told, oldest first: [(event, why)]."""
    rows = Notice.objects.filter(participant=participant).order_by("pk")
    if idea is not None:
        rows = rows.filter(command=idea.command_id, idea_id=idea.pk)
    return list(rows.values_list("event", "why"))


def told_twice():
    """(participant, idea, decision) of what somebody was told more than once. It should be empty."""
    rows = Notice.objects.values_list("participant", "idea_id", "decision_id")
    return [key for key, times in Counter(rows).items() if times > 1]


def untold():
    """Decisions that stand, and that nobody was told of yet."""
    with tenancy.citywide():
        return Decision.objects.filter(told_at=None, undone_at=None).count()


def participant_of(client):
    """Whose cookie a test's browser has, or whose sign-in."""
    if user_id := client.session.get("_auth_user_id") if client.session.session_key else None:
        return Participant.objects.get(user=user_id)
    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.user = AnonymousUser()
    return participants.find(request)
