"""Whatever goes wrong, a message stands on the network once, or a person is asked. Never twice."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import publishing
from socialfeeds.models import Account, Delivery, Pause, State
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The lamp at Main St & 39th Ave is fixed. Read https://engage-nyc.org/pct-109/ideas/5/ <now>"


@pytest.fixture
def officer(make_user):
    return make_user()


def in_threads(*calls):
    """Run calls at the same time, each with a connection of its own."""
    errors = []

    def run(call):
        try:
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


def test_a_message_goes_out_and_the_row_knows_where_it_stands(outbox):
    outbox.say(TEXT)
    outbox.work()
    row = outbox.row()
    post = outbox.x.posts("demo_pct109")[0]
    assert (row.state, row.external_id, row.error, row.due_at) == (State.SENT, post["id"], "", None)
    assert row.url == f"{outbox.x.url}/i/status/{post['id']}"
    assert outbox.texts() == [TEXT]
    assert timezone.now() - row.sent_at < timedelta(minutes=1)


def test_what_is_sent_is_never_due_again(outbox):
    delivery = outbox.say()
    outbox.work()
    outbox.work(delivery)
    outbox.work_on(3)
    assert len(outbox.texts()) == 1
    assert outbox.row().attempt == 1


@pytest.mark.parametrize("fault", ["500-posted", "timeout-posted", "cut-posted"])
def test_a_post_whose_answer_was_lost_is_found_and_adopted(outbox, fault):
    outbox.say(TEXT)
    outbox.x.fault(fault)
    outbox.work()
    assert outbox.row().state == State.UNKNOWN
    outbox.time_passes()
    outbox.work()
    assert outbox.row().state == State.SENT
    assert outbox.row().external_id == outbox.x.posts("demo_pct109")[0]["id"]
    outbox.work_on()
    assert outbox.texts() == [TEXT]


@pytest.mark.parametrize("fault", ["500", "timeout", "cut", "200-errors"])
def test_what_cannot_be_found_waits_for_a_person_and_is_not_sent_again(outbox, officer, fault):
    outbox.say(TEXT)
    outbox.x.fault(fault)
    outbox.work_on()
    row = outbox.row()
    assert (row.state, row.needs_person, row.attempt) == (State.UNKNOWN, True, 1)
    assert outbox.texts() == []

    with tenancy.enter(outbox.command):
        publishing.send_again(delivery=row, by=officer)
    outbox.work_on()
    assert outbox.row().state == State.SENT
    assert outbox.texts() == [TEXT]


def test_a_post_that_lands_after_the_caller_gave_up_is_still_found(outbox):
    outbox.say()
    outbox.x.fault("slow", seconds=60)
    outbox.work()  # gives up after a second
    outbox.time_passes()
    outbox.work()  # not there yet
    assert outbox.row().state == State.UNKNOWN
    outbox.x.clear_faults()
    eventually(outbox.texts)  # it lands now
    outbox.time_passes()
    outbox.work()
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_a_late_post_is_found_before_a_person_sends_it_again(outbox, officer):
    outbox.say()
    outbox.x.fault("slow", seconds=60)
    outbox.work_on()
    assert outbox.row().needs_person
    outbox.x.clear_faults()
    eventually(outbox.texts)
    with tenancy.enter(outbox.command):
        publishing.send_again(delivery=outbox.row(), by=officer)
    outbox.x.fault("500-posted", method="POST")  # would be hit by a second call
    outbox.work()
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_a_refused_connection_is_proof_and_is_tried_again(outbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.X_API_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
    delivery = outbox.say()
    outbox.work()
    row = outbox.row()
    assert (row.state, row.tries, row.asked_at) == (State.READY, 1, None)
    assert row.due_at > timezone.now()
    outbox.work(delivery)  # not due
    assert outbox.row().attempt == 1
    settings.X_API_URL = outbox.x.url
    outbox.work_on(2)
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_the_waits_grow_and_end_with_a_person(outbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.X_API_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
    outbox.say()
    waits = []
    while outbox.row().state == State.READY:
        outbox.work()
        if due_at := outbox.row().due_at:
            waits.append(round((due_at - timezone.now()).total_seconds()))
        outbox.time_passes()
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    row = outbox.row()
    assert (row.state, row.needs_person) == (State.FAILED, True)
    assert "could not be reached" in row.error


@pytest.mark.parametrize("fault", ["429", "429-code88"])
def test_a_limit_rests_the_whole_account_and_costs_no_try(outbox, fault):
    first, second = outbox.say("One."), outbox.say("Two.")
    outbox.x.fault(fault, seconds=100)
    outbox.work(first)
    assert (outbox.row(first).state, outbox.row(first).tries) == (State.READY, 0)
    rest = outbox.account().resting_until - timezone.now()
    assert timedelta(seconds=90) < rest < timedelta(seconds=110)
    outbox.work(second)  # X is not even asked
    assert outbox.row(second).attempt == 0
    outbox.time_passes()
    outbox.work_on(2)
    assert sorted(outbox.texts()) == ["One.", "Two."]


def test_the_limits_own_headers_say_when_it_goes_on(outbox):
    outbox.x.limits(post={"user": 2})
    for number in range(4):
        outbox.say(f"Number {number}.")
    outbox.work()
    assert len(outbox.texts()) == 2
    assert outbox.states() == ["ready", "ready", "sent", "sent"]
    assert outbox.account().is_resting
    outbox.x.limits(post={"user": 100})
    outbox.time_passes()
    outbox.work()
    assert len(outbox.texts()) == 4


def test_a_dead_token_keeps_what_waits_until_the_account_is_connected_again(outbox):
    first = outbox.say("One.")
    outbox.say("Two.")
    outbox.x.fault("401", count=2)
    outbox.work()
    assert outbox.account().status == "dead"
    assert outbox.states() == ["ready", "ready"]
    outbox.work_on(15)
    assert outbox.states() == ["ready", "ready"]
    assert "connected again" in str(outbox.row(first).waits_for)
    assert outbox.texts() == []

    outbox.x.clear_faults()
    outbox.connect()
    outbox.work_on(1)
    assert sorted(outbox.texts()) == ["One.", "Two."]


def test_a_token_that_dies_while_a_message_is_looked_for_loses_nothing(outbox):
    outbox.say()
    outbox.x.fault("500-posted")
    outbox.work()
    outbox.x.fault("401")
    outbox.time_passes()
    outbox.work()
    assert outbox.account().status == "dead"
    assert outbox.row().state == State.UNKNOWN
    outbox.connect()
    outbox.work_on(1)
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_a_duplicate_of_our_own_lost_post_is_adopted(outbox):
    delivery = outbox.say()
    outbox.x.fault("cut-posted")
    outbox.work()
    # As if the first call had been forgotten: the network knows better.
    with tenancy.enter(outbox.command):
        Delivery.objects.filter(pk=delivery.pk).update(state=State.READY, asked_at=None)
    outbox.time_passes()
    outbox.work()
    assert (outbox.row().state, outbox.row().attempt) == (State.UNKNOWN, 2)
    outbox.work_on(2)
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_the_same_words_said_twice_are_one_post_and_a_question(outbox):
    first, second = outbox.say(), outbox.say()
    outbox.work_on()
    states = [outbox.row(first), outbox.row(second)]
    assert [row.state for row in states] == [State.SENT, State.UNKNOWN]
    assert states[1].needs_person
    assert "already said exactly this" in states[1].error
    assert len(outbox.texts()) == 1


def test_a_refusal_for_good_fails_at_once_in_the_networks_own_words(outbox):
    outbox.say()
    with tenancy.enter(outbox.command):
        Delivery.objects.update(text="x" * 300)
    outbox.work()
    row = outbox.row()
    assert (row.state, row.needs_person, row.attempt) == (State.FAILED, True, 1)
    assert "too long" in row.error
    assert outbox.texts() == []


def test_the_pause_stops_what_is_already_queued(outbox):
    delivery = outbox.say()
    Pause.objects.create(place=outbox.command)
    outbox.work(delivery)
    assert publishing.due() == []
    assert (outbox.row().state, outbox.row().attempt) == (State.READY, 0)
    assert "paused" in str(outbox.row().waits_for)
    Pause.objects.update(lifted_at=timezone.now())
    outbox.work()
    assert outbox.row().state == State.SENT


def test_a_pause_does_not_forbid_to_look_for_what_was_sent(outbox):
    outbox.say()
    outbox.x.fault("500-posted")
    outbox.work()
    Pause.objects.create(place=outbox.command)
    outbox.work_on(1)
    outbox.work_on(1)
    assert outbox.row().state == State.SENT


def test_a_paused_account_sends_nothing(outbox):
    delivery = outbox.say()
    outbox.set_account(status="paused")
    outbox.work(delivery)
    assert outbox.row().attempt == 0


def test_several_workers_on_one_delivery_send_it_once(outbox):
    delivery = outbox.say()
    outbox.x.fault("slow", seconds=0.5)
    in_threads(*[lambda: outbox.work(delivery)] * 5)
    assert (outbox.row().state, outbox.row().attempt) == (State.SENT, 1)
    assert len(outbox.texts()) == 1


def test_a_sender_held_up_beyond_its_lease_does_not_send(outbox, monkeypatch):
    delivery = outbox.say()
    monkeypatch.setattr(publishing, "lease", lambda _: timedelta(seconds=-1))
    outbox.work(delivery)
    assert outbox.row().state == State.READY
    assert outbox.texts() == []


def test_who_comes_back_late_with_an_id_is_believed(outbox, settings):
    """The lease ends while the first worker is still waiting: one looks in vain, then the answer comes."""
    delivery = outbox.say()
    outbox.x.fault("slow", seconds=60)
    sender = threading.Thread(target=in_threads, args=[lambda: outbox.work(delivery)])
    settings.X_TIMEOUT_SECONDS = 30
    sender.start()
    eventually(lambda: outbox.x.faults() == [])  # the call has arrived
    outbox.time_passes()
    outbox.work()
    assert outbox.row().state == State.UNKNOWN
    outbox.x.clear_faults()
    sender.join(30)
    assert outbox.row().state == State.SENT
    assert len(outbox.texts()) == 1


def test_a_post_taken_for_another_messages_goes_back_to_the_one_that_sent_it(outbox, monkeypatch):
    """Two deliveries of the same words; the one that was lost finds the other's post first."""
    lost, good = outbox.say(), outbox.say()
    outbox.x.fault("500")
    outbox.work(lost)
    real, post = publishing._record, []

    def delayed(step, outcome, pictures):
        if step.delivery_id == good.pk and not post:
            post.append(outcome.external_id)
            with tenancy.enter(outbox.command):
                row = Delivery.objects.get(pk=lost.pk)
                row.state, row.external_id = State.SENT, outcome.external_id
                row.save()
        return real(step, outcome, pictures)

    monkeypatch.setattr(publishing, "_record", delayed)
    outbox.work(good)
    assert (outbox.row(good).state, outbox.row(good).external_id) == (State.SENT, post[0])
    assert (outbox.row(lost).state, outbox.row(lost).needs_person) == (State.UNKNOWN, True)


