"""What ideas do when something happens below them."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.dispatch import receiver

from ideas import reporting, trusting, verdicts, voting
from ideas.models import Comment, Idea, Photo, Report, Trust, Verdict, Vote
from ideas.notices import contacts, following
from precincts import tenancy
from precincts.models import Participant
from precincts.participants import merging

OWNED = (Idea, Comment, Photo)


@receiver(merging)
def carry_over(sender: Any, source: Participant, target: Participant, **kwargs: Any) -> None:
    """Signing in: ideas, comments and votes go along, command by command."""
    with tenancy.citywide():
        commands = {
            command_id
            for model in (Vote, Verdict, Report, Trust, *OWNED)
            for command_id in model.objects.filter(participant=source).values_list("command", flat=True)
        }
    for command_id in sorted(commands):
        with tenancy.enter(command_id):
            voting.carry_over(source=source, target=target)
            verdicts.carry_over(source=source, target=target)
            reporting.carry_over(source=source, target=target)
            trusting.carry_over(source=source, target=target)
            for model in OWNED:
                model.objects.filter(participant=source).update(participant=target)
    following.carry_over(source=source, target=target)


@receiver(tracking)
def stop_writing(sender: Any, event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """The mail provider's word: an address takes no mail, or its reader wants none."""
    if event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        contacts.bounced(event.recipient or "")
    elif event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        contacts.complained(event.recipient or "")
