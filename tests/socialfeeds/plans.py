"""Planned messages in a test: the command's account, a draft at a local time, and who may move it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from precincts import tenancy
from socialfeeds import planning, scheduling
from socialfeeds.models import Account, Delivery, Message, State, Status
from tests.socialfeeds.voice import an_account

ZONE = "America/New_York"
CALENDAR = "/pct-109/desk/voice/calendar/"


def monday(weeks=1):
    """The Monday of a week to come."""
    today = scheduling.utc_to_local(timezone.now(), ZONE).date()
    return today + timedelta(days=7 * weeks - today.weekday())


def spring_night():
    """The Sunday of next year on which 2:00 to 3:00 does not exist in New York."""
    first = date(date.today().year + 1, 3, 8)
    return first + timedelta(days=6 - first.weekday())


def autumn_night():
    """The Sunday of next year on which 1:00 to 2:00 comes twice there."""
    first = date(date.today().year + 1, 11, 1)
    return first + timedelta(days=6 - first.weekday())


def at(day, hour, minute=0):
    return scheduling.local_to_utc(datetime(day.year, day.month, day.day, hour, minute), ZONE, second=False)


def account(command):
    with tenancy.enter(command):
        return Account.objects.first() or an_account()


def a_plan(command, moment=None, *, text="The lamp is mended.", status=Status.DRAFT, author=None, **fields):
    """A message for the command's account, as far as `status`."""
    to = account(command)
    with tenancy.enter(command):
        message = planning.make_draft(text=text, accounts=[to], author=author, scheduled_at=moment, zone=ZONE)
        Message.objects.filter(pk=message.pk).update(status=status, **fields)
        if status == Status.RELEASED:
            message.deliveries.update(state=State.READY, due_at=moment or timezone.now(), text=text)
        return Message.objects.get(pk=message.pk)


def now(message):
    with tenancy.enter(message.command_id):
        return Message.objects.get(pk=message.pk)


def delivery_of(message):
    with tenancy.enter(message.command_id):
        return Delivery.objects.get(message=message)
