"""What the small city has of the course and of pauses: a quiz begun, one failed, a pause, what one missed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from precincts import tenancy
from precincts.models import Command
from socialfeeds import course_editing, pausing, training
from socialfeeds.models import Account, Delivery, Message, Pause, State

LONG = "https://example.org/" + "long" * 30


def build(users, busy, empty):
    """Called outside of any tenancy. Gives what the addresses name."""
    failed = training.begin(user=users["commander"])
    wrong = {}
    for asked in training.questions_of(failed):
        wrong[asked.question.pk] = next(number for number, _text in asked.choices if number != asked.right)
    failed = training.answer(attempt=failed, chosen=wrong)
    training.begin(user=users["commander"])
    draft = course_editing.begin()
    pausing.pause(
        place=Command.objects.get(slug=empty), by=users["reviewer"], reason=f"A storm is near. {LONG}"
    )
    lifted = Pause.objects.create(
        place=busy, begun_by=users["reviewer"], lifted_by=users["reviewer"], lifted_at=timezone.now()
    )
    with tenancy.enter(busy):
        message = Message.objects.create(
            text=f"The street fair is today. {LONG}",
            author=users["commander"],
            scheduled_at=timezone.now() - timedelta(hours=1),
            missed_at=lifted.lifted_at,
        )
        account = Account.objects.first()
        Delivery.objects.create(message=message, account=account, text=message.text, state=State.HELD)
    return {
        "failed": failed.pk,
        "lesson": draft.lessons.first().pk,
        "question": draft.questions.first().pk,
        "editor_user": users["commander"].pk,
        "lifted": lifted.pk,
    }