def test_it_refuses_to_send_inside_a_transaction(outbox):
    delivery = outbox.say()
    with tenancy.enter(outbox.command), pytest.raises(RuntimeError, match="outside of any transaction"):
        publishing.deliver(command_id=outbox.command.pk, delivery_id=delivery.pk)
    assert outbox.texts() == []


def test_another_commands_delivery_cannot_be_sent(outbox, pct_110):
    delivery = outbox.say()
    publishing.deliver(command_id=pct_110.pk, delivery_id=delivery.pk)
    assert outbox.texts() == []


def test_a_missing_key_keeps_the_message(outbox, settings):
    from cryptography.fernet import Fernet

    outbox.say()
    keys, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [Fernet.generate_key().decode()]
    outbox.work()
    assert outbox.row().state == State.READY
    assert "ENGAGE_TOKEN_KEYS" in outbox.row().error
    assert outbox.account().status == "active"
    settings.TOKEN_KEYS = keys
    outbox.work_on(2)
    assert outbox.row().state == State.SENT


class TestAPersonsWord:
    @pytest.fixture
    def asked(self, outbox):
        outbox.say()
        outbox.x.fault("500")
        outbox.work_on()
        assert outbox.row().needs_person
        return outbox

    def test_it_was_sent(self, asked, officer):
        with tenancy.enter(asked.command):
            publishing.mark_sent(
                delivery=asked.row(), by=officer, address="https://x.com/demo_pct109/status/1234567890?s=20"
            )
        row = asked.row()
        assert (row.state, row.external_id, row.decided_by_id) == (State.SENT, "1234567890", officer.pk)
        asked.work_on()
        assert asked.texts() == []

    def test_it_was_sent_and_nobody_knows_where(self, asked, officer):
        with tenancy.enter(asked.command):
            publishing.mark_sent(delivery=asked.row(), by=officer, address="I saw it")
        assert (asked.row().state, asked.row().external_id, asked.row().url) == (State.SENT, "", "")

    def test_nobody_decides_twice(self, asked, officer):
        row = asked.row()
        with tenancy.enter(asked.command):
            publishing.send_again(delivery=row, by=officer)
        with tenancy.enter(asked.command), pytest.raises(publishing.Settled):
            publishing.mark_sent(delivery=row, by=officer)

    def test_what_may_never_be_read_does_not_stand_against_a_persons_word(self, asked, officer):
        with tenancy.enter(asked.command):
            publishing.send_again(delivery=asked.row(), by=officer)
            Account.objects.update(external_id="0")  # X refuses to show the timeline
        asked.work()
        assert asked.row().state == State.SENT
        assert len(asked.texts()) == 1
