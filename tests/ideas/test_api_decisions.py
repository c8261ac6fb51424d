"""The desk through the API: what waits, and a decision on it."""

from __future__ import annotations

import pytest
from django.test import Client

from ideas import submitting
from ideas.models import Action, Decision, Idea, Rule
from precincts import tenancy
from precincts.models import PersonalToken
from socialfeeds.models import Account, Delivery
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas

QUEUE = "/api/v1/commands/pct-109/queue/"
ANSWER = {"action": "hear", "answer": "Our officers look at the times you name."}

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(make_user, pct_109):
    return signed_in(make_user("moderator@example.org", role="moderator", command=pct_109))


@pytest.fixture
def commander(make_user, pct_109):
    return signed_in(make_user("commander@example.org", role="commander", command=pct_109))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def decide(client, idea, slug="pct-109", **decision):
    url = f"/api/v1/commands/{slug}/ideas/{idea.pk}/decisions/"
    return client.post(url, decision, content_type="application/json")


def a_comment(command, body="Sundays too."):
    idea = an_idea(command)
    with tenancy.enter(command):
        return submitting.comment(idea=idea, body=body, participant=None)


def decide_comment(client, comment, slug="pct-109", **decision):
    url = f"/api/v1/commands/{slug}/comments/{comment.pk}/decisions/"
    return client.post(url, decision, content_type="application/json")


def pointers(response):
    assert response.status_code == 400, response.content
    return [error["pointer"] for error in response.json()["errors"]]


def test_the_queue_holds_what_waits_riskiest_first_then_oldest(moderator, pct_109, pct_110):
    first = a_waiting_idea(pct_109, title="First")
    second = a_comment(pct_109)
    third = a_waiting_idea(pct_109, title="Third", body="Call me at 718-555-0134, please.")
    a_waiting_idea(pct_110)
    items = moderator.get(QUEUE).json()["results"]
    assert [(item["type"], item["id"]) for item in items] == [
        ("idea", third.pk),
        ("idea", first.pk),
        ("comment", second.pk),
    ]
    assert items[0]["hints"] == ["This looks like a phone number."]
    assert [(flag["kind"], flag["field"], flag["start"]) for flag in items[0]["flags"]] == [
        ("phone", "body", 11)
    ]
    assert (items[1]["version"], items[2]["version"]) == (1, 1)
    assert items[1]["actions"] == ["approve", "refer", "screen"]
    assert (items[2]["actions"], items[2]["body"]) == (["approve", "screen"], "Sundays too.")
    assert items[2]["idea"] == second.idea_id


def test_the_queue_says_who_looks_and_can_be_narrowed(moderator, commander, pct_109):
    idea, comment = a_waiting_idea(pct_109), a_comment(pct_109)
    moderator.put(f"/api/v1/commands/pct-109/ideas/{idea.pk}/claim/")
    seen = {item["type"]: item for item in commander.get(QUEUE).json()["results"]}
    assert (seen["idea"]["claim"]["by"], seen["idea"]["claim"]["mine"]) == ("moderator", False)
    assert seen["comment"]["claim"] is None
    only = commander.get(QUEUE, {"kind": "comment"}).json()["results"]
    assert [item["id"] for item in only] == [comment.pk]
    assert commander.get(QUEUE, {"mine": "true"}).json()["results"] == []
    for wrong in ({"kind": "x"}, {"cursor": "x"}, {"limit": 0}):
        assert commander.get(QUEUE, wrong).status_code == 400


def test_a_stale_decision_on_a_comment_is_refused(moderator, pct_109):
    comment = a_comment(pct_109)
    assert decide_comment(moderator, comment, action="approve", version=2).status_code == 409
    assert decide_comment(moderator, comment, action="approve", version=1).status_code == 201


