"""Releasing: what keeps a message, what goes out on each network, and what is still taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import drafting, releasing
from socialfeeds.models import Account, Budget, Certificate, Delivery, RecordEntry, State, Status
from socialfeeds.reasons import Refused
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(outbox, monkeypatch):
    writing.use_stand_in(monkeypatch)
    return Desk(outbox.command)


def why(desk, message, by="editor", **fields):
    """The keys of all that keeps a message."""
    with pytest.raises(Refused) as caught:
        desk.do(releasing.release, message, by, **fields)
    return sorted({reason.key for reason in caught.value.reasons})


def test_a_released_message_stands_on_the_network_once(desk, outbox):
    message = desk.draft(link="https://engage.example/pct-109/ideas/5/", track_link=True)
    assert [one.state for one in desk.deliveries(message)] == [State.HELD]
    outbox.work()
    assert outbox.texts() == []
    desk.do(releasing.release, message, "editor")
    outbox.work()
    outbox.work_on(2)
    [text] = outbox.texts()
    mark = f"utm_source=x&utm_medium=social&utm_campaign=pct-109-{message.pk}"
    assert text == f"The lamp at Main St is fixed.\nhttps://engage.example/pct-109/ideas/5/?{mark}"
    assert desk.steps(message) == [("released", "editor", "")]


def test_everything_that_keeps_it_is_said_at_once(desk, outbox):
    outbox.set_account(status="dead")
    message = desk.draft("  ", by="editor_new", scheduled_at=timezone.now() - timedelta(minutes=1))
    Certificate.objects.all().delete()
    assert why(desk, message) == ["certificate", "dead", "empty", "past"]
    assert desk.message().status == Status.DRAFT
    assert why(desk, desk.draft("A suspect was seen.", accounts=[])) == ["blocked", "no_account"]


def test_a_certificate_that_ends_before_its_time_does_not_do(desk):
    message = desk.draft(scheduled_at=timezone.now() + timedelta(days=400))
    assert why(desk, message) == ["certificate"]
    desk.do(drafting.save, message, "editor", given={"scheduled_at": timezone.now() + timedelta(days=2)})
    assert desk.do(releasing.release, message, "editor").status == Status.RELEASED


def test_the_budget_keeps_what_it_does_not_reach_for(desk):
    with tenancy.enter(desk.command):
        Budget.objects.create(month_usd="0.10")
    assert why(desk, desk.draft("Read https://www.nyc.gov/ now.")) == ["budget"]
    assert desk.do(releasing.release, desk.draft("Read it now."), "editor").status == Status.RELEASED


def test_a_warning_is_answered_and_the_answer_kept(desk):
    message = desk.draft("We promise a new lamp.")
    assert why(desk, message) == ["warned"]
    desk.do(releasing.release, message, "editor", because="The lamp is ordered.")
    assert desk.steps(message) == [
        ("overrode", "editor", "The lamp is ordered."),
        ("released", "editor", ""),
    ]
    assert desk.message(message.pk).findings[0]["title"] == "Promises"


def test_a_hint_keeps_nothing_and_headquarters_is_asked_where_a_guardrail_says_so(desk):
    assert desk.do(releasing.release, desk.draft("At 1500 hours."), "editor").status == Status.RELEASED
    assert why(desk, desk.draft("The protest is on Sunday.")) == ["needs_city"]


def test_what_is_too_long_becomes_a_thread_whose_parts_wait_for_each_other(desk, outbox):
    message = desk.draft("The crossing is painted anew, and the lamp is fixed. " * 12)
    desk.do(releasing.release, message, "editor")
    parts = desk.deliveries(message)
    assert [one.part for one in parts] == [1, 2, 3]
    assert [one.due_at is None for one in parts] == [False, True, True]
    assert [one.text[-6:] for one in parts] == [" (1/3)", " (2/3)", " (3/3)"]


def test_each_network_gets_its_own_words(desk, outbox):
    with tenancy.enter(outbox.command):
        other = an_account("second")
    message = desk.draft("For everybody.", variants={"x": "For X alone."})
    desk.do(releasing.release, message, "editor")
    assert {(one.account.handle, one.text) for one in desk.deliveries(message)} == {
        ("demo_pct109", "For X alone."),
        (other.handle, "For X alone."),
    }


def test_before_its_time_all_of_it_is_taken_back_and_can_be_said_otherwise(desk, outbox):
    message = desk.draft("Long words. " * 40, scheduled_at=timezone.now() + timedelta(hours=1))
    desk.do(releasing.release, message, "editor")
    outbox.work()
    desk.do(releasing.take_back, message, "commander", reason="Wrong street.")
    outbox.time_passes()
    outbox.work()
    assert outbox.texts() == []
    assert desk.message().status == Status.DRAFT
    assert [(one.part, one.state) for one in desk.deliveries(message)] == [(1, State.HELD)]
    assert desk.steps(message)[-1] == ("taken_back", "commander", "Wrong street.")
    desk.do(drafting.save, message, "editor", given={"text": "Short.", "scheduled_at": None})
    desk.do(releasing.release, message, "editor")
    outbox.work()
    assert outbox.texts() == ["Short."]


def test_what_is_claimed_goes_on_and_the_rest_is_held(desk, outbox):
    with tenancy.enter(outbox.command):
        an_account("second")
    message = desk.draft()
    desk.do(releasing.release, message, "editor")
    first = desk.deliveries(message)[0]
    outbox.work(first)
    assert desk.do(releasing.take_back, message, "editor").status == Status.RELEASED
    outbox.time_passes()
    outbox.work()
    assert [one.state for one in desk.deliveries(message)] == [State.SENT, State.HELD]
    with pytest.raises(drafting.Stale):
        desk.do(releasing.take_back, message, "editor")
    assert len(outbox.texts()) == 1


def test_what_is_withdrawn_is_not_sent_and_can_be_taken_up_again(desk, outbox):
    message = desk.draft()
    desk.do(releasing.withdraw, message, "editor", reason="Not needed.")
    with pytest.raises(drafting.Stale):
        desk.do(releasing.release, message, "editor")
    outbox.work()
    assert outbox.texts() == []
    assert desk.do(releasing.take_back, message, "editor").status == Status.DRAFT


def test_an_account_that_was_disconnected_meanwhile_is_no_accident(desk, outbox):
    """What goes out is what is chosen at the release; a claim looks again."""
    message = desk.draft()
    desk.do(releasing.release, message, "editor")
    outbox.set_account(status="paused")
    outbox.work()
    assert outbox.texts() == []
    with tenancy.enter(outbox.command):
        assert Delivery.objects.get().state == State.READY
        Account.objects.update(status="active")
    outbox.work()
    assert len(outbox.texts()) == 1


def test_what_was_sent_is_deleted_from_the_network_with_a_reason_and_its_words_stay(desk, outbox):
    message = desk.draft("A slip of the finger.")
    desk.do(releasing.release, message, "editor")
    outbox.work()
    [post] = desk.deliveries(message)
    delete = f"{desk.at}posts/{post.pk}/delete/"
    assert desk.editor.post(delete, {"reason": " "}).status_code == 422
    assert len(outbox.texts()) == 1
    outbox.x.fault("500")
    told = desk.editor.post(delete, {"reason": "The wrong street."}, follow=True)
    assert "It was not deleted" in told.content.decode()
    assert desk.deliveries(message)[0].deleted_at is None
    told = desk.editor.post(delete, {"reason": "The wrong street."}, follow=True).content.decode()
    assert "What it said is kept." in told
    assert "A slip of the finger." in told
    assert outbox.texts() == []
    assert desk.steps(message)[-1] == ("deleted", "editor", "@demo_pct109, 1: The wrong street.")
    with tenancy.enter(outbox.command):
        kept = RecordEntry.objects.get(kind="deleted").body
    assert (kept["text"], kept["reason"]) == ("A slip of the finger.", "The wrong street.")
    desk.editor.post(delete, {"reason": "Once more."})
    assert len(desk.steps(message)) == 2
