"""Rate limits: the headers of every answer, both bodies of a 429, and windows that start anew."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import tweepy

from tests.socialfeeds.x_client import Caller, Tweepy


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109")
    fresh_sandbox.account("demo_psa6")
    return fresh_sandbox


@pytest.fixture
def call(net):
    return Caller(net.url)


def test_the_limits_are_those_of_x(net):
    limits = net.limits()
    assert limits["post"] == {"user": 100, "user_seconds": 900, "app": 10_000, "app_seconds": 86_400}
    for name in ("mentions", "search"):
        assert limits[name] == {"user": 300, "user_seconds": 900, "app": 450, "app_seconds": 900}


def test_every_answer_says_what_is_left(net, call):
    before = int(time.time())
    answers = [
        call.tweet("Hello"),
        call.tweet("Hello"),
        call.tweet(""),
        call.get("users/me"),
        call.get("users/me", color="blue"),
        call.get("tweets/search/recent", query="x"),
        Caller(net.url, token="nonsense").get("users/me"),
    ]
    for response in answers:
        assert int(response.headers["x-rate-limit-limit"]) >= 100
        assert int(response.headers["x-rate-limit-remaining"]) >= 0
        assert before < int(response.headers["x-rate-limit-reset"]) <= before + 86_402
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers[:3]] == ["99", "98", "97"]
    assert answers[0].headers["x-app-limit-24hour-limit"] == "10000"
    assert answers[0].headers["x-app-limit-24hour-remaining"] == "9999"


def test_a_users_limit_holds_for_that_user_and_that_kind_of_call(net, call):
    net.limits(post={"user": 2})
    assert [call.tweet(f"Number {n}").status_code for n in range(3)] == [201, 201, 429]
    refused = call.tweet("Again")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json() == {
        "title": "Too Many Requests",
        "detail": "Too Many Requests",
        "type": "about:blank",
        "status": 429,
    }
    assert refused.headers["x-rate-limit-limit"] == "2"
    assert refused.headers["x-rate-limit-remaining"] == "0"
    assert int(refused.headers["x-rate-limit-reset"]) > time.time()
    assert len(net.posts()) == 2
    assert call.get("users/me").status_code == 200
    assert Caller(net.url, "demo_psa6").tweet("Hello").status_code == 201


def test_the_apps_limit_holds_for_all_and_answers_in_the_older_form(net, call):
    net.limits(post={"app": 1})
    assert call.tweet("Hello").status_code == 201
    refused = Caller(net.url, "demo_psa6").tweet("Hello")
    assert refused.status_code == 429
    assert refused.json() == {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
    assert refused.headers["x-rate-limit-remaining"] == "0"
    assert refused.headers["x-app-limit-24hour-remaining"] == "0"


def test_a_window_starts_anew(net, call):
    net.limits(lookup={"user": 1, "user_seconds": 1})
    codes = [call.get("users/me").status_code]
    deadline = time.monotonic() + 20
    while (429 not in codes or codes[-1] != 200) and time.monotonic() < deadline:
        codes.append(call.get("users/me").status_code)
    assert codes[0] == 200
    assert 429 in codes
    assert codes[-1] == 200


def test_calls_at_once_are_all_counted(net, call):
    net.limits(lookup={"user": 10})
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: call.get("users/me").status_code, range(25)))
    assert sorted(codes) == [200] * 10 + [429] * 15


def test_limits_can_be_put_back(net, call):
    net.limits(post={"user": 0})
    assert call.tweet("Hello").status_code == 429
    net.control("DELETE", "limits")
    assert call.tweet("Hello").status_code == 201


def test_tweepy_learns_when_to_come_back(net):
    net.limits(post={"user": 0, "user_seconds": 60})
    with pytest.raises(tweepy.TooManyRequests) as caught:
        Tweepy(net.url).create_tweet(text="Hello", user_auth=False)
    assert 0 < caught.value.reset_time - time.time() <= 62
