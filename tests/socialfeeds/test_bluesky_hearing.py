"""Hearing a real Bluesky: what is said comes once, in order; words, counts, and hiding."""

from datetime import timedelta

import pytest
from django.utils import timezone

from socialfeeds.networks.base import Cannot
from tests.socialfeeds.bluesky import a_name, connected, hear, network, say
from tests.waiting import eventually

A_DAY_AGO = timezone.now() - timedelta(days=1)
HIDES = "app.bsky.feed.threadgate"


@pytest.fixture(autouse=True)
def here(bluesky, settings):
    settings.BLUESKY_URL = bluesky.url


def mention(account, words="good morning"):
    """A text that names the account, and the facet that makes it a mention."""
    handle = f"@{account.handle}"
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": account.external_id}
    return {
        "text": f"{handle} {words}",
        "facets": [{"index": {"byteStart": 0, "byteEnd": len(handle)}, "features": [feature]}],
    }


def ref(posted):
    return {"uri": posted["uri"], "cid": posted["cid"]}


def test_mentions_replies_and_quotes_come_once_each_in_order(bluesky):
    account, maria, onlooker = connected(bluesky), a_name("maria"), a_name("onlooker")
    begin = hear(account)
    assert begin.posts == []
    own = say(account, "The lamp is mended.")
    said = bluesky.post(maria, **mention(account))
    ours = {"uri": own.external_id, "cid": own.raw["cid"]}
    reply = bluesky.post(maria, "Thank you!", reply={"root": ours, "parent": ours})
    deeper = bluesky.post(onlooker, "Indeed.", reply={"root": ours, "parent": ref(reply)})
    quote = bluesky.post(maria, "Look!", embed={"$type": "app.bsky.embed.record", "record": ours})
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a/very/long/path"}
    shortened = mention(account, "see example.org/a/ve…")
    start = len(f"@{account.handle} see ")
    shortened["facets"].append(
        {"index": {"byteStart": start, "byteEnd": len(shortened["text"].encode())}, "features": [link]}
    )
    last = bluesky.post(maria, **shortened)

    bluesky.settle(last["uri"])
    first = hear(account, begin.cursor, most=2)
    assert [post.external_id for post in first.posts] == [said["uri"], reply["uri"]]
    assert first.more
    then = hear(account, first.cursor)
    assert [post.external_id for post in then.posts] == [deeper["uri"], quote["uri"], last["uri"]]
    posts = {post.external_id: post for post in first.posts + then.posts}
    assert posts[said["uri"]].kind == "mention" and posts[said["uri"]].conversation_id == said["uri"]
    assert posts[reply["uri"]].kind == "reply" and posts[reply["uri"]].parent_id == own.external_id
    assert posts[reply["uri"]].conversation_id == own.external_id
    assert posts[quote["uri"]].kind == "mention"
    assert posts[last["uri"]].text.endswith("see https://example.org/a/very/long/path")
    assert posts[last["uri"]].author_handle == f"{maria}.test"
    assert posts[last["uri"]].author_id == bluesky.account(maria)["did"]

    again = hear(account, then.cursor)
    assert again.posts == [] and not again.more
    new = bluesky.post(maria, **mention(account, "and another"))
    bluesky.settle(new["uri"])
    assert [post.external_id for post in hear(account, again.cursor).posts] == [new["uri"]]
    # The first time brings no more than so many, the newest.
    assert [post.external_id for post in hear(account, most=1).posts] == [new["uri"]]
    # A cursor that is not to be understood begins anew, and the keeper knows what it has.
    assert len(hear(account, "nonsense").posts) == len(posts) + 1


def test_words_are_searched_for_and_our_own_are_not_heard(bluesky):
    account, maria = connected(bluesky), a_name("maria")
    word = f"boulevard{account.external_id[-8:]}"
    say(account, f"We look at {word}.")
    said = bluesky.post(maria, f"The lamps on {word} are dark.")
    bluesky.settle(said["uri"])

    found = network.search(account, words=word, cursor="", since=A_DAY_AGO, most=100)
    assert [(post.external_id, post.kind) for post in found.posts] == [(said["uri"], "watched")]
    assert network.search(account, words=word, cursor=found.cursor, since=A_DAY_AGO, most=9).posts == []


def test_followers_and_what_people_did_are_counted(bluesky):
    account, maria = connected(bluesky), a_name("maria")
    own = say(account, "The lamp is mended.")
    ours = {"uri": own.external_id, "cid": own.raw["cid"]}
    for kind, subject in (("feed.like", ours), ("feed.repost", ours), ("graph.follow", account.external_id)):
        record = {"$type": f"app.bsky.{kind}", "subject": subject, "createdAt": "2026-11-01T00:00:00Z"}
        bluesky.write(maria, f"app.bsky.{kind}", record)
    last = bluesky.post(maria, "Thanks.", reply={"root": ours, "parent": ours})
    bluesky.settle(last["uri"])

    counts = network.counts(account, [own.external_id, "at://did:plc:nobody/app.bsky.feed.post/gone"])
    assert counts.followers == 1 and list(counts.posts) == [own.external_id]
    one = counts.posts[own.external_id]
    assert (one.reactions, one.replies, one.shares, one.reach) == (1, 1, 1, None)


def test_a_reply_in_our_thread_is_hidden_and_shown_again(bluesky):
    account, maria = connected(bluesky), a_name("maria")
    own = say(account, "The lamp is mended.")
    ours = {"uri": own.external_id, "cid": own.raw["cid"]}
    replies = [bluesky.post(maria, f"No {n}", reply={"root": ours, "parent": ours})["uri"] for n in range(2)]
    elsewhere = bluesky.post(maria, **mention(account))
    bluesky.settle(elsewhere["uri"])

    for reply in replies:
        network.hide(account, reply, hidden=True)
    assert hidden(bluesky, own) == replies
    network.hide(account, replies[0], hidden=True)
    network.hide(account, replies[1], hidden=False)
    assert hidden(bluesky, own) == replies[:1]
    eventually(lambda: gate_of(bluesky, own).get("hiddenReplies") == replies[:1])
    with pytest.raises(Cannot, match="began a thread"):
        network.hide(account, elsewhere["uri"], hidden=True)


def hidden(bluesky, own):
    repo, _collection, key = own.external_id.removeprefix("at://").split("/")
    found = bluesky.call("onlooker", "com.atproto.repo.getRecord", repo=repo, collection=HIDES, rkey=key)
    return found["value"]["hiddenReplies"]


def gate_of(bluesky, own):
    post = bluesky.call("onlooker", "app.bsky.feed.getPosts", uris=[own.external_id])["posts"][0]
    return post.get("threadgate", {}).get("record", {})