def test_the_queues_pages_follow_each_other(moderator, pct_109, django_assert_max_num_queries):
    for n in range(4):
        a_waiting_idea(pct_109, title=f"Idea {n}")
        a_comment(pct_109)
    seen, url = [], QUEUE + "?limit=3"
    while url:
        with django_assert_max_num_queries(12):
            page = moderator.get(url).json()
        seen += [(item["type"], item["id"]) for item in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 8


def test_the_number_of_queries_does_not_grow_with_the_queue(
    moderator, pct_109, django_assert_max_num_queries
):
    for _n in range(25):
        a_waiting_idea(pct_109)
    with django_assert_max_num_queries(12):
        assert len(moderator.get(QUEUE + "?limit=100").json()["results"]) == 25


def test_the_queue_is_the_staffs(client, make_user, pct_109, pct_110):
    refused = client.get(QUEUE)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert signed_in(make_user("resident@example.org")).get(QUEUE).status_code == 403
    elsewhere = make_user("elsewhere@example.org", role="commander", command=pct_110)
    assert signed_in(elsewhere).get(QUEUE).status_code == 403
    reviewer = signed_in(make_user("reviewer@example.org", role="reviewer"))
    assert reviewer.get(QUEUE).status_code == 200


def test_who_only_reads_may_do_nothing(make_user, pct_109):
    a_waiting_idea(pct_109)
    reviewer = signed_in(make_user("reviewer@example.org", role="reviewer"))
    assert reviewer.get(QUEUE).json()["results"][0]["actions"] == []


def test_from_waiting_to_acted(moderator, commander, pct_109):
    idea = a_waiting_idea(pct_109)
    approved = decide(moderator, idea, action="approve", version=1)
    assert (approved.status_code, approved.json()["status"]) == (201, "spoken")
    heard = decide(commander, idea, **ANSWER, version=approved.json()["version"])
    assert heard.json()["status"] == "heard"
    assert heard.json()["answer"]["text"] == ANSWER["answer"]
    assert decide(commander, idea, action="act").json()["status"] == "acting"
    done = decide(commander, idea, action="done", answer="The light is fixed.").json()
    assert (done["status"], done["version"]) == ("acted", 5)
    assert [step["status"] for step in done["history"]] == ["waiting", "spoken", "heard", "acting", "acted"]
    with tenancy.enter(pct_109):
        made = Decision.objects.filter(action=Action.HEAR).get()
    assert made.decided_by.email == "commander@example.org"


def test_screened_under_a_rule(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    screened = decide(moderator, idea, action="screen", rule=2, reason="It names a neighbor.").json()
    assert screened["status"] == "screened"
    assert screened["history"][-1]["rule"] == 2
    assert screened["history"][-1]["text"] == "It names a neighbor."


def test_referred(moderator, pct_109):
    idea = an_idea(pct_109)
    referred = decide(
        moderator,
        idea,
        action="refer",
        answer="The lamps are the Department of Transportation's.",
        referred_to="Department of Transportation",
        referred_url="https://example.org/dot",
    )
    assert referred.json()["referred"] == {
        "to": "Department of Transportation",
        "url": "https://example.org/dot",
        "agency": None,
        "command": None,
    }


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({}, ["#/action"]),
        ({"action": "delete"}, ["#/action"]),
        ({"action": ["approve"]}, ["#/action"]),
        ({"action": "screen"}, ["#/rule"]),
        ({"action": "screen", "rule": 99}, ["#/rule"]),
        ({"action": "screen", "rule": 10**30}, ["#/rule"]),
        ({"action": "screen", "rule": "one"}, ["#/rule"]),
        ({"action": "screen", "rule": 1, "reason": "x" * 2001}, ["#/reason"]),
        ({"action": "approve", "version": "x"}, ["#/version"]),
        ({"action": "approve", "announce": {"a": 1}}, ["#/announce"]),
        ({"action": "refer", "answer": "x", "referred_url": "javascript:alert(1)"}, ["#/referred_url"]),
        ({"action": "refer", "answer": "x", "referred_url": "https://"}, ["#/referred_url"]),
    ],
)
def test_what_is_missing_is_pointed_at(moderator, pct_109, decision, expected):
    assert pointers(decide(moderator, a_waiting_idea(pct_109), **decision)) == expected


def test_an_answer_needs_words(commander, pct_109):
    assert pointers(decide(commander, an_idea(pct_109), action="hear")) == ["#/answer"]
    assert pointers(decide(commander, an_idea(pct_109), action="hear", answer="   ")) == ["#/answer"]


