"""Pictures, hidden replies, numbers and names on the sandbox: the API's rules, and what people see."""

import html
import re

import pytest
import requests

from tests.socialfeeds.on_x import a_picture
from tests.socialfeeds.x_client import Caller


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109")
    fresh_sandbox.account("demo_psa6")
    return fresh_sandbox


@pytest.fixture
def call(net):
    return Caller(net.url)


def begin(call, data, kind="image/jpeg", **changes):
    body = {"media_type": kind, "total_bytes": len(data), "media_category": "tweet_image", **changes}
    return call("POST", "media/upload/initialize", json=body)


def append(call, media_id, data, index=0):
    where = f"media/upload/{media_id}/append"
    return call("POST", where, data={"segment_index": str(index)}, files={"media": ("picture", data)})


def uploaded(call, picture=None):
    data = (picture or a_picture()).data
    media_id = begin(call, data).json()["data"]["id"]
    assert append(call, media_id, data).status_code == 200
    assert call("POST", f"media/upload/{media_id}/finalize").json()["data"]["size"] == len(data)
    return media_id


def describe(call, media_id, alt):
    body = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
    return call("POST", "media/metadata", json=body)


def with_media(call, *media_ids, text="Look"):
    return call.tweet(text, media={"media_ids": list(media_ids)})


def test_a_picture_is_sent_described_and_shown(net, call):
    media_id = uploaded(call)
    assert describe(call, media_id, "A lamp <lit> & bright").json()["data"]["id"] == media_id
    post = with_media(call, media_id).json()["data"]
    assert re.fullmatch(r"Look https://t\.co/\w{10}", post["text"])
    found = call.get(
        f"tweets/{post['id']}",
        **{
            "expansions": "attachments.media_keys",
            "media.fields": "alt_text,width",
            "tweet.fields": "entities,attachments",
        },
    ).json()
    assert found["data"]["attachments"] == {"media_keys": [f"3_{media_id}"]}
    (link,) = found["data"]["entities"]["urls"]
    assert link["media_key"] == f"3_{media_id}"
    assert link["expanded_url"].endswith(f"/status/{post['id']}/photo/1")
    assert found["includes"]["media"] == [
        {"media_key": f"3_{media_id}", "type": "photo", "alt_text": "A lamp <lit> & bright", "width": 80}
    ]
    page = requests.get(f"{net.url}/demo_pct109", timeout=30).text
    source, alt = re.search(r'<img class="picture"\s+src="([^"]+)"\s+alt="([^"]*)"', page).groups()
    assert html.unescape(alt) == "A lamp <lit> & bright"
    shown = requests.get(net.url + source, timeout=30)
    assert (shown.headers["Content-Type"], shown.content) == ("image/jpeg", a_picture().data)


@pytest.mark.parametrize(
    "change",
    [
        {"media_type": "video/mp4"},
        {"media_category": "tweet_video"},
        {"total_bytes": 5_000_001},
        {"total_bytes": 0},
        {"total_bytes": "5"},
        {"command": "INIT"},
    ],
)
def test_what_cannot_be_a_picture_is_not_begun(call, change):
    assert begin(call, b"12345", **change).status_code == 400


def test_pieces_come_in_order_and_make_what_was_said(call):
    data = a_picture().data
    media_id = begin(call, data).json()["data"]["id"]
    half = len(data) // 2
    assert append(call, media_id, data[:half], 1).status_code == 400
    assert append(call, media_id, data[:half], 0).status_code == 200
    assert append(call, media_id, data[:half], 0).status_code == 400
    assert call("POST", f"media/upload/{media_id}/finalize").status_code == 400
    assert with_media(call, media_id).status_code == 400
    assert append(call, media_id, data[half:] + b"more", 1).status_code == 400
    assert append(call, media_id, data[half:], 1).status_code == 200
    assert call("POST", f"media/upload/{media_id}/finalize").status_code == 200
    assert with_media(call, media_id).status_code == 201


@pytest.mark.parametrize("data", [b"no picture at all", a_picture(kind="PNG").data, a_picture().data[:200]])
def test_what_is_no_picture_of_its_type_is_refused(call, data):
    media_id = begin(call, data).json()["data"]["id"]
    assert append(call, media_id, data).status_code == 200
    assert call("POST", f"media/upload/{media_id}/finalize").status_code == 400


def test_a_picture_is_its_owners_and_four_are_enough(net, call):
    theirs = uploaded(Caller(net.url, "demo_psa6"))
    assert with_media(call, theirs).status_code == 400
    assert describe(call, theirs, "Mine").status_code == 400
    own = [uploaded(call) for _ in range(5)]
    assert with_media(call, *own).status_code == 400
    assert with_media(call, own[0], own[0]).status_code == 400
    assert with_media(call, "17").status_code == 400
    assert call.tweet("Look", media={"media_ids": []}).status_code == 400
    assert describe(call, own[0], "x" * 1001).status_code == 400
    assert with_media(call, *own[:4], text="").status_code == 201


def test_a_hidden_reply_stands_folded_and_its_own_page_shows_it(net, call):
    ours = call.tweet("Who plows?").json()["data"]["id"]
    reply = net.post("maria", "@demo_pct109 not telling", reply_to=ours)
    hide = {"json": {"hidden": True}}
    assert Caller(net.url, "demo_psa6")("PUT", f"tweets/{reply['id']}/hidden", **hide).status_code == 403
    assert call("PUT", f"tweets/{ours}/hidden", **hide).status_code == 403
    assert call("PUT", "tweets/17/hidden", **hide).status_code == 404
    assert call("PUT", f"tweets/{reply['id']}/hidden", json={"hidden": "yes"}).status_code == 400
    assert call("PUT", f"tweets/{reply['id']}/hidden", **hide).json() == {"data": {"hidden": True}}
    page = requests.get(f"{net.url}/demo_pct109/status/{ours}", timeout=30).text
    assert "Hidden by who began the conversation" in page
    assert call("PUT", f"tweets/{reply['id']}/hidden", json={"hidden": False}).status_code == 200
    assert "Hidden by" not in requests.get(f"{net.url}/demo_pct109/status/{ours}", timeout=30).text


def test_numbers_that_were_laid_down_are_given(net, call):
    post = call.tweet("Hello").json()["data"]["id"]
    net.numbers(id=post, like_count=5, impression_count=70)
    net.numbers(handle="demo_pct109", followers_count=300)
    found = call.get("tweets", ids=f"{post},17", **{"tweet.fields": "public_metrics"}).json()
    assert found["data"][0]["public_metrics"]["like_count"] == 5
    assert found["errors"][0]["resource_id"] == "17"
    me = call.get("users/me", **{"user.fields": "public_metrics"}).json()["data"]
    assert me["public_metrics"]["followers_count"] == 300


def test_the_newer_names_can_be_had(net, call):
    first = call.tweet("Hello").json()["data"]["id"]
    net.naming("post")
    answer = call.tweet("And more", reply={"in_reply_to_tweet_id": first}).json()
    assert answer["data"]["edit_history_post_ids"] == [answer["data"]["id"]]
    found = call.get(
        f"tweets/{answer['data']['id']}",
        **{"post.fields": "public_metrics", "expansions": "referenced_tweets.id"},
    ).json()
    assert found["data"]["referenced_posts"] == [{"type": "replied_to", "id": first}]
    assert found["data"]["public_metrics"]["repost_count"] == 0
    assert found["includes"]["posts"][0]["id"] == first
    net.naming("tweet")
    assert "edit_history_tweet_ids" in call.get(f"tweets/{first}").json()["data"]
