"""The desk's work beside deciding, through the API: looking, assigning, notes, undoing, histories."""

import pytest
from django.test import Client

from ideas.models import Idea
from precincts import tenancy
from precincts.models import PersonalToken
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db
HERE = "/api/v1/commands/pct-109/"
JSON = "application/json"


def at(idea, what=""):
    return f"{HERE}ideas/{idea.pk}/{what}"


def test_looking_says_so_to_the_others(moderator, commander, pct_109):
    idea = an_idea(pct_109)
    mine = moderator.put(at(idea, "claim/")).json()
    assert (mine["by"], mine["mine"]) == ("moderator", True)
    theirs = commander.put(at(idea, "claim/")).json()
    assert (theirs["by"], theirs["mine"]) == ("moderator", False)
    assert moderator.delete(at(idea, "claim/")).status_code == 204
    assert commander.put(at(idea, "claim/")).json()["mine"] is True


def test_assigning_a_day_and_labels(moderator, commander, pct_109):
    idea = an_idea(pct_109)
    work = {
        "assigned_to": commander.user.email,
        "due_on": "2027-01-31",
        "labels": ["Lamps", "lamps", "Noise"],
    }
    answered = moderator.patch(at(idea, "work/"), work, content_type=JSON)
    assert answered.status_code == 200, answered.content
    assert answered.json() == work | {"labels": ["Noise", "lamps"]}
    moderator.patch(at(idea, "work/"), {"assigned_to": None}, content_type=JSON)
    left = moderator.get(at(idea, "work/")).json()
    assert (left["assigned_to"], left["due_on"]) == (None, "2027-01-31")


@pytest.mark.parametrize(
    ("work", "pointer"),
    [
        ({"assigned_to": "nobody@example.org"}, "#/assigned_to"),
        ({"due_on": "tomorrow"}, "#/due_on"),
        ({"labels": ["x" * 41]}, "#/labels/0"),
        ({"labels": "Lamps"}, "#/labels"),
    ],
)
def test_what_cannot_be_taken_says_where(moderator, pct_109, work, pointer):
    answered = moderator.patch(at(an_idea(pct_109), "work/"), work, content_type=JSON)
    assert answered.status_code == 400
    assert answered.json()["errors"][0]["pointer"] == pointer


def test_notes_are_for_colleagues(moderator, client, pct_109):
    idea = an_idea(pct_109)
    made = moderator.post(at(idea, "notes/"), {"text": "Called the agency. 😀"}, content_type=JSON)
    assert made.status_code == 201
    assert moderator.get(at(idea, "notes/")).json()["results"] == [made.json()]
    assert client.get(at(idea, "notes/")).status_code == 401
    for text in ("", "x" * 2001, "\x00"):
        assert moderator.post(at(idea, "notes/"), {"text": text}, content_type=JSON).status_code == 400


def test_saved_replies_come_and_go(moderator):
    url = f"{HERE}replies/"
    made = moderator.post(url, {"name": "Lamp", "text": "About {title}."}, content_type=JSON)
    one = f"{url}{made.json()['id']}/"
    assert moderator.post(url, {"name": "lamp", "text": "x"}, content_type=JSON).status_code == 400
    assert moderator.put(one, {"name": "Lamp", "text": "{nonsense}"}, content_type=JSON).status_code == 400
    assert moderator.put(one, {"name": "Lamps", "text": "Yes."}, content_type=JSON).json()["name"] == "Lamps"
    assert moderator.delete(one).status_code == 204
    assert moderator.get(url).json()["results"] == []


def test_an_undo_takes_back_ones_own_and_nobody_elses(moderator, commander, pct_109):
    idea = a_waiting_idea(pct_109)
    moderator.post(at(idea, "decisions/"), {"action": "approve", "version": 1}, content_type=JSON)
    assert commander.post(at(idea, "undo/")).status_code == 409
    undone = moderator.post(at(idea, "undo/"))
    assert (undone.status_code, undone.json()["status"]) == (200, "waiting")
    again = moderator.post(at(idea, "undo/"))
    assert again.status_code == 409
    assert again.headers["Content-Type"] == "application/problem+json"


def test_a_token_needs_the_scope(make_user, pct_109):
    user = make_user("script@example.org", role="commander", command=pct_109)
    _token, key = PersonalToken.issue(user, "Reads only", scopes=["see_desk"])
    bearer = {"Authorization": f"Bearer {key}"}
    idea = an_idea(pct_109)
    assert Client().get(at(idea, "work/"), headers=bearer).status_code == 200
    for url in (at(idea, "history/"), f"{HERE}webhooks/"):
        refused = Client().get(url, headers=bearer)
        assert refused.status_code == 403
        assert "scope" in refused.content.decode()


def test_what_was_changed_is_read_page_by_page(commander, pct_109):
    idea = an_idea(pct_109)
    for number in range(3):
        with tenancy.enter(pct_109):
            version = Idea.objects.get(pk=idea.pk).version
        body = {"action": "hear", "answer": f"Answer {number}.", "version": version}
        assert commander.post(at(idea, "decisions/"), body, content_type=JSON).status_code == 201
    seen, url = [], at(idea, "history/?limit=2")
    while url:
        page = commander.get(url).json()
        seen += page["results"]
        url = page["next"]
    assert [change["roles"] for change in seen] == [["commander"]] * 3 + [[]]
    assert seen[0]["differences"] == [{"name": "answer", "before": "Answer 1.", "after": "Answer 2."}]
    assert commander.get(at(idea, "history/?cursor=x")).status_code == 400
    assert commander.get(f"{HERE}history/?of=people").json()["results"]
    assert commander.get(f"{HERE}history/?of=nothing").status_code == 400


def test_webhooks_by_machine(commander, settings, pct_109):
    settings.WEBHOOKS_TO_LOOPBACK = True
    url = f"{HERE}webhooks/"
    bad = commander.post(url, {"url": "https://10.0.0.1/"}, content_type=JSON)
    assert bad.json()["errors"][0]["pointer"] == "#/url"
    made = commander.post(
        url, {"url": "http://127.0.0.1:9/", "events": ["idea.created"]}, content_type=JSON
    ).json()
    assert made["secret"].startswith("whsec_")
    one = f"{url}{made['id']}/"
    assert "secret" not in commander.get(url).json()["results"][0]
    assert commander.patch(one, {"active": False}, content_type=JSON).json()["active"] is False
    assert commander.patch(one, {"events": ["no.such"]}, content_type=JSON).status_code == 400
    assert commander.post(f"{one}secret/").json()["secret"] != made["secret"]
    for _ in range(3):
        a_waiting_idea(pct_109)
    page = commander.get(f"{one}calls/?limit=2").json()
    assert len(page["results"]) == 2
    rest = commander.get(page["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    call = rest["results"][0]
    again = commander.post(f"{HERE}calls/{call['id']}/again/").json()
    assert (again["event_id"], again["state"]) == (call["event_id"], "ready")
    assert commander.delete(one).status_code == 204