def test_a_decision_on_what_has_changed_is_refused_with_how_it_stands(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, action="approve", version=1)
    for again in ({"action": "screen", "rule": 1, "version": 1}, {"action": "approve"}):
        response = decide(moderator, idea, **again)
        assert response.status_code == 409
        assert (response.json()["idea_status"], response.json()["version"]) == ("spoken", 2)


def test_each_role_decides_what_is_its_own(moderator, make_user, pct_109, pct_110, client):
    idea = an_idea(pct_109)
    assert decide(client, idea, action="approve").status_code == 401
    assert decide(moderator, idea, **ANSWER).status_code == 403
    resident = signed_in(make_user("resident@example.org"))
    assert decide(resident, idea, **ANSWER).status_code == 403
    elsewhere = signed_in(make_user("elsewhere@example.org", role="commander", command=pct_110))
    assert decide(elsewhere, idea, **ANSWER).status_code == 403
    assert decide(elsewhere, idea, slug="pct-110", **ANSWER).status_code == 404
    editor = signed_in(make_user("editor@example.org", role="editor", command=pct_109))
    assert decide(editor, idea, **ANSWER).status_code == 403
    with tenancy.enter(pct_109):
        assert Idea.objects.get().version == 2


def test_with_a_personal_token(client, make_user, pct_109):
    user = make_user(role="moderator", command=pct_109)
    _token, key = PersonalToken.issue(user, "a script", ["see_desk", "moderate"])
    idea = a_waiting_idea(pct_109)
    response = client.post(
        f"/api/v1/commands/pct-109/ideas/{idea.pk}/decisions/",
        {"action": "approve"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert response.status_code == 201


def test_announced_on_the_commands_account(commander, pct_109):
    with tenancy.enter(pct_109):
        account = Account(network="x", handle="demo_pct109", external_id="1")
        account.credentials = {"access_token": "a token"}
        account.save()
    first, second = an_idea(pct_109, title="One"), an_idea(pct_109, title="Two")
    assert decide(commander, first, **ANSWER, announce=True).status_code == 201
    assert decide(commander, second, **ANSWER, announce="In other words.").status_code == 201
    assert decide(commander, second, **ANSWER, announce=False).status_code == 201
    with tenancy.enter(pct_109):
        texts = list(Delivery.objects.order_by("pk").values_list("message__text", flat=True))
    assert [text.split(" http")[0].strip() for text in texts] == [ANSWER["answer"], "In other words."]
    assert f"/pct-109/ideas/{first.pk}/" in texts[0]


def test_what_cannot_be_announced_is_not_decided_either(commander, pct_109):
    idea = an_idea(pct_109)
    assert pointers(decide(commander, idea, **ANSWER, announce=True)) == ["#/announce"]
    with tenancy.enter(pct_109):
        assert Idea.objects.get().status == "spoken"


def test_a_comment_is_shown_or_screened(moderator, pct_109):
    comment = a_comment(pct_109)
    assert decide_comment(moderator, comment, action="approve").json()["status"] == "shown"
    assert decide_comment(moderator, comment, action="approve").status_code == 409
    assert decide_comment(moderator, comment, action="screen", rule=1).json()["status"] == "screened"


def test_a_comment_is_screened_under_a_rule_only(moderator, pct_109):
    comment = a_comment(pct_109)
    assert pointers(decide_comment(moderator, comment, action="screen")) == ["#/rule"]
    assert pointers(decide_comment(moderator, comment, action="hear")) == ["#/action"]


def test_a_comment_is_decided_on_by_those_of_its_command(client, make_user, pct_109, pct_110):
    comment = a_comment(pct_109)
    elsewhere = signed_in(make_user("elsewhere@example.org", role="moderator", command=pct_110))
    assert decide_comment(client, comment, action="approve").status_code == 401
    assert decide_comment(elsewhere, comment, action="approve").status_code == 403
    assert decide_comment(elsewhere, comment, slug="pct-110", action="approve").status_code == 404


def test_there_are_rules_to_screen_under(db):
    assert Rule.objects.filter(number__in=[1, 2]).count() == 2


def test_a_page_of_decisions_costs_the_same_on_a_full_board(
    moderator, pct_109, django_assert_max_num_queries
):
    many_ideas(pct_109, 50)
    idea = a_waiting_idea(pct_109)
    with django_assert_max_num_queries(20):
        decide(moderator, idea, action="approve")
