"""Engage's Facebook against the sandbox's: a real server that keeps to its rules and fails on demand."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from PIL import Image

from socialfeeds.models import Account
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, Duplicate, MayBeSent, NotSent, Outgoing, Picture
from tests.socialfeeds.windows import end_windows

FB = network_named("facebook")
LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture
def account(facebook):
    made = facebook.page("demo109", name="109th Precinct (demo)", followers=812)
    account = Account(network="facebook", handle="demo109", external_id=made["id"], command_id=1)
    account.credentials = {"access_token": "sandbox-demo109"}
    return account


def a_picture(alt="A new stop sign"):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    return Picture(data.getvalue(), "image/jpeg", alt, 40, 30)


def say(account, text="Hello.", **fields):
    return FB.post(account, Outgoing(text, "key", **fields)).external_id


def refused(account, text="Hello.", **fields):
    with pytest.raises(Exception) as caught:
        say(account, text, **fields)
    return caught.value


def hear(account, cursor="", most=100):
    return FB.hear(account, cursor=cursor, since=LONG_AGO, most=most)


def test_a_page_says_it_with_pictures_answers_and_takes_it_back(facebook, account):
    posted = say(account, "Fixed.", pictures=(a_picture("A sign"), a_picture("A street")))
    comment = facebook.write("Maria", "Thank you!", under=posted)
    answer = say(account, "You are welcome.", pictures=(a_picture("A smile"),), reply_to=comment["id"])
    ours, _theirs, first = facebook.posts("demo109")
    assert (ours["id"], ours["pictures"][0]["alt"]) == (answer, "A smile")
    assert [one["alt"] for one in first["pictures"]] == ["A sign", "A street"]
    # What was sent is found, and the same words elsewhere are not.
    for outgoing, name in (
        (Outgoing("Fixed.", "k"), posted),
        (Outgoing("You are welcome.", "k", reply_to=comment["id"]), answer),
    ):
        assert [one.external_id for one in FB.find(account, outgoing, LONG_AGO)] == [name]
    assert not list(FB.find(account, Outgoing("Thank you!", "k", reply_to=posted), LONG_AGO))
    for _ in range(2):
        FB.delete(account, posted)
    assert facebook.posts("demo109") == []


def test_what_may_have_been_posted_is_found_and_what_was_not_is_not(facebook, account, sandbox, settings):
    """Code 2 with a 500, a cut, a call that nobody answers: all three can have posted."""
    for kind in ("500-posted", "cut-posted", "timeout-posted"):
        sandbox.fault(kind, handle="demo109", path="*/feed", seconds=60)
        settings.FACEBOOK_TIMEOUT_SECONDS = 2 if kind == "timeout-posted" else 10
        assert isinstance(refused(account, kind), MayBeSent)
        settings.FACEBOOK_TIMEOUT_SECONDS = 10
        assert len(list(FB.find(account, Outgoing(kind, "k"), LONG_AGO))) == 1
        sandbox.clear_faults()
    for kind in ("500", "cut", "code-1", "200-errors"):
        sandbox.fault(kind, handle="demo109")
        assert isinstance(refused(account, kind), MayBeSent)
        assert not list(FB.find(account, Outgoing(kind, "k"), LONG_AGO))
    sandbox.fault("cut-posted", handle="demo109", path="*/photos")
    problem = refused(account, "With a picture", pictures=(a_picture(),))
    assert isinstance(problem, NotSent)
    assert not problem.permanent
    assert len(facebook.posts("demo109")) == 3


def test_its_rules_are_told_apart(facebook, account, sandbox, settings):
    posted = say(account, "Once.")
    assert isinstance(refused(account, " Once. "), Duplicate)
    say(account, "Yes.", reply_to=posted)
    assert isinstance(refused(account, "Yes.", reply_to=posted), Duplicate)
    for code in (368, 506):
        sandbox.fault(f"code-{code}", handle="demo109")
        assert isinstance(refused(account), Duplicate)
    assert refused(account, "x" * 63_207).permanent
    assert refused(account, "Gone.", reply_to=f"{posted}9").permanent
    settings.FACEBOOK_APP_SECRET = "another"
    assert refused(account).permanent


def test_throttles_rest_the_page_and_a_changed_password_kills_it(facebook, account, sandbox):
    for code in (4, 17, 32, 613):
        sandbox.fault(f"code-{code}", handle="demo109")
        assert refused(account).retry_at > timezone.now()
        end_windows()
    sandbox.limits(facebook={"user": 1})
    say(account, "The last one.")
    end_windows()  # ours, so that the network itself is asked
    problem = refused(account)
    assert isinstance(problem, NotSent)
    assert timedelta(minutes=55) < problem.retry_at - timezone.now() <= timedelta(minutes=60)
    sandbox.limits(facebook={"user": 100})
    end_windows()
    assert facebook.change_password() == 1
    assert isinstance(refused(account), Dead)


def test_what_is_said_to_a_page_is_heard_once_in_order_and_goes_on(facebook, account):
    own = say(account, "Good morning.")
    comment = facebook.write("Maria", "Who plows?", under=own)
    say(account, "Sanitation.", reply_to=comment["id"])
    answer = facebook.write("Maria", "Thanks", under=comment["id"])
    facebook.write("Otto", "Noise again", page="demo109")
    facebook.write("Ana", "Well done, 109th!", page="demo109", where="tag")
    heard = hear(account)
    assert [(one.author_name, one.text, one.kind) for one in heard.posts] == [
        ("Maria", "Who plows?", "comment"),
        ("Maria", "Thanks", "comment"),
        ("Otto", "Noise again", "mention"),
        ("Ana", "Well done, 109th!", "tag"),
    ]
    thanks = heard.posts[1]
    assert (thanks.external_id, thanks.parent_id, thanks.conversation_id) == (
        answer["id"],
        comment["id"],
        own,
    )
    assert requests.get(thanks.url, timeout=10).status_code == 200
    seen = {one.external_id for one in heard.posts}
    later = facebook.write("Otto", "And again", under=own)
    heard = hear(account, heard.cursor)
    assert {one.external_id for one in heard.posts} - seen == {later["id"]}


def test_a_long_absence_is_made_up_for_in_steps(facebook, account):
    own = say(account, "Good morning.")
    for number in range(130):
        facebook.write("Maria", f"Number {number}", under=own)
    cursor, told, more = "", [], True
    while more:
        heard = hear(account, cursor, most=50)
        told += [one.text for one in heard.posts]
        cursor, more = heard.cursor, heard.more
    assert list(dict.fromkeys(told)) == [f"Number {number}" for number in range(130)]


def test_comments_are_hidden_and_shown_and_everything_is_counted(facebook, account):
    own = say(account, "Good morning.")
    comment = facebook.write("Maria", "Rude words", under=own)
    for hidden in (True, False):
        FB.hide(account, comment["id"], hidden=hidden)
        assert facebook.posts("demo109")[0]["hidden"] is hidden
    with pytest.raises(NotSent):
        FB.hide(account, own, hidden=True)
    counts = FB.counts(account, [own, f"{own}9"])
    assert counts.followers == 812
    assert {name: (one.replies, one.reactions, one.shares) for name, one in counts.posts.items()} == {
        own: (1, 0, 0)
    }


def granted(asked, answer="yes"):
    """What a person's browser comes back with from the dialog."""
    browser = requests.Session()
    form = browser.get(asked.url, timeout=10)
    assert "form-action 'self' https://engage.example" in form.headers["Content-Security-Policy"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
    who = re.search(r'name="who" value="([^"]+)"', form.text)[1]
    data = {"csrfmiddlewaretoken": token, "who": who, "answer": answer}
    back = browser.post(asked.url, data=data, timeout=10, allow_redirects=False)
    assert back.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}


