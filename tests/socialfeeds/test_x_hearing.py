"""What is said on X: mentions in order and without a gap, watched words, and numbers; in both namings."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from socialfeeds.networks.base import Dead, MayBeSent, NotSent, PostCounts
from tests.socialfeeds.on_x import X, an_x_account, error_of, say


@pytest.fixture
def account(x):
    return an_x_account(x)


def hear(account, cursor="", most=800):
    return X.hear(account, cursor=cursor, since=timezone.now() - timedelta(days=7), most=most)


def search(account, words, cursor="", most=100, days=6):
    since = timezone.now() - timedelta(days=days)
    return X.search(account, words=words, cursor=cursor, since=since, most=most)


def texts(heard):
    return [post.text for post in heard.posts]


@pytest.mark.parametrize("naming", ["tweet", "post"])
def test_all_is_known_of_a_mention(x, account, naming):
    x.naming(naming)
    ours = say(account, "Who plows?")
    x.post("maria", "@demo_pct109 nobody &amp; <i>never</i> https://nyc.gov/a", name="Maria G.")
    x.post("maria", "not me", name="Maria G.", reply_to=ours.external_id)
    mention, reply = hear(account).posts
    assert mention.text == "@demo_pct109 nobody &amp; <i>never</i> https://nyc.gov/a"
    assert (mention.kind, mention.parent_id, mention.conversation_id) == ("mention", "", mention.external_id)
    assert (mention.author_handle, mention.author_name) == ("maria", "Maria G.")
    assert mention.author_id.isdecimal()
    assert timezone.now() - mention.posted_at < timedelta(minutes=1)
    assert mention.raw["id"] == mention.external_id
    assert (reply.kind, reply.parent_id) == ("reply", ours.external_id)
    assert reply.conversation_id == ours.external_id


def test_a_reply_to_somebody_else_is_a_mention_and_our_own_words_are_none(x, account):
    said = x.post("jun", "Is the lamp lit?")
    x.post("maria", "ask @demo_pct109", reply_to=said["id"])
    x.post("demo_pct109", "I am @demo_pct109")
    heard = hear(account)
    assert [(post.kind, post.parent_id) for post in heard.posts] == [("mention", said["id"])]
    assert heard.reads == 2


def test_a_fetch_that_ends_in_mid_list_leaves_no_gap(x, account):
    x.post("maria", "@demo_pct109 first")
    cursor = hear(account).cursor
    for number in range(12):
        x.post("maria", f"@demo_pct109 {number}")
    heard = hear(account, cursor, most=5)
    assert texts(heard) == [f"@demo_pct109 {number}" for number in range(7, 12)]
    assert (heard.more, heard.reads) == (True, 5)
    x.post("maria", "@demo_pct109 meanwhile")
    rest = []
    while heard.more:
        heard = hear(account, heard.cursor, most=5)
        rest += texts(heard)
    assert sorted(rest) == sorted(f"@demo_pct109 {number}" for number in range(7))
    assert texts(hear(account, heard.cursor)) == ["@demo_pct109 meanwhile"]


@pytest.mark.parametrize("fault", ["500", "429", "401", "200-errors"])
def test_what_came_before_an_error_is_kept_and_the_error_comes_next(x, account, fault):
    x.post("maria", "@demo_pct109 first")
    cursor = hear(account).cursor
    for number in range(103):
        x.post("maria", f"@demo_pct109 {number}")
    x.fault("slow", seconds=0)
    x.fault(fault, count=2)
    heard = hear(account, cursor)
    assert (len(heard.posts), heard.more) == (100, True)
    error = error_of(hear, account, heard.cursor)
    assert type(error) is {"500": MayBeSent, "429": NotSent, "401": Dead, "200-errors": MayBeSent}[fault]


def test_the_first_time_is_bounded_for_good(x, account):
    for number in range(9):
        x.post("maria", f"@demo_pct109 {number}")
    heard = hear(account, most=6)
    assert (texts(heard), heard.more) == ([f"@demo_pct109 {number}" for number in range(3, 9)], False)
    assert texts(hear(account, heard.cursor)) == []


@pytest.mark.parametrize("cursor", ["nonsense", "1:2", ":::", "-5"])
def test_a_cursor_that_is_none_begins_anew(x, account, cursor):
    x.post("maria", "@demo_pct109 one")
    assert texts(hear(account, cursor)) == ["@demo_pct109 one"]


def test_watched_words_are_heard_from_others_alone(x, account):
    x.post("maria", "The plow on Main Street is late")
    x.post("jun", "Main dishes on a street")
    x.post("jun", "#FlushingParks are green")
    say(account, "We plow Main Street #FlushingParks")
    heard = search(account, 'main "street')
    assert texts(heard) == ["The plow on Main Street is late"]
    assert (heard.posts[0].kind, heard.posts[0].author_handle, heard.reads) == ("watched", "maria", 1)
    assert texts(search(account, "#FlushingParks")) == ["#FlushingParks are green"]
    assert texts(search(account, "Main Street", heard.cursor)) == []
    # Nobody's words become an operator.
    assert texts(search(account, "from:maria")) == []
    x.post("maria", "Main Street again")
    x.post("maria", "Main Street and again")
    assert texts(search(account, "Main Street", heard.cursor)) == [
        "Main Street again",
        "Main Street and again",
    ]


def test_a_week_is_all_that_x_searches(x, account):
    days_ago = [datetime.now(UTC) - timedelta(days=days) for days in (9, 8, 3)]
    old = [x.post("maria", f"plow {when:%d}", created_at=when.isoformat()) for when in days_ago]
    assert len(search(account, "plow", days=30).posts) == 1
    # A cursor from before that is refused by X, and so is never sent.
    assert len(search(account, "plow", old[0]["id"]).posts) == 1
    assert len(search(account, "plow", f"{old[0]['id']}:{old[2]['id']}:{old[1]['id']}").posts) == 0


def test_a_query_is_never_longer_than_x_takes(x, account):
    assert search(account, "wörter " * 200).posts == []


@pytest.mark.parametrize("naming", ["tweet", "post"])
def test_followers_and_what_people_did_are_counted_and_what_it_cost(x, account, naming):
    x.naming(naming)
    first, second = say(account, "One."), say(account, "Two.")
    x.post("maria", "@demo_pct109 thanks", reply_to=first.external_id)
    x.numbers(handle="demo_pct109", followers_count=1234)
    x.numbers(id=first.external_id, like_count=3, retweet_count=2, quote_count=1, impression_count=99)
    gone = str(int(first.external_id) - 5)
    counts = X.counts(account, [first.external_id, second.external_id, gone])
    assert (counts.followers, counts.reads) == (1234, 3)
    assert counts.posts == {
        first.external_id: PostCounts(reach=99, reactions=3, replies=1, shares=3),
        second.external_id: PostCounts(reach=0, reactions=0, replies=0, shares=0),
    }
    assert X.counts(account, []).posts == {}
    assert X.counts(account, [gone]).posts == {}


def test_where_to_go_on_is_asked_as_x_wants_it(account, canned):
    canned.will_say(body={"data": [{"id": "40", "text": "a"}], "meta": {}})
    heard = hear(account, "5:50:45")
    query = {name: values[0] for name, values in parse_qs(urlsplit(canned.asked[0][1]).query).items()}
    assert (query["since_id"], query["until_id"]) == ("5", "45")
    assert "start_time" not in query
    assert (heard.cursor, heard.more) == ("50", False)
