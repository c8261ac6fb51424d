"""The pause: nothing leaves, in the city, in a patrol borough or at one command; and what comes after.

    pause(place=command_or_none, by=user, reason="")     from this moment no claim takes anything there
    lift(pause=pause, by=user)                           what became due meanwhile waits for a person
    decide(messages=ids, what=Afterwards.SEND, by=user)  what becomes of it; inside tenancy.enter

A pause is a row that every claim of a delivery asks for (DeliveryQuerySet.due): it stops what is queued, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts import tenancy
from precincts.access import Permission, may
from precincts.models import Command, User
from socialfeeds import tasks
from socialfeeds.models import Delivery, Did, Message, MessageStep, Pause, State, Status


class Afterwards(models.TextChoices):
    """What becomes of a message that was missed."""

    DRAFT = "draft", _("Back to draft")
    SEND = "send", _("Send now")
    WITHDRAW = "withdraw", _("Withdraw")


def pause(*, place: Command | None, by: User, reason: str = "") -> Pause:
    """Stop everything there. Where it is paused already, that pause stands."""
    try:
        with transaction.atomic():
            return Pause.objects.create(place=place, begun_by=by, reason=reason)
    except IntegrityError:
        return Pause.objects.get(place=place, lifted_at=None)


def may_lift(pause: Pause, user: User) -> bool:
    """Headquarters lifts any; a commander what was begun at the command, but not headquarters' own."""
    if may(user, Permission.PAUSE):
        return True
    theirs = pause.place is not None and may(user, Permission.APPROVE, pause.place)
    return theirs and not (pause.begun_by and may(pause.begun_by, Permission.PAUSE))


def lift(*, pause: Pause, by: User, missed: Afterwards | None = None) -> Pause:
    """Let things leave again, but for what became due meanwhile: that is held until somebody decides.

    `missed` decides on all of it at once. Called outside of any tenancy. Lifted twice is lifted once.
    """
    with transaction.atomic():
        found = Pause.objects.select_for_update().filter(pk=pause.pk).first()
        if found is None or found.lifted_at:
            return found or pause
        now = timezone.now()
        for command_id in _with_missed(found, now):
            with tenancy.enter(command_id):
                held = _hold(now)
                if missed:
                    decide(messages=held, what=missed, by=by)
        found.lifted_at, found.lifted_by = now, by
        found.save(update_fields=["lifted_at", "lifted_by"])
    return found


def _with_missed(pause: Pause, now: datetime) -> list[int]:
    """The commands that it covered, and no other pause does, where something is due."""
    others = Pause.objects.filter(lifted_at=None).exclude(pk=pause.pk)
    if others.filter(place=None).exists():
        return []
    places = [other.place_id for other in others]
    with tenancy.citywide():
        due = _missed(now).exclude(command__in=places).exclude(command__parent__in=places)
        if pause.place_id:
            due = due.filter(Q(command=pause.place_id) | Q(command__parent=pause.place_id))
        return list(due.order_by("command").values_list("command", flat=True).distinct())


def _missed(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=State.READY, due_at__lte=now, message__status=Status.RELEASED)


def _hold(now: datetime) -> list[int]:
    """Inside a command: hold what is due. A part that somebody has claimed is not due any more."""
    rows = list(_missed(now).select_for_update(of=("self",)).order_by("pk").values_list("pk", "message"))
    Delivery.objects.filter(pk__in=[pk for pk, _message in rows]).update(state=State.HELD)
    messages = sorted({message for _pk, message in rows})
    Message.objects.filter(pk__in=messages).update(missed_at=now)
    return messages


# --- what was missed -------------------------------------------------------------------------------------


def missed_messages() -> QuerySet[Message]:
    """What waits for a decision, the oldest first. Inside a tenancy."""
    return Message.objects.filter(missed_at__isnull=False).order_by("scheduled_at", "pk")


def has_begun(message: Message) -> bool:
    """Whether a part of it has left, or may have."""
    return any(delivery.state not in (State.HELD, State.READY) for delivery in message.deliveries.all())


def decide(*, messages: Iterable[int], what: Afterwards, by: User) -> int:
    """Decide on messages that were missed; says on how many. Inside tenancy.enter.

    What has been decided meanwhile is passed over. Of what has left in part, the rest is withdrawn where it
    should become a draft.
    """
    found = Message.objects.select_for_update().filter(pk__in=list(messages), missed_at__isnull=False)
    decided = 0
    for message in found.order_by("pk"):
        _decide(message, what, by)
        decided += 1
    return decided


def _decide(message: Message, what: Afterwards, by: User) -> None:
    if what == Afterwards.DRAFT and has_begun(message):
        what = Afterwards.WITHDRAW
    held = message.deliveries.filter(state=State.HELD)
    message.missed_at = None
    if what == Afterwards.SEND:
        ids = list(held.values_list("pk", flat=True))
        held.update(state=State.READY, due_at=timezone.now())
        for delivery in Delivery.objects.filter(pk__in=ids):
            tasks.send_soon(delivery)
    else:
        message.move(Status.DRAFT if what == Afterwards.DRAFT else Status.WITHDRAWN)
        held.update(due_at=None)
    message.save(update_fields=["missed_at", "status", "changed_at"])
    MessageStep.objects.create(
        message=message, did=Did.RESUMED, by=by, version=message.version, reason=str(what.label)
    )
