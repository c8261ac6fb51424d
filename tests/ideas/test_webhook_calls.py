"""What happens to an idea reaches a webhook: signed, at least once, with the same id each time."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from ideas import calling, moderating, submitting, tasks, webhooks
from ideas.models import Action, Call, CallState, Decision, Idea, Rule, Webhook
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import ANSWER
from tests.ideas.factory import an_idea
from tests.receiver import receiver  # noqa: F401 (a fixture)
from tests.waiting import eventually
from tests.worker import start_worker  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def hook(receiver, pct_109, make_user):  # noqa: F811
    """A webhook of the 109th Precinct that hears everything."""
    boss = make_user("boss@example.org")
    with tenancy.enter(pct_109):
        webhook, secret = webhooks.add(url=receiver.url, events=[], by=boss)
    webhook.shown_once = secret
    return webhook


def decided(idea, action, **asked):
    """A decision, and what is written of it once nobody can undo it any more."""
    with tenancy.enter(idea.command_id):
        now = Idea.objects.get(pk=idea.pk)
        decision = moderating.decide(idea=now, asked=moderating.Asked(action=action, by=None, **asked))
        webhooks.emit(decision)
    return decision


def calls():
    with tenancy.citywide():
        return list(Call.objects.order_by("pk"))


def work():
    for command_id, call_id in calling.due():
        calling.send(command_id=command_id, call_id=call_id)


def time_passes(command):
    """Until every wait and every lease is over."""
    with tenancy.enter(command):
        Call.objects.update(due_at=timezone.now())


# What is sent


def test_an_answer_arrives_signed(hook, receiver, pct_109):  # noqa: F811
    idea = an_idea(pct_109)
    decided(idea, Action.HEAR, answer=ANSWER)
    work()
    (created, heard) = receiver.calls
    assert created.event["type"] == "idea.created"
    assert heard.event["type"] == "idea.heard"
    assert heard.event["data"]["decision"]["answer"] == ANSWER
    assert heard.event["data"]["idea"]["url"] == f"http://127.0.0.1:8000/pct-109/ideas/{idea.pk}/"
    stamp = int(heard.headers["webhook-timestamp"])
    assert heard.headers["webhook-signature"] == webhooks.signature(
        hook.shown_once, heard.id, stamp, heard.body
    )
    assert {call.state for call in calls()} == {CallState.DELIVERED}


def test_no_word_and_no_trace_of_a_resident_is_sent(hook, receiver, pct_109):  # noqa: F811
    participant = Participant.objects.create()
    with tenancy.enter(pct_109):
        idea = submitting.submit(
            participant=participant, title="My neighbor Zebra", body="Zebra is loud.", place="Zebra St"
        )
    rule = Rule.objects.in_force().first()
    decided(idea, Action.SCREEN, rule=rule, reason="It names Zebra.")
    work()
    sent = b"".join(call.body for call in receiver.calls).decode()
    assert "idea.screened" in sent
    assert "Zebra" not in sent
    assert "participant" not in sent
    screened = receiver.calls[-1].event["data"]
    assert screened["decision"]["rule"] == rule.number
    assert screened["idea"]["url"] is None


def test_only_the_chosen_events_come(hook, receiver, pct_109):  # noqa: F811
    with tenancy.enter(pct_109):
        webhooks.choose(webhook=hook, events=["idea.heard", "not.one"])
    idea = an_idea(pct_109)
    decided(idea, Action.HEAR, answer=ANSWER)
    work()
    assert [call.event["type"] for call in receiver.calls] == ["idea.heard"]


def test_another_command_hears_nothing(hook, pct_110):
    an_idea(pct_110)
    assert calls() == []


def test_what_was_undone_is_not_told(hook, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        decision = Decision.objects.get(idea=idea)
        decision.undone_at = timezone.now()
        webhooks.emit(decision)
    assert [call.event for call in calls()] == ["idea.created"]


def test_written_twice_it_is_sent_once(hook, receiver, pct_109):  # noqa: F811
    decision = decided(an_idea(pct_109), Action.HEAR, answer=ANSWER)
    with tenancy.enter(pct_109):
        webhooks.emit(decision)
    assert [call.event for call in calls()] == ["idea.created", "idea.heard"]


def test_every_action_has_its_event():
    assert {action.value for action in Action} == set(webhooks.EVENTS)


def test_after_a_rotation_both_secrets_sign_for_a_day(hook, receiver, pct_109):  # noqa: F811
    with tenancy.enter(pct_109):
        new = webhooks.rotate(webhook=hook)
    an_idea(pct_109)
    work()
    got = receiver.calls[0]
    both = [
        webhooks.signature(secret, got.id, int(got.headers["webhook-timestamp"]), got.body)
        for secret in (new, hook.shown_once)
    ]
    assert got.headers["webhook-signature"].split() == both
    with tenancy.enter(pct_109):
        Webhook.objects.update(old_secret_until=timezone.now())
    an_idea(pct_109)
    work()
    assert len(receiver.calls[-1].headers["webhook-signature"].split()) == 1


# What goes wrong


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (500, ""),
        (404, ""),
        ("elsewhere", "Redirects are not followed"),
        ("cut", "The connection broke"),
        ("hang", "took too long"),
        ("drip", "took too long"),
    ],
)
def test_what_is_no_yes_is_tried_again(hook, receiver, pct_109, answer, says):  # noqa: F811
    receiver.answers(answer if isinstance(answer, int) else getattr(receiver, answer))
    an_idea(pct_109)
    work()
    (call,) = calls()
    assert call.state == CallState.READY
    assert call.due_at > timezone.now()
    assert says in call.error
    work()
    assert len(receiver.calls) == 1  # not yet
    time_passes(pct_109)
    work()
    assert calls()[0].state == CallState.DELIVERED
    assert receiver.calls[0].id == receiver.calls[1].id
    assert receiver.calls[0].body == receiver.calls[1].body


def test_an_answer_without_an_end_is_not_read_to_the_end(hook, receiver, pct_109):  # noqa: F811
    receiver.answers(receiver.huge)
    an_idea(pct_109)
    work()
    assert calls()[0].state == CallState.DELIVERED


def test_nobody_listens(hook, receiver, pct_109):  # noqa: F811
    receiver.stop()
    an_idea(pct_109)
    work()
    assert "Nobody listens" in calls()[0].error


def test_after_three_days_it_is_given_up_and_can_be_sent_again(hook, receiver, pct_109):  # noqa: F811
    assert timedelta(days=3) <= sum(calling.WAITS, timedelta()) < timedelta(days=4)
    receiver.answers(*[503] * (len(calling.WAITS) + 1))
    an_idea(pct_109)
    for _ in range(len(calling.WAITS) + 3):
        work()
        time_passes(pct_109)
    (call,) = calls()
    assert (call.state, call.tries, call.status_code) == (CallState.FAILED, len(calling.WAITS) + 1, 503)
    with tenancy.enter(pct_109):
        webhooks.send_again(call=call)
    work()
    assert calls()[0].state == CallState.DELIVERED
    assert len({call.id for call in receiver.calls}) == 1


def test_who_is_gone_is_asked_no_more(hook, receiver, pct_109):  # noqa: F811
    receiver.answers(410)
    an_idea(pct_109)
    an_idea(pct_109)
    command_id, first = calling.due()[0]
    calling.send(command_id=command_id, call_id=first)
    work()
    assert len(receiver.calls) == 1
    an_idea(pct_109)
    assert len(calls()) == 2
    with tenancy.enter(pct_109):
        now = Webhook.objects.get()
        assert (now.active, now.gone_at is not None) == (False, True)


def test_a_pause_keeps_what_happens_until_it_goes_on(hook, receiver, pct_109):  # noqa: F811
    with tenancy.enter(pct_109):
        webhooks.pause(webhook=hook)
    an_idea(pct_109)
    work()
    assert receiver.calls == []
    with tenancy.enter(pct_109):
        webhooks.resume(webhook=hook)
    work()
    assert len(receiver.calls) == 1


def test_a_slow_receiver_does_not_fill_a_sweep(hook, pct_109):
    for _ in range(12):
        an_idea(pct_109)
    assert len(calling.due()) == calling.AT_ONCE


def test_two_at_once_send_one_call(hook, receiver, pct_109):  # noqa: F811
    an_idea(pct_109)
    command_id, call_id = calling.due()[0]
    with tenancy.enter(pct_109):
        assert calling._claim(command_id, call_id)
        assert calling._claim(command_id, call_id) is None


def test_inside_a_transaction_nobody_is_asked(hook, pct_109):
    an_idea(pct_109)
    command_id, call_id = calling.due()[0]
    with tenancy.enter(pct_109), pytest.raises(RuntimeError, match="outside of any transaction"):
        calling.send(command_id=command_id, call_id=call_id)


def test_what_is_a_month_old_is_forgotten(hook, pct_109):
    an_idea(pct_109)
    an_idea(pct_109)
    with tenancy.enter(pct_109):
        first = Call.objects.order_by("pk").first()
        Call.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=31))
    tasks.forget_old_calls()
    assert len(calls()) == 1


# With a real worker


def test_a_worker_killed_in_mid_call_is_made_good_with_the_same_id(
    hook,
    receiver,  # noqa: F811
    pct_109,
    start_worker,  # noqa: F811
):
    receiver.answers(receiver.hang)
    worker = start_worker(ENGAGE_WEBHOOKS_TO_LOOPBACK="1", ENGAGE_WEBHOOK_TIMEOUT_SECONDS="30")
    an_idea(pct_109)
    eventually(lambda: receiver.calls)
    worker.kill()
    assert calls()[0].state == CallState.READY
    tasks.sweep_calls()
    assert len(receiver.calls) == 1  # the dead one's lease still runs

    start_worker(ENGAGE_WEBHOOKS_TO_LOOPBACK="1", ENGAGE_WEBHOOK_TIMEOUT_SECONDS="30")
    time_passes(pct_109)
    tasks.sweep_calls.delay()
    eventually(lambda: calls()[0].state == CallState.DELIVERED)
    assert len(receiver.calls) >= 2
    assert len({call.id for call in receiver.calls}) == 1
    assert json.loads(receiver.calls[0].body) == json.loads(receiver.calls[1].body)
