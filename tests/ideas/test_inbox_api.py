"""The inbox by API: read, note, assign, done, referral, answer, and an issue; with scopes and versions."""

from __future__ import annotations

import json

import pytest

from ideas.models import IdeaSource
from precincts import tenancy
from precincts.models import PersonalToken
from socialfeeds.models import Message
from tests.ideas.mentions import heard
from tests.socialfeeds.fake_network import account, fake
from tests.socialfeeds.voice import an_account

__all__ = ["account", "fake", "heard"]
pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/commands/pct-109/inbox/"


@pytest.fixture
def api(commander, client):
    """A script of the commander's: api("post", "3/notes/", {...})."""
    _row, token = PersonalToken.issue(
        commander.user, "A script", scopes=["see_desk", "inbox", "publish", "moderate"]
    )
    return caller(client, token)


def caller(client, token):
    def call(method, path="", data=None):
        return client.generic(
            method.upper(),
            path if path.startswith("/") else API + path,
            json.dumps(data) if data is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return call


def test_the_list_in_pages_and_one_thread(api, heard):
    first, second = heard.say("The lamp on Main St is dark"), heard.say("Hello", author="li")
    page = api("get", "?limit=1").json()
    assert [one["id"] for one in page["results"]] == [first.thread_id]
    assert page["results"][0]["newest"]["text"] == "The lamp on Main St is dark"
    assert page["results"][0]["topic"] == "lighting"
    assert [one["id"] for one in api("get", page["next"].split("testserver")[1]).json()["results"]] == [
        second.thread_id
    ]
    assert api("get", "?words=lamp&show=all").json()["results"][0]["id"] == first.thread_id
    assert api("get", "?cursor=nonsense").status_code == 400
    assert api("get", "?show=nonsense").status_code == 400
    one = api("get", f"{first.thread_id}/").json()
    assert one["mentions"][0]["author"] == "maria" and one["why_no_answer"] == ""
    assert api("get", "9999/").status_code == 404


def test_all_that_is_done_with_a_thread(api, heard, pct_109, commander):
    mention = heard.say("The lamp on Main St is dark")
    thread = f"{mention.thread_id}/"
    changed = api(
        "patch", thread, {"assigned_to": "commander@example.org", "place": "Main St & 45 Av"}
    ).json()
    assert (changed["assigned_to"], changed["topic"]) == ("commander@example.org", "lighting")
    assert api("patch", thread, {"assigned_to": "nobody@example.org"}).status_code == 400
    assert api("patch", thread, {"topic": "nonsense"}).status_code == 400
    assert api("post", f"{thread}notes/", {"text": "Ask."}).json()["by"] == "commander@example.org"
    for text in ("x" * 5001, "\ud800", "", None, "x" * 600):
        assert api("post", f"{thread}answers/", {"text": text}).status_code == 400
    answered = api("post", f"{thread}answers/", {"text": "We look.", "version": changed["version"]})
    assert answered.status_code == 201 and answered.json()["states"] == ["ready"]
    stale = api("put", f"{thread}done/", {"done": True, "version": changed["version"]})
    assert stale.status_code == 409 and stale.json()["version"] == changed["version"] + 1
    done = api("put", f"{thread}done/", {"done": True, "version": stale.json()["version"]})
    assert done.json()["status"] == "done"
    assert api("put", f"{thread}done/", {"done": False}).json()["status"] == "open"
    assert api("put", f"{thread}referral/", {"command": "pct-110"}).status_code == 400
    with tenancy.enter(pct_109):
        assert Message.objects.get().author == commander.user


def test_a_referral(api, heard, pct_110):
    mention = heard.say("This is on Corona Av")
    with tenancy.enter(pct_110):
        an_account("demo_pct110")
    answer = api("put", f"{mention.thread_id}/referral/", {"command": "pct-110", "word": "Yours."})
    assert (answer.json()["status"], answer.json()["referred_to"]) == ("referred", "pct-110")
    assert answer.json()["notes"][0]["text"] == "Yours."
    assert api("put", f"{mention.thread_id}/referral/", {"command": "pct-110"}).status_code == 409


def test_an_issue_of_its_own_words(api, heard, pct_109):
    mention = heard.say("@engage_109 the lamp on Main St is dark")
    made = api("post", f"{mention.thread_id}/issues/", {"approve": True})
    again = api("post", f"{mention.thread_id}/issues/", {"title": "Other"})
    assert made.status_code == 201 and made.json()["title"] == "The lamp on Main St is dark"
    assert (made.json()["status"], again.json()["id"]) == ("spoken", made.json()["id"])
    assert api("post", f"{mention.thread_id}/issues/", {"mention": 9999}).status_code == 400
    with tenancy.enter(pct_109):
        assert IdeaSource.objects.get().mention_id == mention.pk


def test_a_token_does_no_more_than_its_scopes(heard, commander, client):
    mention = heard.say("Hello")
    _row, token = PersonalToken.issue(commander.user, "Reader", scopes=["see_desk"])
    api = caller(client, token)
    assert api("get", f"{mention.thread_id}/").status_code == 200
    assert api("post", f"{mention.thread_id}/notes/", {"text": "x"}).status_code == 403
    assert api("post", f"{mention.thread_id}/issues/", {}).status_code == 403
