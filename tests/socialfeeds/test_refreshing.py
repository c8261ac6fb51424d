"""Tokens are refreshed before they end, by one worker at a time; what that can come to, each way."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import connecting, refreshing, tasks
from socialfeeds.models import Account, Delivery, Message
from socialfeeds.networks.base import Dead, Expired, MayBeSent, NotSent
from socialfeeds.networks.x import X
from tests.socialfeeds.granting import a_connection, a_refresh
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(pct_109):
    """make(minutes): an account whose token ends in so many minutes."""

    def made(minutes=5, **fields):
        with tenancy.enter(pct_109):
            ends = timezone.now() + timedelta(minutes=minutes)
            return an_account("page", network="facebook", token="old", token_expires_at=ends, **fields)

    return made


def now(account):
    with tenancy.enter(account.command_id):
        return Account.objects.get(pk=account.pk)


def sweep():
    for command_id, account_id in refreshing.due():
        refreshing.refresh(command_id=command_id, account_id=account_id)


def test_what_ends_soon_is_refreshed_and_what_holds_is_left_alone(granting, make):
    account = make(minutes=60)
    sweep()
    assert granting.asked == []

    with tenancy.enter(account.command_id):
        Account.objects.update(token_expires_at=timezone.now() + timedelta(minutes=5), trouble="No new token")
    granting.answers = [a_refresh()]
    sweep()
    row = now(account)
    assert row.credentials == {"token": "new-1"} and row.trouble == "" and row.refreshing_until is None
    assert row.token_expires_at > timezone.now() + timedelta(hours=1)
    assert refreshing.due() == []

    with tenancy.enter(account.command_id):
        Account.objects.update(token_expires_at=timezone.now())
    granting.answers = [None]  # it needs none any more
    sweep()
    assert now(account).token_expires_at is None


def test_two_workers_ask_once(granting, make):
    account = make()
    granting.answers = [a_refresh()]
    inside, go_on = threading.Event(), threading.Event()

    def held(_account):
        inside.set()
        assert go_on.wait(10)

    granting.while_asked = held

    def work():
        try:
            sweep()
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert inside.wait(10)
    sweep()
    assert refreshing.due() == []
    go_on.set()
    first.join(10)
    assert granting.asked == [{"access_token": "old"}]
    assert now(account).credentials == {"token": "new-1"}


def test_who_connects_again_meanwhile_is_not_overwritten(granting, make, pct_109):
    account = make()
    granting.answers = [a_refresh()]

    def reconnected(_account):
        with tenancy.enter(pct_109):
            connecting.keep("facebook", a_connection(external_id="page", handle="page"))

    granting.while_asked = reconnected
    sweep()
    assert now(account).credentials == {"token": "secret-1"}


def test_a_worker_that_died_in_mid_call_leaves_a_claim_that_ends(granting, make, settings):
    account = make()
    with tenancy.enter(account.command_id):
        Account.objects.update(refreshing_until=timezone.now() + timedelta(seconds=30))
    assert refreshing.due() == []
    with tenancy.enter(account.command_id):
        Account.objects.update(refreshing_until=timezone.now())
    granting.answers = [a_refresh()]
    sweep()
    assert now(account).credentials == {"token": "new-1"}


def test_a_refusal_is_the_end_and_a_wait_is_a_wait(granting, make):
    account = make()
    granting.answers = [NotSent("Away.", retry_at=timezone.now() + timedelta(minutes=3))]
    sweep()
    row = now(account)
    assert row.status == "active" and "Away." in row.trouble
    assert row.refreshing_until > timezone.now() + timedelta(minutes=2)

    with tenancy.enter(account.command_id):
        Account.objects.update(refreshing_until=None)
    granting.answers = [Dead("The password was changed.")]
    sweep()
    row = now(account)
    assert (row.status, row.trouble) == ("dead", "The password was changed.")
    assert row.troubled_at and refreshing.due() == []


def test_a_lost_answer_is_asked_for_again_until_the_old_token_is_over(granting, make):
    """The old token is still good, or refused: to ask again can only help. It is told either way."""
    account = make()
    granting.answers = [MayBeSent("No answer in time.")]
    sweep()
    row = now(account)
    assert row.status == "active" and "No answer in time." in row.trouble
    with tenancy.enter(account.command_id):
        Account.objects.update(refreshing_until=None, token_expires_at=timezone.now())
    granting.answers = [MayBeSent("No answer in time.")]
    sweep()
    row = now(account)
    assert row.status == "dead" and "was lost" in row.trouble


def test_what_is_due_waits_for_the_token_and_goes_on_by_itself(outbox, pct_109, make_user):
    """X’s token is over: nothing is sent with it, nothing fails, and after the refresh it goes out."""
    author = make_user("c@example.org", role="commander", command=pct_109)
    with tenancy.enter(pct_109):
        Account.objects.update(token_expires_at=timezone.now())
        account = Account.objects.get()
        delivery = Delivery.objects.create(
            message=Message.objects.create(text="Good.", author=author), account=account, text="Good."
        )
    tasks.send_delivery(pct_109.pk, delivery.pk)
    assert outbox.x.posts("demo_pct109") == []
    # X needs no refresh for a typed token: it says so, and the token holds.
    sweep()
    tasks.send_delivery(pct_109.pk, delivery.pk)
    assert [post["text"] for post in outbox.x.posts("demo_pct109")] == ["Good."]


def test_a_token_that_ended_early_leads_to_a_refresh_and_not_to_death(
    outbox, pct_109, make_user, monkeypatch
):
    author = make_user("c@example.org", role="commander", command=pct_109)

    def over(self, account, outgoing):
        raise Expired("Over.")

    with tenancy.enter(pct_109):
        account = Account.objects.get()
        delivery = Delivery.objects.create(
            message=Message.objects.create(text="Good.", author=author), account=account, text="Good."
        )
    with monkeypatch.context() as patch:
        patch.setattr(X, "post", over)
        tasks.send_delivery(pct_109.pk, delivery.pk)
    row = now(account)
    assert row.status == "active" and row.token_expires_at <= timezone.now()
    assert (pct_109.pk, account.pk) in refreshing.due()
    sweep()
    tasks.send_delivery(pct_109.pk, delivery.pk)
    assert len(outbox.x.posts("demo_pct109")) == 1
