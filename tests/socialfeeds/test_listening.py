"""Mentions are fetched in order, once each; the cursor moves with the rows or not at all."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import listening
from socialfeeds.models import Account, Mention
from tests.socialfeeds.outbox import Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def fetch(outbox):
    listening.fetch(command_id=outbox.command.pk, account_id=outbox.account_id)


def texts(outbox):
    """Oldest first."""
    return [mention.text for mention in reversed(outbox.mentions())]


def test_mentions_arrive_once_each_in_order_with_their_links(outbox):
    for number in range(3):
        outbox.x.post("maria", f"@demo_pct109 number {number}")
    outbox.x.post("maria", "nothing to do with us")
    fetch(outbox)
    fetch(outbox)
    assert texts(outbox) == [f"@demo_pct109 number {number}" for number in range(3)]
    newest = outbox.mentions()[0]
    assert newest.author_handle == "maria"
    assert newest.url == f"{outbox.x.url}/maria/status/{newest.external_id}"
    assert outbox.account().mentions_cursor == newest.external_id
    assert timezone.now() - outbox.account().mentions_fetched_at < timedelta(minutes=1)
    by_number = sorted(outbox.mentions(), key=lambda mention: mention.pk)
    assert [mention.text for mention in by_number] == texts(outbox)


def test_only_what_came_since_is_asked_for(outbox):
    outbox.x.post("maria", "@demo_pct109 one")
    fetch(outbox)
    with tenancy.enter(outbox.command):
        Mention.objects.all().delete()
    outbox.x.post("maria", "@demo_pct109 two")
    fetch(outbox)
    assert texts(outbox) == ["@demo_pct109 two"]


def test_several_pages_arrive_whole(outbox):
    outbox.x.post("maria", "@demo_pct109 first")
    fetch(outbox)
    for number in range(230):
        outbox.x.post("maria", f"@demo_pct109 {number}")
    fetch(outbox)
    assert texts(outbox) == ["@demo_pct109 first", *(f"@demo_pct109 {number}" for number in range(230))]


def test_the_first_fetch_does_not_bring_the_whole_past(outbox):
    old = datetime.now(UTC) - timedelta(days=8)
    recent = datetime.now(UTC) - timedelta(days=6)
    outbox.x.post("maria", "@demo_pct109 long ago", created_at=old.isoformat())
    outbox.x.post("maria", "@demo_pct109 this week", created_at=recent.isoformat())
    fetch(outbox)
    assert texts(outbox) == ["@demo_pct109 this week"]


def test_the_first_fetch_is_bounded(outbox, settings):
    settings.FIRST_SYNC_POSTS = 7
    for number in range(12):
        outbox.x.post("maria", f"@demo_pct109 {number}")
    fetch(outbox)
    assert texts(outbox) == [f"@demo_pct109 {number}" for number in range(5, 12)]


@pytest.mark.parametrize("fault", ["500", "timeout", "cut", "200-errors", "429", "401"])
def test_a_fetch_that_fails_halfway_keeps_what_it_has_and_loses_nothing(outbox, fault):
    outbox.x.post("maria", "@demo_pct109 first")
    fetch(outbox)
    for number in range(120):
        outbox.x.post("maria", f"@demo_pct109 {number}")
    outbox.x.fault("slow", seconds=0)
    outbox.x.fault(fault)  # the second page
    fetch(outbox)
    # What can be asked for at once is there; after a 429 the older page comes once the account has rested.
    since = 20 if fault == "429" else 0
    assert texts(outbox) == [
        "@demo_pct109 first",
        *(f"@demo_pct109 {number}" for number in range(since, 120)),
    ]
    outbox.x.post("maria", "@demo_pct109 meanwhile")
    outbox.time_passes()
    fetch(outbox)
    fetch(outbox)
    assert len(texts(outbox)) == 122


def test_rows_and_cursor_are_kept_together(outbox, monkeypatch):
    def die(*args, **kwargs):
        raise KeyboardInterrupt

    outbox.x.post("maria", "@demo_pct109 one")
    with monkeypatch.context() as patched:
        patched.setattr(Account, "save", die)
        with pytest.raises(KeyboardInterrupt):
            fetch(outbox)
    assert texts(outbox) == []
    outbox.x.post("maria", "@demo_pct109 two")
    fetch(outbox)
    assert len(texts(outbox)) == 2


@pytest.mark.parametrize("fault", ["429", "429-code88"])
def test_a_limit_rests_listening_and_not_speaking(outbox, fault):
    outbox.x.post("maria", "@demo_pct109 one")
    outbox.x.fault(fault, seconds=100)
    fetch(outbox)
    rest = outbox.account().mentions_resting_until - timezone.now()
    assert timedelta(seconds=90) < rest < timedelta(seconds=110)
    assert listening.due() == []
    fetch(outbox)
    assert texts(outbox) == []
    outbox.say()
    outbox.work()
    assert len(outbox.texts()) == 1
    outbox.time_passes()
    fetch(outbox)
    assert texts(outbox) == ["@demo_pct109 one"]


def test_a_dead_token_is_seen_and_asked_no_more(outbox):
    outbox.x.fault("401")
    fetch(outbox)
    assert outbox.account().status == "dead"
    assert listening.due() == []


def test_a_paused_account_still_hears(outbox):
    outbox.set_account(status="paused")
    outbox.x.post("maria", "@demo_pct109 one")
    fetch(outbox)
    assert texts(outbox) == ["@demo_pct109 one"]


def test_two_fetches_at_once_keep_each_mention_once(outbox):
    for number in range(30):
        outbox.x.post("maria", f"@demo_pct109 {number}")

    def run():
        fetch(outbox)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert texts(outbox) == [f"@demo_pct109 {number}" for number in range(30)]


def test_each_command_hears_its_own(outbox, pct_110):
    other = Outbox(outbox.x, pct_110, "demo_pct110")
    outbox.x.post("maria", "@demo_pct109 hello")
    outbox.x.post("maria", "@demo_pct110 good day")
    for command_id, account_id in listening.due():
        listening.fetch(command_id=command_id, account_id=account_id)
    assert texts(outbox) == ["@demo_pct109 hello"]
    assert texts(other) == ["@demo_pct110 good day"]


def test_hostile_texts_are_kept_as_text(outbox):
    words = "@demo_pct109 <script>alert(1)</script> &amp; \u202eright\u202c 警察 \U0001f6a8 https://example.com/a?b=1&c=2"
    outbox.x.post("maria", words)
    fetch(outbox)
    assert texts(outbox) == [words]


def test_it_refuses_to_ask_inside_a_transaction(outbox):
    with tenancy.enter(outbox.command), pytest.raises(RuntimeError, match="outside of any transaction"):
        fetch(outbox)