def test_a_person_grants_their_pages_and_each_can_speak(facebook, account):
    facebook.page("demo110", name="110th Precinct (demo)")
    facebook.page("elsewhere", name="Another's", manager="Zoe Somebody")
    redirect = "https://engage.example/connect/facebook/back/"
    asked = FB.ask(redirect_to=redirect, state="st&te")
    given = granted(asked)
    assert given["state"] == "st&te"
    found = FB.connections(given=given, redirect_to=redirect)
    assert [one.handle for one in found] == ["demo109", "demo110"]
    account = Account(external_id=found[1].external_id, command_id=1)
    account.credentials = found[1].credentials
    assert say(account, "Hello from the 110th.") == facebook.posts("demo110")[0]["id"]
    # A code is worth something once, and only for the address that it was given to.
    for again in (given, granted(asked)):
        with pytest.raises(NotSent):
            FB.connections(given=again, redirect_to="https://engage.example/other/")
    with pytest.raises(NotSent, match="did not grant"):
        FB.connections(given=granted(asked, "no"), redirect_to=redirect)


def test_people_see_it_and_write_from_the_page(facebook, account):
    posted = say(account, "See https://nyc.gov/a & <b>that</b>", pictures=(a_picture("A <new> sign"),))
    browser = requests.Session()
    wall = browser.get(FB.profile_of(account), timeout=10)
    assert 'alt="A &lt;new&gt; sign"' in wall.text
    assert '<a href="https://nyc.gov/a"' in wall.text
    assert "<b>that" not in wall.text
    image = re.search(r'<img src="([^"]+)"', wall.text)[1]
    assert browser.get(f"{facebook.sandbox.url}{image}", timeout=10).headers["Content-Type"] == "image/jpeg"
    for address, more in ((FB.profile_of(account), {"where": "tag"}), (FB.url_of(account, posted), {})):
        form = browser.get(address, timeout=10)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
        data = {"csrfmiddlewaretoken": token, "name": "Maria", "text": "From the page", **more}
        assert "Posted." in browser.post(address, data=data, timeout=10).text
        wrong = browser.post(address, data={**data, "name": ""}, timeout=10)
        assert (wrong.status_code, "From the page" in wrong.text) == (422, True)
    assert [one.kind for one in hear(account).posts] == ["tag", "comment"]
