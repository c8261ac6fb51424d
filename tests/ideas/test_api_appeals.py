"""Appeals over the API: the same verb, the same refusals."""

import json

import pytest
from django.test import Client

from precincts.models import Membership
from tests.ideas.appeals import WHY, a_screened_comment, a_screened_idea, appeals, now

pytestmark = pytest.mark.django_db


def post(client, path, data):
    return client.post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")


def address(item):
    kind = "ideas" if hasattr(item, "title") else "comments"
    return f"commands/pct-109/{kind}/{item.pk}/appeals/"


def decision(appeal):
    return f"appeals/{appeal.command.slug}/{appeal.pk}/decision/"


@pytest.fixture
def reviewer(staff):
    return staff("reviewer")


@pytest.fixture(params=["idea", "comment"])
def screened(request, pct_109, moderator):
    make = a_screened_idea if request.param == "idea" else a_screened_comment
    return make(pct_109, moderator.user)


def test_its_author_appeals_once(screened):
    item, author = screened
    answer = post(author, address(item), {"text": WHY})
    assert answer.status_code == 201
    assert {"text": WHY, "rule": 4, "edition": 1, "outcome": "open"}.items() <= answer.json().items()
    assert post(author, address(item), {"text": WHY}).json()["id"] == answer.json()["id"]
    assert post(author, address(item), {"text": "Other words."}).status_code == 409
    assert len(appeals(item.command)) == 1


def test_nobody_else_does(screened, moderator, reviewer):
    item, _author = screened
    for other in (Client(), moderator, reviewer):
        assert post(other, address(item), {"text": WHY}).status_code == 404


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": "x" * 2001}, {"text": "\x00"}, {"text": None}])
def test_what_cannot_be_taken_is_pointed_at(screened, data):
    item, author = screened
    answer = post(author, address(item), data)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/text"


def test_headquarters_lists_and_decides(screened, reviewer):
    item, author = screened
    post(author, address(item), {"text": WHY})
    [waiting] = reviewer.get("/api/v1/appeals/").json()["results"]
    assert waiting["text"] == WHY
    assert waiting["due_at"] > waiting["created_at"]
    answer = post(
        reviewer, decision(appeals(item.command)[0]), {"outcome": "overturned", "reason": "A corner."}
    )
    assert answer.status_code == 201
    assert answer.json()["outcome"] == "overturned"
    assert now(item).status in ("spoken", "shown")
    assert reviewer.get("/api/v1/appeals/").json()["results"] == []
    assert len(reviewer.get("/api/v1/appeals/?decided=true").json()["results"]) == 1


def test_a_page_of_the_list_leads_to_the_next(pct_109, pct_110, moderator, reviewer):
    for command in (pct_109, pct_110, pct_109):
        idea, author = a_screened_idea(command, moderator.user)
        post(author, f"commands/{command.slug}/ideas/{idea.pk}/appeals/", {"text": WHY})
    first = reviewer.get("/api/v1/appeals/?limit=2").json()
    assert len(first["results"]) == 2
    second = reviewer.get(first["next"]).json()
    assert len(second["results"]) == 1
    assert second["next"] is None
    assert reviewer.get("/api/v1/appeals/?cursor=nonsense").status_code == 400


def test_who_screened_and_who_comes_second_are_refused(pct_109, moderator, reviewer):
    Membership.objects.create(user=moderator.user, role="reviewer")
    idea, author = a_screened_idea(pct_109, moderator.user)
    post(author, address(idea), {"text": WHY})
    [made] = appeals(pct_109)
    data = {"outcome": "upheld", "reason": "It says a house number."}
    assert post(moderator, decision(made), data).status_code == 403
    assert post(reviewer, decision(made), data).status_code == 201
    late = post(reviewer, decision(made), {**data, "outcome": "overturned"})
    assert late.status_code == 409
    assert late.json()["outcome"] == "upheld"


@pytest.mark.parametrize(
    "data", [{"outcome": "open", "reason": "Why"}, {"outcome": "upheld", "reason": " "}, {}]
)
def test_a_decision_needs_its_reason(pct_109, moderator, reviewer, data):
    idea, author = a_screened_idea(pct_109, moderator.user)
    post(author, address(idea), {"text": WHY})
    assert post(reviewer, decision(appeals(pct_109)[0]), data).status_code == 400
    assert appeals(pct_109)[0].outcome == "open"
