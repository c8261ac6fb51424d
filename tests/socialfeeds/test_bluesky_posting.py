"""Saying something on a real Bluesky: once by its key, whole, and what each refusal proves."""

import io
import socket

import pytest
import requests
from PIL import Image

from socialfeeds.networks.base import Cannot, Dead, Expired, MayBeSent, NotSent, Outgoing, Picture
from socialfeeds.networks.bluesky import key_of
from tests.socialfeeds.bluesky import a_name, app_password, connected, network, say, standing


@pytest.fixture(autouse=True)
def here(bluesky, settings):
    settings.BLUESKY_URL = bluesky.url
    settings.BLUESKY_WEB_URL = "https://bsky.example"


def a_picture(alt="A lamp"):
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "navy").save(file, "JPEG")
    return Picture(file.getvalue(), "image/jpeg", alt, 30, 20)


def test_the_same_delivery_makes_one_post_and_keeps_what_stands(bluesky):
    account = connected(bluesky)
    first = say(account, "The lamp is mended.")
    again = say(account, "The lamp is mended.")

    assert first.external_id == again.external_id
    (record,) = standing(bluesky, account)
    assert record["value"]["text"] == "The lamp is mended."
    assert record["cid"] == first.raw["cid"] == again.raw["cid"]
    assert network.url_of(account, first.external_id) == (
        f"https://bsky.example/profile/{account.external_id}/post/{first.external_id.rpartition('/')[2]}"
    )
    other = say(account, "The lamp is mended.", key="another delivery")
    assert other.external_id != first.external_id


def test_what_stands_is_found_by_its_key_and_what_does_not_was_not_sent(bluesky):
    account = connected(bluesky)
    sent = say(account, "Here.")
    outgoing = Outgoing("Here.", f"{account.external_id} a key")

    assert [one.external_id for one in network.find(account, outgoing, since=None)] == [sent.external_id]
    never = Outgoing("Here.", "never sent")
    assert list(network.find(account, never, since=None)) == []

    network.delete(account, sent.external_id)
    assert list(network.find(account, outgoing, since=None)) == []
    network.delete(account, sent.external_id)  # what is gone already is no error
    with pytest.raises(Cannot):
        network.delete(account, f"at://did:plc:somebody/app.bsky.feed.post/{key_of('x')}")


def test_putting_twice_is_an_upsert_and_creating_twice_an_error_of_theirs(bluesky):
    """What the network does, on which the above stands."""
    name = a_name()
    record = {"$type": "app.bsky.feed.post", "text": "One", "createdAt": "2026-11-01T00:00:00Z"}
    said = {
        "repo": bluesky.account(name)["did"],
        "collection": "app.bsky.feed.post",
        "rkey": key_of("upsert"),
        "record": record,
    }
    first = bluesky.call(name, "com.atproto.repo.putRecord", said)
    second = bluesky.call(name, "com.atproto.repo.putRecord", said)
    assert first["uri"] == second["uri"] and first["cid"] == second["cid"]

    answer = requests.post(
        f"{bluesky.url}/xrpc/com.atproto.repo.createRecord",
        json=said,
        headers={"Authorization": f"Bearer {bluesky.account(name)['accessJwt']}"},
        timeout=30,
    )
    assert answer.status_code == 500


def test_links_names_tags_pictures_and_threads_stand_as_they_were_meant(bluesky):
    account, neighbor = connected(bluesky), a_name("maria")
    did = bluesky.account(neighbor)["did"]
    text = f"Grüße 👮🏽‍♀️ @{neighbor}.test, see (https://example.org/a?b=1). #Lamps @nobody.test"
    first = say(account, text, pictures=(a_picture("Ünder the lamp"),))
    second = say(account, "And more.", key="second", reply_to=first.external_id, root=first.external_id)
    third = say(account, "The end.", key="third", reply_to=second.external_id, root=first.external_id)

    records = {record["uri"]: record["value"] for record in standing(bluesky, account)}
    said = records[first.external_id]
    facets = [
        (text.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), one["features"][0])
        for one in said["facets"]
    ]
    assert [
        (words, {**feature, "$type": feature["$type"].rpartition("#")[2]}) for words, feature in facets
    ] == [
        (f"@{neighbor}.test", {"$type": "mention", "did": did}),
        ("https://example.org/a?b=1", {"$type": "link", "uri": "https://example.org/a?b=1"}),
        ("#Lamps", {"$type": "tag", "tag": "Lamps"}),
    ]
    (image,) = said["embed"]["images"]
    assert image["alt"] == "Ünder the lamp" and image["aspectRatio"] == {"width": 30, "height": 20}
    assert image["image"]["mimeType"] == "image/jpeg"
    assert records[third.external_id]["reply"] == {
        "root": {"uri": first.external_id, "cid": first.raw["cid"]},
        "parent": {"uri": second.external_id, "cid": second.raw["cid"]},
    }


