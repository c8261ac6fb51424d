"""The same with real workers: killed in mid-call, sweeping at once, their broker emptied."""

from __future__ import annotations

import pytest
import redis
from django.conf import settings

from precincts import tenancy
from socialfeeds import publishing, tasks
from socialfeeds.models import State
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def run(start_worker, x):
    """run(seconds): a worker that waits so long for X's answer."""
    return lambda seconds="1": start_worker(X_API_URL=x.url, X_WEB_URL=x.url, X_TIMEOUT_SECONDS=seconds)


def broker():
    return redis.from_url(settings.REDIS_URL)


def sweep(outbox):
    """As beat does it, with time passing in between; a sweep at a time."""
    if not broker().llen("celery"):
        outbox.waits_end()
        tasks.sweep_deliveries.delay()


def sweep_until(outbox, state):
    def arrived():
        if set(outbox.states()) == {state}:
            return True
        return sweep(outbox)

    eventually(arrived, 60)


def in_mid_call(outbox):
    return outbox.x.faults() == [] and outbox.states() == ["sending"]


def test_a_composed_message_leaves_at_once_without_a_sweep(outbox, run):
    run()
    outbox.say()
    eventually(lambda: outbox.states() == ["sent"], 10)
    assert len(outbox.texts()) == 1


def test_a_worker_killed_after_the_post_and_before_the_record(outbox, run):
    worker = run("60")
    outbox.x.fault("timeout-posted", seconds=120)
    outbox.say()
    eventually(lambda: in_mid_call(outbox) and outbox.texts())
    worker.kill()
    assert outbox.states() == ["sending"]

    run()
    tasks.sweep_deliveries.delay()
    outbox.time_passes()  # the lease of the dead ends
    sweep_until(outbox, "sent")
    assert len(outbox.texts()) == 1
    assert outbox.row().attempt == 1


def test_a_worker_killed_before_the_post_landed(outbox, run):
    worker = run("60")
    outbox.x.fault("slow", seconds=120)
    outbox.say()
    eventually(lambda: in_mid_call(outbox))
    worker.kill()

    run()
    outbox.time_passes()
    tasks.sweep_deliveries.delay()
    eventually(lambda: outbox.states() == ["unknown"])
    outbox.x.clear_faults()  # it lands now, with nobody there to hear
    eventually(outbox.texts)
    sweep_until(outbox, "sent")
    assert len(outbox.texts()) == 1


def test_a_killed_child_whose_task_is_delivered_again(outbox, run):
    worker = run("60")
    outbox.x.fault("timeout-posted", seconds=120)
    outbox.say()
    eventually(lambda: in_mid_call(outbox) and outbox.texts())
    worker.kill_children()
    eventually(lambda: "WorkerLostError" in worker.log.read_text())
    eventually(worker.answers)
    outbox.x.clear_faults()
    outbox.time_passes()
    sweep_until(outbox, "sent")
    assert len(outbox.texts()) == 1
    assert outbox.row().attempt == 1


def test_two_workers_and_many_sweeps_at_once(outbox, run):
    deliveries = [outbox.say(f"Number {number}.") for number in range(20)]
    broker().flushdb()  # the sweeps find them, and nothing else
    run()
    run()
    for _ in range(10):
        tasks.sweep_deliveries.delay()
        for delivery in deliveries:
            tasks.send_delivery.delay(outbox.command.pk, delivery.pk)
    eventually(lambda: set(outbox.states()) == {"sent"}, 60)
    assert sorted(outbox.texts()) == sorted(f"Number {number}." for number in range(20))


def test_an_emptied_broker_loses_nothing_and_keeps_working(outbox, run):
    outbox.say("Before the worker came.")
    broker().flushdb()
    run()
    outbox.say("While it works.")
    eventually(lambda: outbox.states() == ["ready", "sent"])
    broker().flushdb()
    sweep_until(outbox, "sent")
    assert sorted(outbox.texts()) == ["Before the worker came.", "While it works."]


def test_every_fault_with_a_worker_killed_and_every_message_stands_once(outbox, run, make_user):
    worker = run()
    run()
    for fault in ["429", "429-code88", "timeout-posted", "500-posted", "cut-posted", "401"]:
        outbox.x.fault(fault, method="POST", seconds=1)
    deliveries = [outbox.say(f"Message {number}, and nothing else.") for number in range(30)]

    def tend():
        if outbox.account().status == "dead":
            outbox.connect()
        sweep(outbox)

    def under_way():
        tend()
        return len(outbox.texts()) > 3

    def settled():
        tend()
        return all(row.state == State.SENT or row.needs_person for row in outbox.rows())

    eventually(under_way)
    worker.kill()
    eventually(settled, 90)
    # Who died between the claim and the call left a question, and nothing on the network.
    officer = make_user()
    for row in outbox.rows():
        assert outbox.texts().count(row.message.text) == (row.state == State.SENT)
        if row.needs_person:
            with tenancy.enter(outbox.command):
                publishing.send_again(delivery=row, by=officer)
    sweep_until(outbox, "sent")
    assert sorted(outbox.texts()) == sorted(row.message.text for row in outbox.rows())
    assert len(deliveries) == len(set(outbox.texts())) == 30


def test_with_the_broker_away_a_message_is_kept_and_sent_later(outbox, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError("the broker is away")

    monkeypatch.setattr(tasks.send_delivery, "delay", refuse)
    outbox.say()
    assert outbox.states() == ["ready"]
    outbox.work()
    assert outbox.states() == ["sent"]
