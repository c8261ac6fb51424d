"""A pause holds within a second: a running worker, two hundred messages due, and then none more leaves."""

import time

import pytest

from precincts import tenancy
from socialfeeds import connecting, pausing, tasks
from socialfeeds.models import Account, Delivery, Message, State
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ACCOUNTS, EACH = 4, 50


def posted(x):
    return len(x.posts())


def test_within_a_second_nothing_more_leaves(outbox, start_worker, make_user):
    x, author, headquarters = outbox.x, outbox.author(), make_user("hq@example.org", role="reviewer")
    for n in range(ACCOUNTS):
        x.account(f"unit{n}")
        connecting.connect(command=outbox.command, network="x", token=f"sandbox-unit{n}")
    with tenancy.enter(outbox.command):
        messages = Message.objects.bulk_create(
            Message(text=f"Message {n}", author=author) for n in range(EACH)
        )
        accounts = Account.objects.exclude(pk=outbox.account_id).values_list("pk", flat=True)
        deliveries = Delivery.objects.bulk_create(
            Delivery(message=message, account_id=account, text=f"{message.text} of {account}")
            for message in messages
            for account in accounts
        )
    start_worker(X_API_URL=x.url, X_WEB_URL=x.url)
    for delivery in deliveries:
        tasks.send_delivery.delay(outbox.command.pk, delivery.pk)
    eventually(lambda: posted(x) >= 10)
    pausing.pause(place=None, by=headquarters)
    paused_at = time.monotonic()
    counts = []
    while time.monotonic() < paused_at + 3:
        counts.append((time.monotonic() - paused_at, posted(x)))
    after_a_second = [count for second, count in counts if second >= 1]
    last = (
        max(second for second, count in counts if count < counts[-1][1])
        if counts[0][1] < counts[-1][1]
        else 0
    )
    print(f"{counts[0][1]} had left, {counts[-1][1] - counts[0][1]} more within {last:.2f} s, then none")
    assert len(set(after_a_second)) == 1
    assert counts[-1][1] < ACCOUNTS * EACH
    tasks.sweep_deliveries.delay()
    eventually(lambda: set(outbox.states()) <= {State.READY, State.SENT})
    assert posted(x) == counts[-1][1] == outbox.states().count(State.SENT)
