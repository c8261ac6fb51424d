"""How far a message is, in one word for people: its own status, and what became of its deliveries."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from socialfeeds.models import Delivery, Message, State, Status


def stage_of(message: Message, deliveries: Iterable[Delivery]) -> tuple[str, str]:
    """How far a message is: a name for its color, and the word for people."""
    deliveries = list(deliveries)
    states = {delivery.state for delivery in deliveries}
    if message.status != Status.RELEASED:
        kinds = {Status.DRAFT: "draft", Status.SUBMITTED: "asks"}
        return kinds.get(Status(message.status), "late"), message.get_status_display()
    if message.missed_at or any(delivery.needs_person for delivery in deliveries):
        return "late", _("Needs a person")
    if states == {State.SENT}:
        return "sent", _("Sent")
    if states & {State.SENT, State.SENDING, State.UNKNOWN}:
        return "going", _("Being sent")
    if message.scheduled_at and message.scheduled_at > timezone.now():
        return "set", _("Scheduled")
    return "going", _("Waiting to be sent")
