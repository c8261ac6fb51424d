"""Engage's Mastodon against the sandbox's: a real server that keeps to its rules and fails on demand."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from PIL import Image

from socialfeeds.models import Account
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Cannot, Dead, MayBeSent, NotSent, Outgoing, Picture
from tests.socialfeeds.windows import end_windows

M = network_named("mastodon")
LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture
def account(mastodon):
    made = mastodon.account("demo109", name="109th Precinct (demo)", followers=77)
    account = Account(network="mastodon", handle="demo109@sandbox.example", command_id=1)
    account.external_id, account.server = made["id"], mastodon.url
    account.credentials = {"access_token": "sandbox-demo109"}
    return account


def a_picture(alt="A new stop sign"):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "PNG")
    return Picture(data.getvalue(), "image/png", alt, 40, 30)


def say(account, text="Hello.", key="", **fields):
    return M.post(account, Outgoing(text, key or uuid.uuid4().hex, **fields)).external_id


def refused(account, text="Hello.", **fields):
    with pytest.raises(Exception) as caught:
        say(account, text, **fields)
    return caught.value


def hear(account, cursor="", most=100):
    return M.hear(account, cursor=cursor, since=LONG_AGO, most=most)


def test_it_says_it_with_pictures_answers_and_takes_it_back(mastodon, account):
    posted = say(account, "Fixed: https://www.nyc.gov/" + "long/" * 20, pictures=(a_picture("A sign"),))
    mention = mastodon.write("maria@other.example", "@demo109 Thank you!", reply_to=posted)
    answer = say(account, "You are welcome.", reply_to=mention["id"])
    ours, first = mastodon.posts("demo109")
    assert ours["text"] == "@maria@other.example You are welcome."
    assert (ours["id"], ours["reply_to"]) == (answer, mention["id"])
    assert first["pictures"] == [{"alt": "A sign", "mime": "image/png"}]
    for outgoing, name in (
        (Outgoing(first["text"], "k"), posted),
        (Outgoing("You are welcome.", "k", reply_to=mention["id"]), answer),
    ):
        assert [one.external_id for one in M.find(account, outgoing, LONG_AGO)] == [name]
    for _ in range(2):
        M.delete(account, posted)
    assert [one["id"] for one in mastodon.posts("demo109")] == [answer]


@pytest.mark.parametrize("kind", ["500-posted", "cut-posted", "timeout-posted"])
def test_the_same_key_posts_once_and_where_a_server_ignores_it_the_post_is_found(
    mastodon, account, sandbox, settings, kind
):
    key = uuid.uuid4().hex
    sandbox.fault(kind, handle="demo109", method="POST", seconds=60)
    settings.MASTODON_TIMEOUT_SECONDS = 2 if kind == "timeout-posted" else 10
    assert isinstance(refused(account, kind, key=key), MayBeSent)
    settings.MASTODON_TIMEOUT_SECONDS = 10
    (found,) = M.find(account, Outgoing(kind, key), LONG_AGO)
    sandbox.clear_faults()
    assert say(account, kind, key=key) == found.external_id
    assert len(mastodon.posts("demo109")) == 1
    mastodon.switch(keys=0)
    say(account, kind, key=key)
    assert len(mastodon.posts("demo109")) == 2


def test_what_was_not_posted_is_not_found(mastodon, account, sandbox):
    for kind in ("500", "cut", "200-errors"):
        sandbox.fault(kind, handle="demo109")
        assert isinstance(refused(account, kind), MayBeSent)
        assert not list(M.find(account, Outgoing(kind, "k"), LONG_AGO))
    for path in ("*/media", "*/statuses/*"):
        sandbox.fault("500-posted" if "media" in path else "500", handle="demo109", path=path)
    mention = mastodon.write("maria", "@demo109 Hello")
    problem = refused(account, reply_to=mention["id"], pictures=(a_picture(),))
    assert isinstance(problem, NotSent)
    assert not problem.permanent
    assert mastodon.posts("demo109") == []


def test_a_slow_picture_is_asked_for_again_and_is_up_in_the_end(mastodon, account):
    mastodon.switch(slow_media=1)
    key = uuid.uuid4().hex
    for _ in range(2):
        problem = refused(account, key=key, pictures=(a_picture(),))
        assert isinstance(problem, NotSent)
        assert not problem.permanent
    say(account, key=key, pictures=(a_picture(),))
    (posted,) = mastodon.posts("demo109")
    assert len(posted["pictures"]) == 1


def test_its_rules_are_told_apart(mastodon, account, sandbox):
    assert "limit of 500" in str(refused(account, "x" * 501))
    assert refused(account, "Gone.", reply_to="17").permanent
    say(account, "https://nyc.gov/" + "x" * 600)
    sandbox.limits(mastodon={"user": 1, "user_seconds": 300})
    say(account, "The last one.")
    end_windows()  # ours, so that the network itself is asked
    problem = refused(account)
    assert isinstance(problem, NotSent)
    assert timedelta(minutes=4) < problem.retry_at - timezone.now() <= timedelta(minutes=5, seconds=1)
    sandbox.limits(mastodon={"user": 100})
    end_windows()
    mastodon.revoke("demo109")
    assert isinstance(refused(account), Dead)


def test_mentions_are_heard_once_in_order_with_their_threads(mastodon, account):
    own = say(account, "Good morning.")
    for number in range(45):
        mastodon.write("maria@other.example", f"@demo109 number {number} & <3 https://nyc.gov/{number}")
    heard = hear(account)
    assert [one.text for one in heard.posts] == [
        f"@demo109 number {number} & <3 https://nyc.gov/{number}" for number in range(45)
    ]
    reply = mastodon.write("otto", "@demo109 thanks", reply_to=own)
    again = mastodon.write("ana", "@demo109 @otto yes", reply_to=reply["id"])
    later = hear(account, heard.cursor)
    assert [(one.external_id, one.kind, one.conversation_id, one.parent_id) for one in later.posts] == [
        (reply["id"], "reply", own, own),
        (again["id"], "mention", own, reply["id"]),
    ]
    assert later.posts[0].url == f"{mastodon.url}/@otto/{reply['id']}"
    assert requests.get(M.url_of(account, own), timeout=10).status_code == 200
    empty = hear(account, later.cursor)
    assert (empty.posts, empty.cursor) == ([], later.cursor)
    first = hear(account, str(int(heard.cursor) - 45), most=30)
    second = hear(account, first.cursor, most=30)
    assert ([*first.posts, *second.posts], first.more, second.more) == (
        [*heard.posts, *later.posts],
        True,
        False,
    )


def test_tags_and_words_are_watched_and_posts_counted(mastodon, account):
    own = say(account, "About #Kissena")
    for number in range(3):
        mastodon.write("maria", f"#kissena Boulevard {number}")
    tagged = M.search(account, words="#Kissena", cursor="", since=LONG_AGO, most=50)
    assert [one.text for one in tagged.posts] == [f"#kissena Boulevard {number}" for number in range(3)]
    mastodon.write("otto@other.example", "Kissena BOULEVARD 3", reply_to=own)
    words = M.search(account, words="Boulevard 3", cursor=tagged.cursor, since=LONG_AGO, most=50)
    assert [one.author_handle for one in words.posts] == ["otto@other.example"]
    counts = M.counts(account, [own, "17"])
    assert counts.followers == 77
    assert {name: one.replies for name, one in counts.posts.items()} == {own: 1}
    mastodon.switch(search=0)
    with pytest.raises(Cannot):
        M.search(account, words="Boulevard", cursor="", since=LONG_AGO, most=50)


def granted(asked, answer="yes"):
    """What a person's browser comes back with."""
    browser = requests.Session()
    form = browser.get(asked.url, timeout=10)
    assert "form-action 'self' https://engage.example" in form.headers["Content-Security-Policy"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
    who = re.search(r'name="who" value="([^"]+)"', form.text)[1]
    data = {"csrfmiddlewaretoken": token, "who": who, "answer": answer}
    back = browser.post(asked.url, data=data, timeout=10, allow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}


def test_a_person_grants_their_account_and_it_can_speak(mastodon, account, db):
    mastodon.switch(max_characters=1000)
    redirect = "https://engage.example/connect/mastodon/back/"
    asked = M.ask(redirect_to=redirect, state="st&te", server=f"{mastodon.url}/@demo109")
    given = granted(asked)
    assert given["state"] == "st&te"
    (found,) = M.connections(given={**asked.remember, **given}, redirect_to=redirect)
    assert (found.handle, found.server, found.limits["characters"]) == (
        "demo109@sandbox.example",
        mastodon.url,
        1000,
    )
    fresh = Account(server=found.server, external_id=found.external_id, limits=found.limits, command_id=1)
    fresh.credentials = found.credentials
    assert M.limit(fresh) == 1000
    mention = mastodon.write("maria", "@demo109 Hello")
    say(fresh, "x" * 900, reply_to=mention["id"], pictures=(a_picture(),))
    assert len(hear(fresh).posts) == 1
    M.search(fresh, words="Hello", cursor="", since=LONG_AGO, most=5)
    for again in (given, granted(asked, "no")):
        with pytest.raises(NotSent):
            M.connections(given={**asked.remember, **again}, redirect_to=redirect)


def test_people_see_it_and_write_from_the_page(mastodon, account):
    posted = say(account, "See https://nyc.gov/a & <b>that</b>", pictures=(a_picture("A <new> sign"),))
    browser = requests.Session()
    wall = browser.get(M.profile_of(account), timeout=10)
    assert 'alt="A &lt;new&gt; sign"' in wall.text
    assert "<b>that" not in wall.text
    image = re.search(r'<img src="([^"]+)"', wall.text)[1]
    assert browser.get(f"{mastodon.sandbox.url}{image}", timeout=10).headers["Content-Type"] == "image/png"
    for address in (M.profile_of(account), M.url_of(account, posted)):
        form = browser.get(address, timeout=10)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
        data = {"csrfmiddlewaretoken": token, "name": "maria@other.example", "text": "From the page"}
        assert "Posted." in browser.post(address, data=data, timeout=10).text
        wrong = browser.post(address, data={**data, "name": "demo109"}, timeout=10)
        assert (wrong.status_code, "speaks for itself" in wrong.text) == (422, True)
    assert [(one.kind, one.text) for one in hear(account).posts] == [
        ("mention", "@demo109 From the page"),
        ("reply", "@demo109 From the page"),
    ]
