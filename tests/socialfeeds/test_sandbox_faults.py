"""Faults on demand: each kind, whom it meets, and whether the post stands afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import tweepy

from tests.socialfeeds.x_client import Caller, Tweepy

LONG = 60  # far longer than any test takes: what ends earlier was let go


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109")
    fresh_sandbox.account("demo_psa6")
    yield fresh_sandbox
    fresh_sandbox.clear_faults()


@pytest.fixture
def call(net):
    return Caller(net.url)


def texts(net):
    return [post["text"] for post in net.posts()]


def wait_until_taken(net):
    """A fault that has happened is in the list no more."""
    deadline = time.monotonic() + 30
    while net.faults() and time.monotonic() < deadline:
        pass
    assert net.faults() == []


@pytest.mark.parametrize(
    ("kind", "status", "stands"),
    [
        ("429", 429, False),
        ("429-code88", 429, False),
        ("500", 500, False),
        ("500-posted", 500, True),
        ("200-errors", 200, False),
        ("401", 401, False),
    ],
)
def test_a_fault_answers_once_and_then_all_is_well(net, call, kind, status, stands):
    net.fault(kind)
    response = call.tweet("Hello")
    assert response.status_code == status
    assert "data" not in response.json()
    assert response.headers["x-rate-limit-limit"] == "100"
    assert texts(net) == (["Hello"] if stands else [])
    assert net.faults() == []
    assert call.tweet("Hello").status_code == (403 if stands else 201)
    assert texts(net) == ["Hello"]


def test_the_two_bodies_of_a_429(net, call):
    net.fault("429", seconds=120)
    newer = call.tweet("Hello")
    assert newer.json()["title"] == "Too Many Requests"
    assert newer.headers["x-rate-limit-remaining"] == "0"
    assert 110 < int(newer.headers["x-rate-limit-reset"]) - time.time() < 122
    net.fault("429-code88")
    assert call.tweet("Hello").json() == {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}


def test_a_200_can_carry_errors_alone(net, call):
    net.fault("200-errors")
    body = call.get("users/me").json()
    assert set(body) == {"errors"}


@pytest.mark.parametrize(("kind", "stands"), [("cut", False), ("cut-posted", True)])
def test_the_connection_can_be_cut_before_any_answer(net, call, kind, stands):
    net.fault(kind)
    with pytest.raises(requests.ConnectionError, match=r"without response|reset by peer"):
        call.tweet("Hello")
    assert texts(net) == (["Hello"] if stands else [])
    assert call.tweet("After").status_code == 201


@pytest.mark.parametrize(("kind", "stands"), [("timeout", False), ("timeout-posted", True)])
def test_an_answer_can_stay_away(net, call, kind, stands):
    net.fault(kind, seconds=LONG)
    with pytest.raises(requests.ReadTimeout):
        call.tweet("Hello", timeout=1)
    assert texts(net) == (["Hello"] if stands else [])


@pytest.mark.parametrize(
    ("kind", "status", "stands"), [("timeout", 503, False), ("timeout-posted", 201, True)]
)
def test_a_held_answer_comes_when_its_time_is_over(net, call, kind, status, stands):
    net.fault(kind, seconds=0.2)
    assert call.tweet("Hello").status_code == status
    assert texts(net) == (["Hello"] if stands else [])


@pytest.mark.parametrize(("kind", "status"), [("timeout", 503), ("timeout-posted", 201), ("slow", 201)])
def test_clearing_the_faults_lets_held_calls_go(net, call, kind, status):
    net.fault(kind, seconds=LONG)
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        held = pool.submit(call.tweet, "Hello", timeout=LONG)
        wait_until_taken(net)
        net.clear_faults()
        assert held.result().status_code == status
        assert time.monotonic() - started < LONG / 2


def test_a_slow_answer_comes_and_the_post_stands(net, call):
    net.fault("slow", seconds=0.3)
    started = time.monotonic()
    assert call.tweet("Hello").status_code == 201
    assert time.monotonic() - started >= 0.3
    assert texts(net) == ["Hello"]


def test_a_slow_post_lands_after_the_caller_gave_up(net, call):
    net.fault("slow", seconds=LONG)
    with pytest.raises(requests.ReadTimeout):
        call.tweet("Hello", timeout=0.5)
    assert texts(net) == []
    net.clear_faults()
    deadline = time.monotonic() + 30
    while not texts(net) and time.monotonic() < deadline:
        pass
    assert texts(net) == ["Hello"]


def test_held_calls_do_not_keep_others_waiting(net, call):
    net.fault("timeout", count=4, seconds=LONG, handle="demo_pct109")
    with ThreadPoolExecutor(4) as pool:
        held = [pool.submit(call.tweet, f"Number {n}", timeout=LONG) for n in range(4)]
        wait_until_taken(net)
        assert Caller(net.url, "demo_psa6").tweet("Hello", timeout=10).status_code == 201
        net.clear_faults()
        assert [one.result().status_code for one in held] == [503] * 4


def test_callers_who_gave_up_hold_nothing(net, call):
    """More calls than the server has threads are held and abandoned; it still has one for the next."""
    net.fault("timeout", count=50, seconds=LONG, handle="demo_pct109")

    def give_up(n):
        with pytest.raises(requests.ReadTimeout):
            call.tweet(f"Number {n}", timeout=0.5)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(give_up, range(40)))
    other = Caller(net.url, "demo_psa6")("GET", "users/me", timeout=10)
    assert other.status_code == 200, other.text
    deadline = time.monotonic() + 30
    while net.faults()[0]["count"] > 10 and time.monotonic() < deadline:
        pass
    assert net.faults()[0]["count"] == 10
    assert texts(net) == []


def test_a_fault_counts_down_and_two_calls_never_share_one(net, call):
    net.fault("500", count=7)
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda n: call.tweet(f"Number {n}").status_code, range(20)))
    assert sorted(codes) == [201] * 13 + [500] * 7


def test_a_fault_can_be_meant_for_one_account(net, call):
    net.fault("500", handle="Demo_PSA6")
    assert call.tweet("Hello").status_code == 201
    assert Caller(net.url, "demo_psa6").tweet("Hello").status_code == 500


def test_a_fault_can_be_meant_for_one_address_and_method(net, call):
    net.fault("500", path="/2/users/*/mentions")
    net.fault("401", path="/2/tweets/*", method="DELETE")
    me = call.get("users/me").json()["data"]["id"]
    post_id = call.tweet("Hello").json()["data"]["id"]
    assert call.get(f"tweets/{post_id}").status_code == 200
    assert call("DELETE", f"tweets/{post_id}").status_code == 401
    assert call.get(f"users/{me}/mentions").status_code == 500
    assert net.faults() == []


def test_a_fault_that_posts_waits_for_a_call_that_writes(net, call):
    net.fault("500-posted")
    assert call.get("users/me").status_code == 200
    assert call.tweet("Hello").status_code == 500
    assert texts(net) == ["Hello"]


def test_a_post_that_a_rule_refuses_keeps_its_refusal(net, call):
    call.tweet("Hello")
    net.fault("500-posted")
    assert call.tweet("Hello").status_code == 403
    assert texts(net) == ["Hello"]


def test_faults_happen_in_the_order_they_were_asked_for(net, call):
    net.fault("500")
    net.fault("401")
    assert [call.tweet(f"Number {n}").status_code for n in range(3)] == [500, 401, 201]


def test_faults_are_listed_and_cleared(net, call):
    net.fault("timeout", count=2, handle="demo_pct109", path="/2/tweets", seconds=5)
    (listed,) = net.faults()
    assert listed["kind"] == "timeout"
    assert (listed["count"], listed["handle"], listed["path"], listed["seconds"]) == (
        2,
        "demo_pct109",
        "/2/tweets",
        5,
    )
    net.clear_faults()
    assert net.faults() == []
    assert call.tweet("Hello").status_code == 201


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {},
        {"kind": "500", "count": 0},
        {"kind": "500", "count": "two"},
        {"kind": "timeout", "seconds": 3600},
        {"kind": "slow", "seconds": -1},
        {"kind": "500", "color": "blue"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(net, fault):
    assert requests.post(f"{net.url}/sandbox/faults", json=fault, timeout=30).status_code == 400
    assert net.faults() == []


def test_tweepy_sees_the_faults(net):
    client = Tweepy(net.url)
    net.fault("500-posted")
    with pytest.raises(tweepy.TwitterServerError):
        client.create_tweet(text="Hello", user_auth=False)
    net.fault("429-code88")
    with pytest.raises(tweepy.TooManyRequests):
        client.create_tweet(text="Again", user_auth=False)
    net.fault("200-errors")
    response = client.create_tweet(text="Again", user_auth=False)
    assert response.data is None
    assert response.errors
    assert texts(net) == ["Hello"]
