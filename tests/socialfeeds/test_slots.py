"""The slots of a command's week, and which of them the next message takes."""

from datetime import UTC, datetime, time, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from precincts import tenancy
from precincts.models import Command
from socialfeeds import scheduling
from socialfeeds.models import Slot, Status
from tests.socialfeeds.plans import ZONE, a_plan, at, monday

pytestmark = pytest.mark.django_db
PAGE = "/pct-109/desk/voice/slots/"


@pytest.fixture
def editor(client, make_user, pct_109):
    client.force_login(make_user(role="editor", command=pct_109))
    return client


@pytest.fixture
def clock(monkeypatch):
    """clock(2027, 3, 13): what time it is, in UTC."""

    def set_to(*parts):
        moment = datetime(*parts, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_to


def slots_at(command, *, weekdays, hour, minute=0):
    with tenancy.enter(command):
        scheduling.add_slots(weekdays=weekdays, time=time(hour, minute))


def next_free(command):
    with tenancy.enter(command):
        return scheduling.next_free_slot(command)


def test_adding_and_removing(editor, pct_109):
    assert "None" in editor.get(PAGE).content.decode()
    response = editor.post(PAGE, {"weekdays": ["0", "2"], "time": "9:30 AM"}, follow=True)
    assert "2 slots more." in response.content.decode()
    assert response.content.decode().count("9:30 a.m.</span>") == 2
    with tenancy.enter(pct_109):
        first = Slot.objects.first()
    page = editor.post(f"{PAGE}{first.pk}/remove/", follow=True).content.decode()
    assert page.count("9:30 a.m.</span>") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"time": "9:00"}, "Choose at least one day."),
        ({"weekdays": ["0"], "time": "late"}, "Write the time as 14:30 or 2:30 PM."),
        ({"weekdays": ["7"], "time": "9:00"}, "not one of the available choices"),
        ({"weekdays": ["1"], "time": "10:00"}, "a slot at this time on each of these days already"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(editor, pct_109, data, words):
    slots_at(pct_109, weekdays=[1], hour=10)
    response = editor.post(PAGE, data)
    assert response.status_code == 422
    assert words in response.content.decode()
    with tenancy.enter(pct_109):
        assert Slot.objects.count() == 1


def test_each_message_takes_the_next_free_one(pct_109):
    assert next_free(pct_109) is None
    slots_at(pct_109, weekdays=[0, 2], hour=9)
    taken = []
    for _ in range(5):
        moment = next_free(pct_109)
        assert moment > timezone.now()
        local = scheduling.utc_to_local(moment, ZONE)
        assert (local.weekday() in (0, 2), local.hour, local.minute) == (True, 9, 0)
        taken.append(moment)
        a_plan(pct_109, moment)
    assert taken == sorted(set(taken))


def test_what_was_withdrawn_or_moved_away_gives_its_slot_back(pct_109):
    slots_at(pct_109, weekdays=[0], hour=9)
    first = next_free(pct_109)
    a_plan(pct_109, first, status=Status.WITHDRAWN)
    a_plan(pct_109, at(monday(3), 11))
    assert next_free(pct_109) == first


def test_on_the_night_when_clocks_are_put_forward(pct_109, clock):
    """2:30 does not exist on March 14: it comes an hour later by the clock. A week later it does again."""
    slots_at(pct_109, weekdays=[6], hour=2, minute=30)
    clock(2027, 3, 13, 12)
    assert next_free(pct_109) == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    clock(2027, 3, 14, 12)
    assert next_free(pct_109) == datetime(2027, 3, 21, 6, 30, tzinfo=UTC)


def test_on_the_night_when_clocks_are_put_back(pct_109, clock):
    """1:30 comes twice on November 1: the slot is the first of them, and there is one."""
    slots_at(pct_109, weekdays=[6], hour=1, minute=30)
    clock(2026, 10, 31, 12)
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert next_free(pct_109) == first
    a_plan(pct_109, first)
    assert next_free(pct_109) == datetime(2026, 11, 8, 6, 30, tzinfo=UTC)


def test_a_zone_that_left_out_a_day(pct_109, clock):
    Command.objects.filter(pk=pct_109.pk).update(time_zone="Pacific/Apia")
    samoa = Command.objects.get(pk=pct_109.pk)
    slots_at(samoa, weekdays=[4], hour=9)
    clock(2011, 12, 28, 12)
    # Friday the 30th was left out there.
    assert scheduling.utc_to_local(next_free(samoa), "Pacific/Apia").date().isoformat() == "2012-01-06"


def test_an_hour_apart_on_one_clock_is_an_hour(pct_109):
    first, last = monday(1), monday(1) + timedelta(days=6)
    slots_at(pct_109, weekdays=range(7), hour=9)
    slots_at(pct_109, weekdays=range(7), hour=10)
    with tenancy.enter(pct_109):
        places = scheduling.places(list(Slot.objects.all()), first, last, ZONE)
    assert len(places) == 14
    assert places[1] - places[0] == timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_two(pct_109):
    slots_at(pct_109, weekdays=[0, 1, 2, 3, 4, 5, 6], hour=9)
    taken = []

    def take():
        with tenancy.enter(pct_109):
            moment = scheduling.next_free_slot(pct_109, hold=True)
            taken.append(moment)
            a_plan(pct_109, moment)
        connection.close()

    threads = [Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 4
