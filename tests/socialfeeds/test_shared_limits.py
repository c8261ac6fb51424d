"""All accounts and all workers share what a network allows; the app's limit is not reached."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from socialfeeds.models import Account
from socialfeeds.networks import limits
from socialfeeds.networks.base import NotSent


def account(number=1, network="x", server=""):
    return Account(network=network, external_id=str(number), server=server, command_id=1)


def headers(prefix, limit, left, seconds):
    return {f"{prefix}Limit": str(limit), f"{prefix}Remaining": str(left), f"{prefix}Reset": seconds}


def in_seconds(seconds):
    return str(int(time.time()) + seconds)


def taken(number, network="x", bucket="mentions", who=None):
    """How many of so many calls were let through."""
    count = 0
    for _ in range(number):
        try:
            limits.take(network, bucket, who or account())
        except NotSent:
            continue
        count += 1
    return count


def refusal(network, bucket, who):
    with pytest.raises(NotSent) as caught:
        limits.take(network, bucket, who)
    return caught.value


def test_118_accounts_in_many_threads_stay_below_the_apps_limit_together():
    with ThreadPoolExecutor(8) as threads:
        counts = threads.map(lambda number: taken(6, who=account(number)), range(118))
    assert sum(counts) == 450 - 450 // 8
    wait = refusal("x", "mentions", account(500)).retry_at - timezone.now()
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    assert taken(1, bucket="post")


def test_an_account_has_its_own_window_and_uses_it_to_the_end():
    assert taken(101, bucket="post") == 100
    assert taken(1, bucket="post", who=account(2)) == 1


def test_what_the_network_says_goes_before_what_was_counted():
    limits.take("x", "post", account())
    limits.note("x", "post", account(), headers("x-rate-limit-", 17, 2, in_seconds(60)))
    assert taken(5, bucket="post") == 2
    wait = refusal("x", "post", account()).retry_at - timezone.now()
    assert timedelta(seconds=50) < wait <= timedelta(seconds=61)


def test_a_late_answer_does_not_take_back_what_is_under_way():
    for _ in range(3):
        limits.take("x", "post", account())
    reset = in_seconds(60)
    limits.note("x", "post", account(), headers("x-rate-limit-", 4, 1, reset))
    limits.note("x", "post", account(), headers("x-rate-limit-", 4, 3, reset))
    limits.note("x", "post", account(), headers("x-rate-limit-", 4, 4, in_seconds(10)))
    assert taken(3, bucket="post") == 1


def test_a_window_that_is_over_starts_anew():
    limits.note("x", "post", account(), headers("x-rate-limit-", 4, 0, in_seconds(60)))
    limits.note("x", "post", account(), headers("x-rate-limit-", 4, 3, in_seconds(900)))
    assert taken(5, bucket="post") == 3


def test_the_day_of_the_app_is_for_all_and_its_last_eighth_is_left():
    limits.note("x", "post", account(), headers("x-app-limit-24hour-", 80, 11, in_seconds(3600)))
    assert taken(3, bucket="post", who=account(2)) == 1
    wait = refusal("x", "post", account(3)).retry_at - timezone.now()
    assert timedelta(minutes=59) < wait <= timedelta(minutes=61)


def test_a_429_of_the_app_is_a_rest_for_all():
    limits.note("x", "mentions", account(), headers("x-rate-limit-", 450, 0, in_seconds(60)))
    assert taken(1, who=account(2)) == 0


def test_where_no_connection_stood_nothing_is_counted():
    for _ in range(150):
        limits.take("x", "post", account())
        limits.unanswered("x", "post", account())
    assert taken(101, bucket="post") == 100


# Filled in when the test runs, which may be long after it was collected.
IN_FOUR_MINUTES, EPOCH_IN_FOUR_MINUTES = "in four minutes", "the same as a number"


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("mastodon", headers("X-RateLimit-", 300, 0, IN_FOUR_MINUTES)),
        ("bluesky", headers("RateLimit-", 5000, 0, EPOCH_IN_FOUR_MINUTES)),
        ("bluesky", headers("ratelimit-", 5000, 0, "240")),
        ("facebook", {"X-App-Usage": '{"call_count": 12, "total_time": 91, "total_cputime": 3}'}),
        (
            "facebook",
            {
                "X-Business-Use-Case-Usage": '{"77": [{"type": "pages", "call_count": 100,'
                ' "estimated_time_to_regain_access": 4}]}'
            },
        ),
    ],
)
def test_each_network_says_it_in_its_own_way(network, said):
    who = account(network=network, server="https://city.example")
    assert taken(2, network, "any", who) == 2
    now = {
        IN_FOUR_MINUTES: (datetime.now(UTC) + timedelta(minutes=4)).isoformat(),
        EPOCH_IN_FOUR_MINUTES: in_seconds(240),
    }
    limits.note(network, "any", who, {name: now.get(value, value) for name, value in said.items()})
    wait = refusal(network, "any", who).retry_at - timezone.now()
    assert timedelta(minutes=3) < wait <= timedelta(minutes=5)
    assert taken(1, network, "any", account(9, network, "https://other.example")) == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"x-rate-limit-limit": "many", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "soon"},
        headers("x-rate-limit-", 5, 0, ""),
        headers("x-rate-limit-", 5, 0, "9" * 40),
        headers("x-rate-limit-", 5, 0, "12:00"),
        {"X-App-Usage": "["},
        {"X-App-Usage": '{"call_count": "all"}'},
        {"X-App-Usage": "[" * 5000},
    ],
)
def test_what_is_not_to_be_understood_closes_nothing(said):
    limits.note("x", "post", account(), said)
    assert taken(1, bucket="post") == 1


def test_a_reset_in_a_far_future_stops_nobody_for_longer_than_a_day():
    limits.note("x", "post", account(), headers("x-rate-limit-", 5, 0, "9999999999"))
    assert refusal("x", "post", account()).retry_at < timezone.now() + timedelta(hours=26)


def test_what_was_said_in_words_is_kept_too():
    until = timezone.now() + timedelta(minutes=7)
    limits.rest("facebook", "post", account(1, "facebook"), until)
    assert abs(refusal("facebook", "post", account(1, "facebook")).retry_at - until) < timedelta(seconds=1)
    assert taken(1, "facebook", "post", account(2, "facebook")) == 1
    limits.rest("facebook", "post", account(1, "facebook"), until, of_app=True)
    assert taken(1, "facebook", "post", account(2, "facebook")) == 0


def test_without_redis_calls_go_on(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits.note("x", "post", account(), headers("x-rate-limit-", 5, 0, in_seconds(60)))
    limits.unanswered("x", "post", account())
    assert taken(3, bucket="post") == 3
