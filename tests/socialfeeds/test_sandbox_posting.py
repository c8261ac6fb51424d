"""POST and DELETE /2/tweets: X's rules for a text, for duplicates and for replies."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import tweepy

from tests.sandbox_server import SandboxServer
from tests.socialfeeds.x_client import Caller, Tweepy


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109", name="109th Precinct (demo)")
    return fresh_sandbox


@pytest.fixture
def call(net):
    return Caller(net.url)


def test_a_post_is_answered_with_its_id_and_text(net, call):
    response = call.tweet("Speed boards are up on Kissena Boulevard.")
    assert response.status_code == 201
    data = response.json()["data"]
    assert data["text"] == "Speed boards are up on Kissena Boulevard."
    assert data["edit_history_tweet_ids"] == [data["id"]]
    assert [post["id"] for post in net.posts("demo_pct109")] == [data["id"]]


def test_ids_are_strings_that_grow_and_tell_the_time(call):
    ids = [call.tweet(f"Number {n}").json()["data"]["id"] for n in range(5)]
    assert all(isinstance(one, str) for one in ids)
    assert ids == sorted(ids, key=int)
    assert len(set(ids)) == 5
    made = call.get(f"tweets/{ids[0]}", **{"tweet.fields": "created_at"}).json()["data"]["created_at"]
    milliseconds = (int(ids[0]) >> 22) + 1288834974657
    assert made.endswith(f"{milliseconds % 1000:03d}Z")


def test_an_unknown_token_is_refused(net):
    for caller in (Caller(net.url, token="nonsense"), Caller(net.url, token="  ")):
        response = caller.tweet("Hello")
        assert response.status_code == 401
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "title": "Unauthorized",
            "detail": "Unauthorized",
            "type": "about:blank",
            "status": 401,
        }
    assert net.posts() == []


@pytest.mark.parametrize(
    "text",
    [
        "x" * 280,
        "漢" * 140,
        "👨‍👩‍👧" * 140,
        "e\u0301" * 280,  # one character each after NFC
        "x" * 256 + " https://example.com/" + "a" * 300,
    ],
    ids=["letters", "cjk", "emoji", "nfc", "link"],
)
def test_280_weighted_characters_pass_and_one_more_does_not(net, call, text):
    assert call.tweet(text).status_code == 201
    response = call.tweet("x" + text)
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "Your Tweet text is too long."
    assert len(net.posts()) == 1


@pytest.mark.parametrize("text", ["a." * 2000, "漢字a.co" * 2000, "x" * 100_000])
def test_a_huge_text_is_refused_at_once(call, text):
    assert call.tweet(text, timeout=10).status_code == 400


@pytest.mark.parametrize("text", ["", "   \n\t"])
def test_an_empty_text_is_refused(net, call, text):
    response = call.tweet(text)
    assert response.status_code == 400
    body = response.json()
    assert body["title"] == "Invalid Request"
    assert body["type"].endswith("/invalid-request")
    assert body["errors"][0]["parameters"] == {"text": [text]}
    assert net.posts() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"color": "blue"},
        {"media": {"media_ids": ["1"]}},
        {"reply": {"in_reply_to_tweet_id": 17}},
        {"reply": {"in_reply_to_tweet_id": "abc"}},
        {"reply": "17"},
        {"quote_tweet_id": "17"},
        {"text": 17},
    ],
)
def test_a_body_that_x_does_not_know_is_refused(net, call, fields):
    response = call("POST", "tweets", json={"text": "Hello", **fields})
    assert response.status_code == 400
    assert response.json()["errors"]
    assert net.posts() == []


@pytest.mark.parametrize("fields", [{"data": "text=Hello"}, {"data": "{", "json": None}, {"json": ["Hello"]}])
def test_a_body_that_is_no_json_object_is_refused(call, fields):
    assert call("POST", "tweets", **fields).status_code == 400


def test_the_same_text_twice_is_refused_without_an_id(net, call):
    assert call.tweet("Café on Main Street").status_code == 201
    response = call.tweet(" Cafe\u0301 on  Main Street ")
    assert response.status_code == 403
    assert response.json() == {
        "title": "Forbidden",
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "status": 403,
    }
    assert len(net.posts()) == 1


def test_another_account_may_say_the_same(net, call):
    net.account("demo_psa6")
    assert call.tweet("Good morning").status_code == 201
    assert Caller(net.url, "demo_psa6").tweet("Good morning").status_code == 201


def test_of_many_equal_posts_at_once_one_stands(net, call):
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: call.tweet("Only once").status_code, range(16)))
    assert sorted(codes) == [201] + [403] * 15
    assert len(net.posts()) == 1


def test_many_posts_at_once_all_stand_with_ids_of_their_own(net, call):
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: call.tweet(f"Number {n}").json()["data"]["id"], range(32)))
    assert len(set(ids)) == 32
    assert {post["id"] for post in net.posts()} == set(ids)


def test_a_reply_goes_only_to_who_mentioned_the_account(net, call):
    stranger = net.post("otto", "Nice weather in Flushing")
    refused = call.tweet("Yes it is", reply={"in_reply_to_tweet_id": stranger["id"]})
    assert refused.status_code == 403
    assert "not been mentioned" in refused.json()["detail"]

    mention = net.post("maria", "@Demo_Pct109 who plows 45th Avenue?")
    allowed = call.tweet("Sanitation does.", reply={"in_reply_to_tweet_id": mention["id"]})
    assert allowed.status_code == 201
    fields = "in_reply_to_user_id,referenced_tweets,conversation_id"
    data = call.get(f"tweets/{allowed.json()['data']['id']}", **{"tweet.fields": fields}).json()["data"]
    assert data["text"] == "@maria Sanitation does."
    assert data["referenced_tweets"] == [{"type": "replied_to", "id": mention["id"]}]
    assert data["conversation_id"] == mention["id"]


def test_an_account_may_go_on_below_its_own_post(call):
    first = call.tweet("First").json()["data"]["id"]
    second = call.tweet("Second", reply={"in_reply_to_tweet_id": first})
    assert second.status_code == 201
    assert second.json()["data"]["text"] == "Second"


def test_a_reply_to_a_post_that_is_gone_is_refused(call):
    response = call.tweet("Hello?", reply={"in_reply_to_tweet_id": "1"})
    assert response.status_code == 403
    assert "deleted or not visible" in response.json()["detail"]


def test_links_and_signs_come_back_as_x_shows_them(net, call):
    written = "Speed & noise <here>: https://example.com/a/long/path?x=1 (see ideas)"
    response = call.tweet(written)
    post_id, text = response.json()["data"]["id"], response.json()["data"]["text"]
    assert text.startswith("Speed &amp; noise &lt;here&gt;: https://t.co/")
    assert text.endswith(" (see ideas)")
    data = call.get(f"tweets/{post_id}", **{"tweet.fields": "entities"}).json()["data"]
    assert data["text"] == text
    (url,) = data["entities"]["urls"]
    assert url["expanded_url"] == "https://example.com/a/long/path?x=1"
    assert url["url"] in text
    assert net.posts()[0]["text"] == written


def test_who_wrote_it_may_delete_it_and_nobody_else(net, call):
    net.account("demo_psa6")
    post_id = call.tweet("Hello").json()["data"]["id"]
    assert Caller(net.url, "demo_psa6")("DELETE", f"tweets/{post_id}").status_code == 403
    assert call("DELETE", f"tweets/{post_id}").json() == {"data": {"deleted": True}}
    assert call("DELETE", f"tweets/{post_id}").status_code == 404
    assert net.posts() == []


def test_other_methods_and_addresses_get_a_problem(call):
    assert call("PUT", "tweets").status_code == 405
    response = call("GET", "nowhere")
    assert response.status_code == 404
    assert response.json()["title"] == "Not Found"


def test_tweepy_posts_and_deletes(net):
    client = Tweepy(net.url)
    posted = client.create_tweet(text="Hello from the 109th", user_auth=False)
    assert posted.data["text"] == "Hello from the 109th"
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Hello from the 109th", user_auth=False)
    with pytest.raises(tweepy.BadRequest, match="too long"):
        client.create_tweet(text="x" * 281, user_auth=False)
    with pytest.raises(tweepy.Unauthorized):
        Tweepy(net.url, "nobody").create_tweet(text="Hello", user_auth=False)
    assert client.delete_tweet(posted.data["id"], user_auth=False).data == {"deleted": True}


def test_posts_survive_a_restart(tmp_path):
    server = SandboxServer(tmp_path)
    server.start()
    try:
        server.account("demo_td4")
        before = Caller(server.url, "demo_td4").tweet("Before").json()["data"]["id"]
        server.stop()
        server.start()
        after = Caller(server.url, "demo_td4").tweet("After").json()["data"]["id"]
        assert [post["id"] for post in server.posts("demo_td4")] == [after, before]
    finally:
        server.stop()
