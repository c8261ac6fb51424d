"""What words and reads cost is counted, and capped: what is over waits, and people know."""

from decimal import Decimal

import pytest

from precincts import tenancy
from socialfeeds import alarms, listening, spending
from socialfeeds.models import Account, Alarm, Delivery, Mention, SpendingDay, State
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def administrator(make_user):
    return make_user("administrator@example.org", role="administrator")


def days(command):
    with tenancy.enter(command):
        return {row.kind: (row.number, row.micros) for row in SpendingDay.objects.all()}


def left(command):
    with tenancy.enter(command):
        return spending.left()


def test_posts_links_and_reads_are_counted_once_each(outbox, x, pct_109):
    outbox.say("Plain.")
    outbox.say("With a link https://example.org/1")
    outbox.work()
    outbox.work_on()
    x.post("maria", "@demo_pct109 good morning")
    x.post("maria", "@demo_pct109 and again")
    listening.fetch(command_id=pct_109.pk, account_id=outbox.account_id)
    listening.fetch(command_id=pct_109.pk, account_id=outbox.account_id)
    assert days(pct_109) == {"post": (1, 15_000), "link": (1, 200_000), "read": (2, 10_000)}
    assert left(pct_109) == 100 * spending.DOLLAR - 225_000


def test_two_workers_count_both(outbox, pct_109):
    def count():
        with tenancy.enter(pct_109):
            spending.charge(account=Account.objects.get(), kind="post", number=1, micros=15_000)

    at_once(*[count] * 4)
    assert days(pct_109) == {"post": (4, 60_000)}


def test_what_is_over_the_cap_waits_with_words_until_headquarters_sets_another(
    outbox, x, pct_109, administrator
):
    spending.set_cap(command=pct_109, month_usd=Decimal("0.03"), by=administrator)
    deliveries = [outbox.say(f"Number {number}.") for number in range(3)]
    outbox.work()
    states = []
    with tenancy.enter(pct_109):
        for delivery in deliveries:
            delivery.refresh_from_db()
            states.append(delivery.state)
    assert states == [State.SENT, State.SENT, State.READY]
    assert "budget" in deliveries[2].error and deliveries[2].attempt == 0
    alarms.reconcile()
    with tenancy.enter(pct_109):
        assert [alarm.kind for alarm in Alarm.objects.open()] == ["budget"]

    # Reads stop before posts do.
    x.post("maria", "@demo_pct109 good morning")
    listening.fetch(command_id=pct_109.pk, account_id=outbox.account_id)
    with tenancy.enter(pct_109):
        assert not Mention.objects.exists()

    spending.set_cap(command=pct_109, month_usd=Decimal("100"), by=administrator)
    outbox.time_passes()
    outbox.work()
    listening.fetch(command_id=pct_109.pk, account_id=outbox.account_id)
    alarms.reconcile()
    with tenancy.enter(pct_109):
        assert Delivery.objects.filter(state=State.SENT).count() == 3
        assert Mention.objects.count() == 1 and not Alarm.objects.open().exists()
