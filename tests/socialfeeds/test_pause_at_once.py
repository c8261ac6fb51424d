"""A pause holds within a second: a running worker, two hundred messages due, and then none more leaves."""

import time

import pytest

from precincts import tenancy
from socialfeeds import connecting, pausing, tasks
from socialfeeds.models import Account, Delivery, Message, State
from tests.socialfeeds.outbox import Outbox
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ACCOUNTS, EACH = 4, 50
# The worker has two children: so many calls can be under way when somebody pauses.
UNDER_WAY = 2


@pytest.fixture
def busy(x, transactional_db, settings, pct_109):
    """The 109th Precinct with two hundred messages due on four accounts. Its machine may be slow."""
    settings.X_TIMEOUT_SECONDS = 20
    outbox = Outbox(x, pct_109, "unit0")
    for n in range(1, ACCOUNTS):
        x.account(f"unit{n}")
        connecting.connect(command=pct_109, network="x", token=f"sandbox-unit{n}")
    author = outbox.author()
    with tenancy.enter(pct_109):
        messages = Message.objects.bulk_create(
            Message(text=f"Message {n}", author=author) for n in range(EACH)
        )
        Delivery.objects.bulk_create(
            Delivery(message=message, account=account, text=f"{message.text} of {account}")
            for message in messages
            for account in Account.objects.all()
        )
    return outbox


def test_within_a_second_nothing_more_leaves(busy, start_worker, make_user):
    headquarters = make_user("hq@example.org", role="reviewer")
    start_worker(X_API_URL=busy.x.url, X_WEB_URL=busy.x.url, X_TIMEOUT_SECONDS="20")
    for delivery in busy.rows():
        tasks.send_delivery.delay(busy.command.pk, delivery.pk)
    eventually(lambda: len(busy.x.posts()) >= 10, 60)
    pausing.pause(place=None, by=headquarters)
    paused_at = time.monotonic()
    seen = [(0.0, len(busy.x.posts()))]
    # Until the broker is empty, the worker goes on asking; then nothing is under way any more.
    while seen[-1][0] < 2 or State.SENDING in busy.states():
        seen.append((time.monotonic() - paused_at, len(busy.x.posts())))
    first, last = seen[0][1], seen[-1][1]
    until = next(second for second, count in seen if count == last)
    print(f"{first} of {ACCOUNTS * EACH} had left; {last - first} more by {until:.2f} s; then none")
    assert last - first <= UNDER_WAY
    assert last < ACCOUNTS * EACH
    # A sweep finds nothing to do, and what stands there is what is known to have been sent.
    tasks.sweep_deliveries.delay()
    states = busy.states()
    assert (states.count(State.SENT), set(states)) == (last, {State.READY, State.SENT})
    assert len(busy.x.posts()) == last