def test_an_answer_needs_somebody_who_lets_us(bluesky):
    account, neighbor = connected(bluesky), a_name("closed")
    closed = bluesky.post(neighbor, "Nobody may answer this.")
    gate = {
        "$type": "app.bsky.feed.threadgate",
        "post": closed["uri"],
        "allow": [],
        "createdAt": "2026-11-01T00:00:00Z",
    }
    said = {
        "repo": bluesky.account(neighbor)["did"],
        "collection": "app.bsky.feed.threadgate",
        "rkey": closed["uri"].rpartition("/")[2],
        "record": gate,
    }
    bluesky.call(neighbor, "com.atproto.repo.putRecord", said)
    last = bluesky.post(neighbor, "And this is open.")
    bluesky.settle(last["uri"])

    with pytest.raises(NotSent, match="does not let this account answer") as refused:
        say(account, "But we do.", reply_to=closed["uri"])
    assert refused.value.permanent
    answer = say(account, "Good.", reply_to=last["uri"])
    (record,) = standing(bluesky, account)
    assert record["uri"] == answer.external_id and record["value"]["reply"]["parent"]["uri"] == last["uri"]
    with pytest.raises(NotSent, match="no longer"):
        say(account, "?", key="gone", reply_to=last["uri"][:-3] + "222")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("👮🏽‍♀️", 2),
        ("👩‍👩‍👧‍👦🇺🇸", 4),
        ("e\u0301", 1),
        ("日本", 2),
        ("https://example.org/abc", 23),
    ],
)
def test_letters_are_counted_as_people_do_unless_they_are_heavy(text, length):
    # A family of 25 bytes and a flag of 8: 33 bytes are at least four tens.
    assert network.length(text) == length


def test_what_fits_is_cut_at_a_word_and_its_link_stays_whole(bluesky):
    fitted = network.fit("The lamp at the corner is mended. " * 20, "https://example.org/pct-109/ideas/1")
    assert network.length(fitted) <= 300
    assert fitted.endswith("… https://example.org/pct-109/ideas/1")
    account = connected(bluesky)
    assert say(account, fitted).external_id
    with pytest.raises(NotSent, match="refused") as refused:
        say(account, "x" * 301, key="too long")
    assert refused.value.permanent


def test_only_an_app_password_connects_and_a_session_is_refreshed_until_it_is_ended(bluesky):
    name = a_name()
    with pytest.raises(Dead, match="app password"):
        network.connections(given={"handle": f"{name}.test", "password": "wrong"})
    bluesky.account(name)
    with pytest.raises(NotSent, match="own password"):
        network.connections(given={"handle": f"{name}.test", "password": f"{name}-word"})

    account = connected(bluesky, name)
    assert set(account.credentials) == {"access", "refresh"}
    fresh = network.refresh(account)
    assert fresh.expires_at >= account.token_expires_at
    account.credentials = fresh.credentials
    assert say(account, "With the new one.").external_id

    account.credentials = {"access": "not.a.token", "refresh": "not.a.token"}
    with pytest.raises(Expired) as over:
        say(account, "With nothing.", key="another")
    assert not over.value.permanent and over.value.retry_at
    with pytest.raises(Dead):
        network.refresh(account)


def test_only_a_connection_that_never_stood_is_proof(bluesky, settings):
    account = connected(bluesky)
    settings.BLUESKY_TIMEOUT_SECONDS = 1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        account.server = settings.BLUESKY_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(MayBeSent, match="too long"):
            say(account, "Hello?")
        # What comes before the post says nothing of the post.
        with pytest.raises(NotSent):
            say(account, "Hello @somebody.test")
    with pytest.raises(NotSent, match="could not be reached") as away:
        say(account, "Hello?")
    assert not away.value.permanent


@pytest.mark.parametrize(
    "typed", ["https://10.0.0.1", "http://127.0.0.1:1", "localhost", "http://example.org"]
)
def test_a_typed_server_does_not_lead_into_our_own_network(bluesky, typed):
    with pytest.raises(NotSent) as refused:
        network.connections(given={"handle": "a.test", "password": "x", "server": typed})
    assert refused.value.permanent


def test_an_app_password_that_is_taken_back_ends_the_session(bluesky):
    name = a_name()
    account = connected(bluesky, name)
    bluesky.call(name, "com.atproto.server.revokeAppPassword", {"name": "Engage"})
    with pytest.raises(Dead, match="Connect the account again"):
        network.refresh(account)
    assert app_password(bluesky, name)
