"""What does not leave by itself raises an alarm, once, until it has gone its way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import publishing, telling
from socialfeeds.models import Alarm, Delivery, Pause

pytestmark = pytest.mark.django_db(transaction=True)


def alarms(outbox, **fields):
    with tenancy.enter(outbox.command):
        return list(Alarm.objects.filter(closed_at=None, **fields))


def sweep(times=2):
    for command_id in telling.due() * times:
        telling.tell(command_id=command_id)


def test_what_a_pause_or_a_death_keeps_for_an_hour_is_told_once_and_is_over_when_it_left(outbox):
    outbox.say("The lamp at Main St is fixed.")
    Pause.objects.create()
    sweep()
    assert alarms(outbox) == []
    with tenancy.enter(outbox.command):
        Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=61))
    sweep()
    (alarm,) = alarms(outbox, kind="missed")
    assert "The lamp at Main St is fixed." in alarm.words
    assert "publishing is paused" in alarm.words
    Pause.objects.update(lifted_at=timezone.now())
    outbox.work()
    sweep()
    assert alarms(outbox) == []


def test_what_waits_for_a_decision_is_told_once_and_is_over_when_it_is_made(outbox, make_user):
    officer = make_user()
    outbox.say()
    outbox.x.fault("500")
    outbox.work_on()
    sweep()
    (alarm,) = alarms(outbox, kind="needs_person")
    assert alarm.about["delivery"] == outbox.row().pk
    with tenancy.enter(outbox.command):
        publishing.send_again(delivery=outbox.row(), by=officer)
    sweep()
    assert alarms(outbox) == []
