"""The calendar: what stands where, what an address may ask for, and another time for what has not left."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from socialfeeds import publishing
from socialfeeds.models import Delivery, Message, MessageStep, State, Status
from tests.socialfeeds.plans import (
    CALENDAR,
    ZONE,
    a_plan,
    at,
    autumn_night,
    delivery_of,
    monday,
    now,
    spring_night,
)
from tests.socialfeeds.test_slots import slots_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(make_user, pct_109, client):
    def sign_in(role="editor"):
        client.user = make_user(f"{role}@example.org", role=role, command=pct_109)
        client.force_login(client.user)
        return client

    return sign_in


@pytest.fixture
def editor(signed_in):
    return signed_in()


def page(client, query=""):
    response = client.get(f"{CALENDAR}{query}")
    assert response.status_code == 200
    return response.content.decode()


def week(day):
    year, number, _ = day.isocalendar()
    return f"?week={year}-W{number:02}"


def cell(html, local):
    """What stands in an hour, or in a day of a month."""
    found = re.search(
        rf'data-cell\s+data-at="{local}"(.*?)(?=data-cell|</div>\s*</div>\s*</div>\s*\Z)', html, re.S
    )
    return found[1]


def move(client, message, day, time, *, version=None, json=True, **data):
    return client.post(
        f"/pct-109/desk/voice/{message.pk}/move/",
        {"day": day.isoformat(), "time": time, "version": version or now(message).version, **data},
        headers={"Accept": "application/json"} if json else {},
    )


# --- what stands where ----------------------------------------------------------------------------------


def test_messages_stand_at_their_local_time_with_how_far_they_are(editor, pct_109):
    day = monday()
    slots_at(pct_109, weekdays=[0, 1], hour=17, minute=15)
    for hour, status in enumerate(Status, start=9):
        a_plan(pct_109, at(day, hour, 30), text=f"It is {status}.", status=status)
    html = page(editor, week(day))
    for hour, status in enumerate(Status, start=9):
        inside = cell(html, f"{day}T{hour:02}:00")
        if status == Status.WITHDRAWN:
            assert f"It is {status}" not in html
            continue
        assert f"It is {status}." in inside
        assert "30 " in inside
        words = {Status.RELEASED: "Scheduled"}.get(status, status.label)
        assert str(words) in inside
        assert (">Move<" in inside) is (status != Status.EXPIRED)
    assert "free slot" in cell(html, f"{day}T17:00")
    assert html.count("Nothing planned") == 5
    a_plan(pct_109, at(day, 17, 15), text="In the slot.")
    assert "free slot" not in cell(page(editor, week(day)), f"{day}T17:00")


def test_a_month_shows_its_days_and_how_many_more(editor, pct_109):
    day = monday(2)
    for hour in range(9, 16):
        a_plan(pct_109, at(day, hour), text=f"At {hour}.")
    inside = cell(page(editor, f"?month={day:%Y-%m}"), day.isoformat())
    assert inside.count("<article") == 4
    assert "3 more" in inside
    assert week(day) in inside


def test_what_was_sent_stands_there_and_does_not_move(editor, pct_109):
    sent = a_plan(pct_109, None, status=Status.RELEASED, text="It left at once.")
    with tenancy.enter(pct_109):
        Delivery.objects.filter(message=sent).update(state=State.SENT, external_id="1")
    html = page(editor)
    assert "It left at once." in html
    assert "Sent</span>" in html
    assert ">Move<" not in html
    assert move(editor, sent, monday(), "10:00").status_code == 409


def test_drafts_without_a_time_wait_beside_it(editor, pct_109):
    a_plan(pct_109, text="Some day.")
    html = page(editor, week(monday(5)))
    assert "Without a time" in html
    assert "Some day." in html


@pytest.mark.parametrize(
    "query",
    [
        *("?week=", "?week=2026-W99", "?week=9999-W52", "?week=1000-W01", "?week=٢٠٢٦-W10", "?week=2026-48"),
        *(
            "?month=",
            "?month=2026-13",
            "?month=9999-12",
            "?month=1999",
            "?month=2026-12x",
            "?week=x&month=y",
        ),
    ],
)
def test_an_address_that_makes_no_sense_shows_today(editor, query):
    assert "Today</span>" in page(editor, query)


def test_the_last_week_of_a_long_year(editor):
    assert "December 28 to January 3, 2027" in page(editor, "?week=2026-W53")


def test_the_hour_that_does_not_exist_is_marked(editor, pct_109):
    html = page(editor, f"{week(spring_night())}&hours=all")
    assert html.count("hour--left-out") == 1
    assert "Clocks are put forward" in cell(html, f"{spring_night()}T02:00")


def test_the_hour_that_comes_twice_says_which(editor, pct_109):
    day = autumn_night()
    for hour, text in ((5, "First."), (6, "Second.")):
        a_plan(pct_109, datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC), text=text)
    inside = cell(page(editor, week(day)), f"{day}T01:00")
    assert inside.index("(the first)") < inside.index("First.")
    assert inside.index("(the second)") < inside.index("Second.")


def test_the_number_of_queries_does_not_grow(editor, pct_109):
    day = monday()
    slots_at(pct_109, weekdays=[0], hour=9)
    for query in (week(day), f"?month={day:%Y-%m}"):
        counts = []
        for number in (2, 12):
            for hour in range(number):
                a_plan(pct_109, at(day, 8 + hour, 5))
                a_plan(pct_109, None)
            page(editor, query)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page(editor, query)
            counts.append(len(captured))
        assert counts[0] == counts[1]


def test_who_may_not_publish_sees_it_and_moves_nothing(signed_in, pct_109):
    message = a_plan(pct_109, at(monday(), 9))
    client = signed_in("moderator")
    html = page(client, week(monday()))
    assert "The lamp is mended." in html
    assert ">Move<" not in html
    assert move(client, message, monday(), "10:00").status_code == 403


# --- another time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED, Status.RELEASED])
def test_a_message_is_moved_and_its_approval_stands(editor, pct_109, make_user, status):
    boss = make_user("boss@example.org")
    message = a_plan(pct_109, at(monday(), 9), status=status, approved_by=boss, approved_at=timezone.now())
    day = monday() + timedelta(days=2)
    response = move(editor, message, day, "14:15")
    assert response.status_code == 200
    assert f"{day:%A}" in response.json()["said"]
    moved = now(message)
    assert (moved.scheduled_at, moved.time_zone) == (at(day, 14, 15), ZONE)
    assert (moved.status, moved.approved_by_id, moved.version) == (status, boss.pk, message.version + 1)
    assert delivery_of(message).due_at == (at(day, 14, 15) if status == Status.RELEASED else None)
    with tenancy.enter(pct_109):
        step = MessageStep.objects.get(message=message)
    assert (step.did, step.by_id) == ("moved", editor.user.pk)
    assert "→" in step.reason


def test_without_a_script_there_is_a_form(editor, pct_109):
    message = a_plan(pct_109, at(monday(), 9))
    form = editor.get(f"/pct-109/desk/voice/{message.pk}/move/").content.decode()
    assert f'value="{monday()}"' in form
    assert 'value="09:00"' in form
    response = move(editor, message, monday(2), "11:30", json=False)
    assert response.url.endswith(f"{week(monday(2))}#message-{message.pk}")
    assert "Moved to" in editor.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [
        ("2020-01-06", "09:00", "That time is past"),
        (str(spring_night()), "02:30", "1:30 a.m. or"),
        (str(autumn_night()), "01:30", "comes twice"),
        ("someday", "09:00", "Write the day as"),
        ("", "09:00", "Choose a day"),
        (str(monday()), "25:00", "Write the time as"),
        (str(monday()), "", "Say at what time"),
        ("0001-01-01", "00:00", "That time is past"),
        ("9999-12-31", "23:59", "too far away"),
    ],
)
def test_a_time_that_will_not_do_is_refused_in_words(editor, pct_109, day, time, words):
    message = a_plan(pct_109, at(monday(), 9))
    url = f"/pct-109/desk/voice/{message.pk}/move/"
    data = {"day": day, "time": time, "version": 1}
    said = editor.post(url, data, headers={"Accept": "application/json"})
    assert (said.status_code, words in said.json()["detail"]) == (422, True), said.json()
    form = editor.post(url, data)
    html = form.content.decode()
    assert (form.status_code, words in html) == (422, True)
    assert f'value="{day}"' in html or not day
    assert now(message).scheduled_at == at(monday(), 9)


def test_the_hour_that_comes_twice_is_chosen_from(editor, pct_109):
    message = a_plan(pct_109, at(monday(), 9))
    day = autumn_night()
    assert "Which of the two" in move(editor, message, day, "1:30", json=False).content.decode()
    for which, hour in (("first", 5), ("second", 6)):
        assert move(editor, message, day, "1:30", which=which).status_code == 200
        assert now(message).scheduled_at == datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)


def test_what_changed_meanwhile_is_not_moved(editor, pct_109):
    message = a_plan(pct_109, at(monday(), 9))
    assert move(editor, message, monday(), "10:00", version=1).status_code == 200
    late = move(editor, message, monday(), "11:00", version=1)
    assert (late.status_code, "Somebody changed" in late.json()["detail"]) == (409, True)
    form = move(editor, message, monday(), "11:00", version=1, json=False)
    assert form.status_code == 409
    assert 'value="11:00"' in form.content.decode()
    assert 'name="version" value="2"' in form.content.decode()
    assert now(message).scheduled_at == at(monday(), 10)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.WITHDRAWN])
def test_what_never_leaves_takes_no_time(editor, pct_109, status):
    message = a_plan(pct_109, at(monday(), 9), status=status)
    assert move(editor, message, monday(), "10:00").status_code == 409


@pytest.mark.parametrize(
    "fields",
    [{"state": State.SENDING}, {"state": State.UNKNOWN}, {"state": State.READY, "attempt": 1}],
)
def test_what_is_on_its_way_takes_no_time(editor, pct_109, fields):
    message = a_plan(pct_109, at(monday(), 9), status=Status.RELEASED)
    with tenancy.enter(pct_109):
        Delivery.objects.filter(message=message).update(**fields)
    refused = move(editor, message, monday(), "10:00")
    assert (refused.status_code, "on its way" in refused.json()["detail"]) == (409, True)


def test_what_was_missed_in_a_pause_is_decided_on_first(editor, pct_109):
    message = a_plan(pct_109, at(monday(), 9), status=Status.RELEASED, missed_at=timezone.now())
    assert "paused" in move(editor, message, monday(), "10:00").json()["detail"]
    assert "Needs a person" in page(editor, week(monday()))


def test_only_the_first_part_of_a_thread_gets_the_time(editor, pct_109):
    message = a_plan(pct_109, at(monday(), 9), status=Status.RELEASED)
    first = delivery_of(message)
    with tenancy.enter(pct_109):
        second = Delivery.objects.create(
            message=message, account_id=first.account_id, part=2, state=State.READY, due_at=None
        )
    assert move(editor, message, monday(), "10:00").status_code == 200
    with tenancy.enter(pct_109):
        assert Delivery.objects.get(pk=second.pk).due_at is None
        assert Delivery.objects.get(pk=first.pk).due_at == at(monday(), 10)


@pytest.mark.django_db(transaction=True)
def test_a_moved_message_goes_out_at_its_new_time_and_not_before(outbox, client, make_user, pct_109):
    client.force_login(make_user(role="editor", command=pct_109))
    soon = timezone.now() + timedelta(minutes=1)
    message = a_plan(pct_109, soon, status=Status.RELEASED, author=outbox.author())
    assert move(client, message, monday(), "10:00").status_code == 200
    with tenancy.enter(pct_109):
        Message.objects.update(changed_at=timezone.now())
    publishing.deliver(command_id=pct_109.pk, delivery_id=delivery_of(message).pk)
    assert outbox.texts() == []
    outbox.time_passes()
    outbox.work()
    assert outbox.texts() == ["The lamp is mended."]
    assert move(client, message, monday(), "11:00").status_code == 409
