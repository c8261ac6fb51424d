"""Mentions, timelines, search and lookups: what comes back, in which order, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
import tweepy

from tests.socialfeeds.x_client import Caller, Tweepy


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109", name="109th Precinct (demo)")
    return fresh_sandbox


@pytest.fixture
def call(net):
    return Caller(net.url)


@pytest.fixture
def me(call):
    return call.get("users/me").json()["data"]["id"]


def ids(response):
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json().get("data", [])]


def test_me_is_the_account_of_the_token(call):
    data = call.get("users/me", **{"user.fields": "public_metrics,created_at"}).json()["data"]
    assert data["username"] == "demo_pct109"
    assert data["name"] == "109th Precinct (demo)"
    assert data["public_metrics"]["tweet_count"] == 0
    assert data["created_at"].endswith("Z")


def test_an_account_is_found_by_its_name_in_any_case(call, me):
    assert call.get("users/by/username/DEMO_PCT109").json()["data"]["id"] == me
    missing = call.get("users/by/username/nobody")
    assert missing.status_code == 200
    assert "data" not in missing.json()
    assert missing.json()["errors"][0]["resource_type"] == "user"


def test_users_by_id_carry_their_counts_and_name_who_is_missing(net, call, me):
    net.post("demo_pct109", "One")
    net.post("demo_pct109", "Two")
    body = call.get("users", ids=f"{me},17", **{"user.fields": "public_metrics"}).json()
    assert [user["public_metrics"]["tweet_count"] for user in body["data"]] == [2]
    assert [error["value"] for error in body["errors"]] == ["17"]


def test_mentions_come_newest_first_with_their_authors(net, call, me):
    first = net.post("maria", "@demo_pct109 cars race on Kissena", name="Maria G.")
    net.post("otto", "Nobody in particular")
    second = net.post("otto", "Thanks (@Demo_PCT109)!")
    net.post("otto", "mail me at otto@demo_pct109.example")
    fields = {"tweet.fields": "created_at,author_id", "expansions": "author_id"}
    body = call.get(f"users/{me}/mentions", **fields).json()
    assert [one["id"] for one in body["data"]] == [second["id"], first["id"]]
    assert {user["username"]: user["name"] for user in body["includes"]["users"]} == {
        "maria": "Maria G.",
        "otto": "otto",
    }
    assert body["meta"] == {"result_count": 2, "newest_id": second["id"], "oldest_id": first["id"]}


def test_fields_are_there_only_when_asked_for(net, call, me):
    net.post("maria", "@demo_pct109 hello")
    (data,) = call.get(f"users/{me}/mentions").json()["data"]
    assert set(data) == {"id", "text", "edit_history_tweet_ids"}
    (renamed,) = call.get(f"users/{me}/mentions", **{"post.fields": "created_at"}).json()["data"]
    assert "created_at" in renamed


def test_since_and_until_leave_their_own_ids_out(net, call, me):
    posts = [net.post("maria", f"@demo_pct109 number {n}")["id"] for n in range(4)]
    assert ids(call.get(f"users/{me}/mentions", since_id=posts[1])) == [posts[3], posts[2]]
    assert ids(call.get(f"users/{me}/mentions", until_id=posts[2])) == [posts[1], posts[0]]
    assert ids(call.get(f"users/{me}/mentions", since_id=posts[0], until_id=posts[2])) == [posts[1]]


def test_no_news_has_no_data_at_all(net, call, me):
    last = net.post("maria", "@demo_pct109 hello")["id"]
    assert call.get(f"users/{me}/mentions", since_id=last).json() == {"meta": {"result_count": 0}}


def test_pages_hold_every_mention_once(net, call, me):
    posts = [net.post("maria", f"@demo_pct109 number {n}")["id"] for n in range(12)]
    found, token, pages = [], None, 0
    while pages == 0 or token:
        more = {"pagination_token": token} if token else {}
        response = call.get(f"users/{me}/mentions", max_results=5, since_id=posts[0], **more)
        found += ids(response)
        token = response.json()["meta"].get("next_token")
        pages += 1
    assert pages == 3
    assert found == posts[:0:-1]


def test_a_page_that_is_just_full_is_the_last(net, call, me):
    for n in range(5):
        net.post("maria", f"@demo_pct109 number {n}")
    assert "next_token" not in call.get(f"users/{me}/mentions", max_results=5).json()["meta"]


def test_a_mention_from_before_the_account_existed_is_found(net):
    net.post("maria", "@demo_psa6 anybody there?")
    net.account("demo_psa6")
    caller = Caller(net.url, "demo_psa6")
    me = caller.get("users/me").json()["data"]["id"]
    assert len(ids(caller.get(f"users/{me}/mentions"))) == 1


def test_a_deleted_mention_is_gone(net, call, me):
    net.account("demo_psa6")
    other = Caller(net.url, "demo_psa6")
    post_id = other.tweet("@demo_pct109 hello").json()["data"]["id"]
    other("DELETE", f"tweets/{post_id}")
    assert ids(call.get(f"users/{me}/mentions")) == []


def test_a_timeline_holds_the_own_posts_and_can_leave_replies_out(net, call, me):
    mention = net.post("maria", "@demo_pct109 who plows?")["id"]
    post = call.tweet("Good morning").json()["data"]["id"]
    reply = call.tweet("Sanitation", reply={"in_reply_to_tweet_id": mention}).json()["data"]["id"]
    assert ids(call.get(f"users/{me}/tweets")) == [reply, post]
    assert ids(call.get(f"users/{me}/tweets", exclude="replies")) == [post]
    assert ids(call.get(f"users/{me}/tweets", since_id=post)) == [reply]


def test_a_reply_brings_along_what_it_answers(net, call):
    mention = net.post("maria", "@demo_pct109 who plows?")["id"]
    reply = call.tweet("Sanitation", reply={"in_reply_to_tweet_id": mention}).json()["data"]["id"]
    expansions = "referenced_tweets.id,in_reply_to_user_id,author_id"
    includes = call.get(f"tweets/{reply}", expansions=expansions).json()["includes"]
    assert [one["id"] for one in includes["tweets"]] == [mention]
    assert {user["username"] for user in includes["users"]} == {"maria", "demo_pct109"}


def test_a_post_that_is_not_there_is_an_error_under_200(call):
    response = call.get("tweets/17")
    assert response.status_code == 200
    assert "data" not in response.json()
    assert response.json()["errors"][0]["type"].endswith("/resource-not-found")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kissena", [2, 0]),
        ("KISSENA racing", [2]),
        ('"kissena boulevard"', [0]),
        ("#flushing", [1, 0]),
        ("@demo_pct109", [2]),
        ("from:maria", [1, 0]),
        ("flushing -from:maria", []),
        ("kissena -racing", [0]),
        ("kissena -is:retweet", [2, 0]),
        ("kiss", []),
        ("to:maria is:reply", [3]),
    ],
)
def test_search_understands_simple_queries(net, call, query, found):
    posts = [
        net.post("maria", "Noise on Kissena Boulevard #Flushing"),
        net.post("maria", "Snow! #flushing"),
        net.post("otto", "@demo_pct109 racing on Kissena again"),
    ]
    posts.append(net.post("otto", "me too", reply_to=posts[0]["id"]))
    assert ids(call.get("tweets/search/recent", query=query)) == [posts[n]["id"] for n in found]


def test_search_goes_on_by_since_id_and_by_token(net, call):
    posts = [net.post("maria", f"snow number {n}")["id"] for n in range(15)]
    first = call.get("tweets/search/recent", query="snow", max_results=10, since_id=posts[1])
    assert ids(first) == posts[:4:-1]
    token = first.json()["meta"]["next_token"]
    rest = call.get("tweets/search/recent", query="snow", max_results=10, since_id=posts[1], next_token=token)
    assert ids(rest) == posts[4:1:-1]


def test_search_forgets_after_seven_days_and_refuses_a_cursor_from_before(net, call, me):
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    old = net.post("maria", "@demo_pct109 old snow", created_at=long_ago)["id"]
    assert ids(call.get("tweets/search/recent", query="snow")) == []
    refused = call.get("tweets/search/recent", query="snow", since_id=old)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameters"] == {"since_id": [old]}
    # The timelines remember.
    assert ids(call.get(f"users/{me}/mentions")) == [old]


def test_times_bound_a_list(net, call, me):
    now = datetime.now(UTC)
    old = net.post("maria", "@demo_pct109 old", created_at=(now - timedelta(days=3)).isoformat())["id"]
    new = net.post("maria", "@demo_pct109 new")["id"]
    border = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(call.get(f"users/{me}/mentions", start_time=border)) == [new]
    assert ids(call.get(f"users/{me}/mentions", end_time=border)) == [old]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("users/{me}/mentions", {"max_results": "4"}),
        ("users/{me}/mentions", {"max_results": "101"}),
        ("users/{me}/mentions", {"max_results": "many"}),
        ("users/{me}/mentions", {"since_id": "0"}),
        ("users/{me}/mentions", {"since_id": "latest"}),
        ("users/{me}/mentions", {"since_id": "9" * 30}),
        ("users/{me}/mentions", {"until_id": "-1"}),
        ("users/{me}/mentions", {"pagination_token": "abc"}),
        ("users/{me}/mentions", {"start_time": "yesterday"}),
        ("users/{me}/mentions", {"tweet.fields": "created_at,color"}),
        ("users/{me}/mentions", {"expansions": "author"}),
        ("users/{me}/mentions", {"user.fields": "color"}),
        ("users/{me}/mentions", {"message": "x"}),
        ("users/{me}/mentions", {"since_id": ["17", "18"]}),
        ("users/me/mentions", {}),
        ("users/{me}/tweets", {"exclude": "noise"}),
        ("users/me", {"color": "blue"}),
        ("users", {}),
        ("users", {"ids": "1,b"}),
        ("users/by/username/no-body", {}),
        ("tweets/abc", {}),
        ("tweets/search/recent", {}),
        ("tweets/search/recent", {"query": "snow", "max_results": "5"}),
        ("tweets/search/recent", {"query": "-snow"}),
        ("tweets/search/recent", {"query": "color:blue"}),
        ("tweets/search/recent", {"query": "x" * 513}),
    ],
)
def test_wrong_parameters_are_named(call, me, path, fields):
    response = call.get(path.format(me=me), **fields)
    assert response.status_code == 400
    body = response.json()
    assert body["title"] == "Invalid Request"
    assert body["errors"][0]["message"]
    if fields:
        name = next(name for name in reversed(fields))
        assert name in body["errors"][0]["parameters"]


def test_tweepy_reads(net):
    client = Tweepy(net.url)
    first = net.post("maria", "@demo_pct109 snow on 45th Avenue")
    second = net.post("otto", "@demo_pct109 snow on Main Street")
    me = client.get_me(user_auth=False).data
    assert me.username == "demo_pct109"
    response = client.get_users_mentions(
        me.id, since_id=first["id"], tweet_fields=["created_at"], expansions=["author_id"], max_results=100
    )
    assert [mention.id for mention in response.data] == [int(second["id"])]
    assert [user.username for user in response.includes["users"]] == ["otto"]
    assert response.data[0].created_at.tzinfo
    assert client.search_recent_tweets("snow").meta["result_count"] == 2
    assert client.get_users_tweets(me.id).data is None
    assert client.get_user(username="maria").data.name == "maria"
    assert [user.id for user in client.get_users(ids=[me.id]).data] == [me.id]
    assert client.get_tweet(first["id"]).data.text == "@demo_pct109 snow on 45th Avenue"
    pages = list(tweepy.Paginator(client.get_users_mentions, me.id, max_results=5))
    assert [page.meta["result_count"] for page in pages] == [2]
