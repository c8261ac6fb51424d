"""What is deleted, hidden, shown again, refused, or made a step of many at once, is in the record."""

from __future__ import annotations

import pytest

from precincts import tenancy
from socialfeeds import hiding, listening, planning, retracting
from socialfeeds.models import Mention, Message, RecordEntry

pytestmark = pytest.mark.django_db(transaction=True)


def last(outbox, kind):
    with tenancy.enter(outbox.command):
        return RecordEntry.objects.filter(kind=kind).order_by("number").last().body


def test_a_post_that_is_taken_back_with_its_reason_and_the_networks_answer(outbox, make_user):
    officer = make_user()
    outbox.say("The lamp is fixed.")
    outbox.work()
    retracting.delete(command=outbox.command, delivery=outbox.row(), by=officer, reason="The wrong lamp.")
    body = last(outbox, "deleted")
    assert (body["text"], body["reason"], body["by"]["email"]) == (
        "The lamp is fixed.",
        "The wrong lamp.",
        officer.email,
    )
    assert body["raw"]["data"]["deleted"] is True
    assert last(outbox, "said")["raw"]["data"]["id"] == body["external_id"]


def test_a_reply_that_is_hidden_and_shown_again(outbox, make_user):
    asks, agrees = make_user("asks@example.org"), make_user("agrees@example.org")
    outbox.say("The lamp is fixed.")
    outbox.work()
    outbox.x.post("maria", f"@{outbox.handle} no", reply_to=outbox.row().external_id)
    listening.fetch(command_id=outbox.command.pk, account_id=outbox.account_id)
    with tenancy.enter(outbox.command):
        mention = Mention.objects.get()
        row = hiding.ask(
            mention=mention, edition=1, rule=2, rule_title="Threats", reason="A threat.", by=asks
        )
        hiding.decide(hiding=row, hide=True, by=agrees)
    hiding.carry_out(command_id=outbox.command.pk, hiding_id=row.pk)
    body = last(outbox, "hidden")
    assert (body["text"], body["rule"]) == (mention.text, "1.2 Threats")
    assert (body["asked_by"]["email"], body["by"]["email"]) == (asks.email, agrees.email)
    with tenancy.enter(outbox.command):
        hiding.undo(hiding=row, by=asks)
    hiding.carry_out(command_id=outbox.command.pk, hiding_id=row.pk)
    assert last(outbox, "shown")["by"]["email"] == asks.email


def test_what_the_network_refused_in_its_own_words(outbox):
    delivery = outbox.say()
    with tenancy.enter(outbox.command):
        type(delivery).objects.update(text="x" * 300)
    outbox.work()
    body = last(outbox, "refused")
    assert body["text"] == "x" * 300
    assert "too long" in str(body["raw"])


def test_steps_that_are_made_many_at_once(outbox, make_user):
    officer = make_user()
    with tenancy.enter(outbox.command):
        drafts = [Message.objects.create(text=f"Draft {number}.", status="draft") for number in range(3)]
        planning.submit(messages=drafts, by=officer)
    with tenancy.enter(outbox.command):
        entries = list(RecordEntry.objects.filter(kind="step"))
    assert [entry.body["text"] for entry in entries] == ["Draft 0.", "Draft 1.", "Draft 2."]
    assert {entry.body["did"] for entry in entries} == {"submitted"}
