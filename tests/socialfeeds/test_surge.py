"""A surge rings once, against the command's own usual, with the posts behind it, and ends by itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import surging
from socialfeeds.models import Alarm, Mention, Thread
from tests.ideas.conftest import commander, staff
from tests.socialfeeds.voice import an_account

__all__ = ["commander", "staff"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def hears(pct_109):
    """hears(20, weeks=1): so much was said to the 109th within the hour that ended so many weeks ago."""
    with tenancy.enter(pct_109):
        account = an_account()
        thread = Thread.objects.create(account=account, conversation_id="1")

    numbers = count()

    def hear(number, *, weeks=0, kind="mention", ago=timedelta(minutes=20)):
        # On the clock of the place: a switch of it lies between.
        clock = timezone.now().astimezone(ZoneInfo("America/New_York"))
        moment = clock - timedelta(weeks=weeks) - ago
        with tenancy.enter(pct_109):
            Mention.objects.bulk_create(
                Mention(
                    account=account,
                    thread=thread,
                    external_id=str(next(numbers)),
                    author_handle="maria",
                    text=f"Shots on Union St {n}",
                    kind=kind,
                    posted_at=moment,
                )
                for n in range(number)
            )

    return hear


def sweep():
    for command_id in surging.due():
        surging.look(command_id=command_id)


def alarms(command):
    with tenancy.enter(command):
        return list(Alarm.objects.order_by("pk"))


def test_it_rings_once_with_its_posts_at_the_command_and_at_headquarters(hears, pct_109, commander, staff):
    hears(30)
    sweep()
    hears(5)
    sweep()
    (alarm,) = alarms(pct_109)
    assert alarm.kind == "surge" and len(alarm.about["mentions"]) == 35
    assert alarm.words == "35 mentions within an hour. Usual at this time of the week: 0."
    assert alarm.words in commander.get("/pct-109/desk/inbox/").content.decode()
    behind = commander.get(f"/pct-109/desk/inbox/surges/{alarm.pk}/").content.decode()
    assert behind.count("Shots on Union St") >= 35
    city = staff("reviewer").get("/headquarters/surges/").content.decode()
    assert alarm.words in city and "Shots on Union St" in city


def test_what_is_usual_at_this_hour_is_no_surge(hears, pct_109):
    for weeks in range(1, 9):
        hears(28 + weeks, weeks=weeks)
    hears(40)
    sweep()
    assert alarms(pct_109) == []
    hears(40)
    sweep()
    assert len(alarms(pct_109)) == 1


def test_few_words_and_what_is_only_watched_are_no_surge(hears, pct_109):
    hears(surging.FLOOR - 1)
    hears(50, kind="watched")
    hears(50, ago=timedelta(hours=2))
    sweep()
    assert alarms(pct_109) == []


def test_it_is_over_when_it_is_quiet_again_and_the_next_one_rings(hears, pct_109):
    hears(30)
    sweep()
    with tenancy.enter(pct_109):
        Mention.objects.filter(external_id__in=[str(n) for n in range(20)]).delete()
    sweep()
    assert alarms(pct_109)[0].closed_at is None  # Falling, but not over: it would ring again at once.
    with tenancy.enter(pct_109):
        Mention.objects.update(posted_at=timezone.now() - timedelta(hours=2))
    sweep()
    assert alarms(pct_109)[0].closed_at and surging.due() == []
    hears(30)
    sweep()
    assert [bool(alarm.closed_at) for alarm in alarms(pct_109)] == [True, False]
