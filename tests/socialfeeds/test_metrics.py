"""Each account's day is counted once, in the command's own day, and the page draws the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import measuring
from socialfeeds.models import Account, AccountDay, Delivery, Message, SpendingDay, State
from socialfeeds.networks.base import Counts, NotSent, PostCounts
from tests.socialfeeds.fake_network import account, fake

__all__ = ["account", "fake"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def older(account):
    """The account, connected three days ago, with one recent post and one that is too old to count."""
    with tenancy.enter(account.command_id):
        Account.objects.update(created_at=timezone.now() - timedelta(days=3))
        message = Message.objects.create(text="Done.")
        for name, days in {"new": 2, "old": 31}.items():
            moment = timezone.now() - timedelta(days=days)
            Delivery.objects.create(
                message=message,
                account=account,
                part=days,
                state=State.SENT,
                external_id=name,
                sent_at=moment,
            )
    return account


def count():
    for command_id, account_id in measuring.due():
        measuring.measure(command_id=command_id, account_id=account_id)


def days(account):
    with tenancy.enter(account.command_id):
        return list(AccountDay.objects.order_by("day"))


def test_a_day_is_counted_once_and_its_reads_are_paid_for_once(older, fake):
    fake.counted = Counts(420, {"new": PostCounts(reach=900, reactions=12)}, reads=2)
    count()
    count()
    measuring.measure(command_id=older.command_id, account_id=older.pk)
    (row,) = days(older)
    assert (row.followers, row.reach, row.reactions, row.replies) == (420, 900, 12, None)
    assert row.day == measuring.day_of(older)
    assert fake.calls == [("counts", ["new"])]
    with tenancy.enter(older.command_id):
        assert SpendingDay.objects.get().number == 2


def test_a_limit_is_kept_and_the_day_counted_later(older, fake):
    fake.counted = Counts(7, {})
    fake.fails = [NotSent("Too many.", retry_at=timezone.now() + timedelta(minutes=5))]
    count()
    assert days(older) == [] and measuring.due() == []
    with tenancy.enter(older.command_id):
        Account.objects.update(mentions_resting_until=None)
    count()
    assert days(older)[0].followers == 7


def test_a_day_is_the_commands_own_and_ends_at_eleven(account):
    def day(*moment):
        return measuring.day_of(account, datetime(*moment, tzinfo=UTC)).isoformat()

    # New York is five hours behind in January and four in July.
    assert day(2026, 1, 11, 3, 59) == "2026-01-09"
    assert day(2026, 1, 11, 4, 0) == "2026-01-10"
    assert day(2026, 7, 11, 3, 0) == "2026-07-10"


def test_of_days_before_it_was_connected_nothing_is_told(account, fake):
    with tenancy.enter(account.command_id):
        Account.objects.update(created_at=timezone.now() + timedelta(days=1))
    count()
    assert days(account) == [] and fake.calls == []


def test_the_page_draws_what_was_counted_with_a_table(older, client, make_user, pct_109):
    client.force_login(make_user("e@example.org", role="editor", command=pct_109))
    page = client.get("/pct-109/desk/voice/numbers/").content.decode()
    assert "Nothing is counted so far" in page
    with tenancy.enter(pct_109):
        for number, followers in enumerate([400, 404, 420]):
            AccountDay.objects.create(
                account=older,
                day=timezone.localdate() - timedelta(days=3 - number),
                followers=followers,
                reactions=number or None,
            )
    page = client.get("/pct-109/desk/voice/numbers/").content.decode()
    assert "<svg" in page and "420" in page and "20 more" in page
    assert page.count("<tr>") == 4
    assert client.get("/pct-109/desk/voice/numbers/?days=nonsense").status_code == 200
