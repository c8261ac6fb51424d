"""Approvals: by the command or by headquarters, never by who wrote it, never of what was not looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import drafting, releasing, tasks
from socialfeeds.models import Message, Status
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk
from tests.together import at_once

pytestmark = pytest.mark.django_db
CITY = "/headquarters/approvals/"


@pytest.fixture
def desk(pct_109, monkeypatch):
    writing.use_stand_in(monkeypatch)
    with tenancy.enter(pct_109):
        an_account()
    return Desk(pct_109)


def submitted(desk, text="The lamp is fixed.", by="editor", **given):
    return desk.do(releasing.submit, desk.draft(text, by=by, **given), by)


def decide(client, desk, message, decision="approve", reason="", version=None):
    data = {"decision": decision, "reason": reason, "version": version or message.version}
    if message.waits_for == "city":
        return client.post(f"{CITY}pct-109/{message.pk}/", data, follow=True)
    return client.post(f"{desk.at}{message.pk}/approve/", data, follow=True)


def page_of(response):
    return response.content.decode()


def test_the_commander_approves_what_the_editor_wrote(desk):
    message = submitted(desk)
    html = page_of(desk.commander.get(f"{desk.at}{message.pk}/"))
    assert "Approve" in html
    assert "The lamp is fixed." in html
    response = decide(desk.commander, desk, message)
    assert response.status_code == 200
    row = desk.message()
    assert (row.status, row.approved_by.email) == (Status.RELEASED, "commander@example.org")
    assert [one[:2] for one in desk.steps(message)] == [
        ("submitted", "editor"),
        ("approved", "commander"),
    ]
    assert [one.state for one in desk.deliveries(message)] == ["ready"]


def test_nobody_approves_their_own(desk):
    mine = submitted(desk, by="commander")
    assert "Somebody else approves it" in page_of(desk.commander.get(f"{desk.at}{mine.pk}/"))
    response = decide(desk.commander, desk, mine)
    assert response.status_code == 422
    assert "You wrote this yourself" in page_of(response)
    # Nor who wrote an earlier version of it, or sent it.
    shared = desk.draft(by="commander")
    desk.do(drafting.save, shared, "editor", given={"text": "In other words."})
    shared = desk.do(releasing.submit, shared, "editor")
    assert decide(desk.commander, desk, shared).status_code == 422
    assert decide(desk.commander_two, desk, shared).status_code == 200
    assert desk.message(shared.pk).status == Status.RELEASED


def test_it_is_returned_with_a_reason_that_its_author_reads(desk):
    message = submitted(desk)
    response = decide(desk.commander, desk, message, "return")
    assert response.status_code == 422
    assert "Say what should be different" in page_of(response)
    decide(desk.commander, desk, message, "return", "Name the street.")
    assert desk.message().status == Status.DRAFT
    assert "Name the street." in page_of(desk.editor.get(f"{desk.at}{message.pk}/"))


def test_headquarters_overrides_a_guardrail_with_a_reason(desk):
    message = submitted(desk, "The protest is on Sunday.")
    assert message.waits_for == "city"
    assert "It waits for headquarters" in page_of(desk.commander.get(f"{desk.at}{message.pk}/"))
    refused = desk.commander.post(f"{desk.at}{message.pk}/approve/", {"decision": "approve"})
    assert refused.status_code == 422
    html = page_of(desk.reviewer.get(CITY))
    assert "The protest is on Sunday." in html
    assert "Politics" in html
    html = page_of(desk.reviewer.get(f"{CITY}pct-109/{message.pk}/"))
    assert "Why Politics is a guardrail." in html
    assert "of 280" in html
    assert decide(desk.reviewer, desk, message).status_code == 422
    assert desk.message().status == Status.SUBMITTED
    decide(desk.reviewer, desk, message, reason="A street is closed; it says nothing else.")
    assert desk.message().status == Status.RELEASED
    assert desk.steps(message)[1:] == [
        ("overrode", "reviewer", "A street is closed; it says nothing else."),
        ("approved", "reviewer", "A street is closed; it says nothing else."),
    ]
    assert "Nothing to approve" in page_of(desk.reviewer.get(CITY))


def test_headquarters_returns_too_and_decides_nothing_of_the_commands_own(desk):
    message = submitted(desk, "The protest.")
    decide(desk.reviewer, desk, message, "return", "Leave it out.")
    assert desk.message().status == Status.DRAFT
    own = submitted(desk)
    response = desk.reviewer.post(f"{CITY}pct-109/{own.pk}/", {"decision": "approve", "reason": "x"})
    assert response.status_code == 422
    assert desk.message(own.pk).status == Status.SUBMITTED


def test_an_older_version_is_refused_with_what_changed(desk):
    message = submitted(desk, "The first words.")
    desk.do(releasing.take_back, message, "editor")
    desk.do(drafting.save, message, "editor", given={"text": "Quite other words."})
    again = desk.do(releasing.submit, message, "editor")
    response = decide(desk.commander, desk, again, version=1)
    html = page_of(response)
    assert response.status_code == 409
    for words in ("What changed since you looked", "The first words.", "Quite other words.", "Taken back"):
        assert words in html
    assert desk.message().status == Status.SUBMITTED
    assert decide(desk.commander, desk, again).status_code == 200


def test_a_guardrail_that_came_meanwhile_sends_it_on_or_keeps_it(desk, monkeypatch):
    message = submitted(desk, "The lamp and the bench.")
    monkeypatch.setitem(writing.RULES, "bench", (5, "approval", "Benches"))
    decide(desk.commander, desk, message)
    row = desk.message()
    assert (row.status, row.waits_for) == (Status.SUBMITTED, "city")
    monkeypatch.setitem(writing.RULES, "lamp", (6, "block", "Lamps"))
    response = decide(desk.reviewer, desk, row, reason="It is harmless.")
    assert response.status_code == 422
    assert "Why Lamps is a guardrail." in page_of(response)


def test_what_nobody_approves_in_time_expires_and_is_seen(desk):
    message = submitted(desk, scheduled_at=timezone.now() + timedelta(hours=1))
    patient = submitted(desk, "No hurry.")
    tasks.expire_messages()
    assert desk.message(message.pk).status == Status.SUBMITTED
    with tenancy.enter(desk.command):
        Message.objects.filter(pk=message.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert decide(desk.commander, desk, message).status_code == 422
    tasks.expire_messages()
    assert desk.message(message.pk).status == Status.EXPIRED
    assert desk.message(patient.pk).status == Status.SUBMITTED
    assert desk.steps(message)[-1][:2] == ("expired", None)
    assert "Not approved in time" in page_of(desk.editor.get(f"{desk.at}?tab=waiting"))
    assert decide(desk.commander, desk, message).status_code == 409
    desk.editor.post(f"{desk.at}{message.pk}/take-back/", {"version": 1})
    assert desk.message(message.pk).status == Status.DRAFT
    with tenancy.enter(desk.command):
        Message.objects.filter(pk=patient.pk).update(submitted_at=timezone.now() - timedelta(days=8))
    tasks.expire_messages()
    assert desk.message(patient.pk).status == Status.EXPIRED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_is_told(pct_109):
    desk = Desk(pct_109)
    with tenancy.enter(pct_109):
        an_account()
    message = submitted(desk)
    people = ["commander", "commander_two"]
    for who in people:
        desk.person(who)
    answers = at_once(
        *(lambda who=who: desk.do(releasing.approve, message, who, city=False, version=1) for who in people)
    )
    assert sorted(isinstance(one, drafting.Stale) for one in answers) == [False, True]
    assert [one[0] for one in desk.steps(message)] == ["submitted", "approved"]
    assert len(desk.deliveries(message)) == 1
