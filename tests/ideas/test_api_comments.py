"""Comments through the API: one level deep, and reviewed before they are shown."""

from __future__ import annotations

import pytest
from django.test import Client

from ideas.models import Comment, Idea, Status
from precincts import tenancy
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db


def address(idea):
    return f"/api/v1/commands/{idea.command.slug}/ideas/{idea.pk}/comments/"


def say(client, idea, body="Sundays too.", **more):
    return client.post(address(idea), {"body": body, **more}, content_type="application/json")


def show(idea, response):
    """As the moderator does."""
    with tenancy.enter(idea.command_id):
        Comment.objects.filter(pk=response.json()["id"]).update(status="shown")


def bodies(client, idea):
    return [comment["body"] for comment in client.get(address(idea)).json()["results"]]


def test_a_comment_waits_and_only_its_writer_sees_it(client, pct_109):
    idea = an_idea(pct_109)
    response = say(client, idea)
    assert response.status_code == 201
    assert response.json()["status"] == "waiting"
    assert bodies(client, idea) == ["Sundays too."]
    assert bodies(Client(), idea) == []
    show(idea, response)
    assert bodies(Client(), idea) == ["Sundays too."]


def test_an_answer_to_an_answer_hangs_under_the_first(client, pct_109):
    idea = an_idea(pct_109)
    first = say(client, idea, "First")
    show(idea, first)
    second = say(client, idea, "Second", parent=first.json()["id"])
    assert second.json()["parent"] == first.json()["id"]
    show(idea, second)
    third = say(client, idea, "Third", parent=second.json()["id"])
    assert third.json()["parent"] == first.json()["id"]


def test_the_command_itself_is_shown_at_once(client, pct_109, make_user):
    idea = an_idea(pct_109)
    client.force_login(make_user(role="commander", command=pct_109))
    made = say(client, idea, "We will be there on Friday.").json()
    assert (made["official"], made["status"]) == (True, "shown")


def test_nobody_can_answer_what_is_not_there(client, pct_109):
    idea, other = an_idea(pct_109), an_idea(pct_109)
    elsewhere = say(client, other)
    show(other, elsewhere)
    for parent in (elsewhere.json()["id"], say(client, idea).json()["id"], 2**70, 0, "x", True):
        response = say(client, idea, parent=parent)
        assert response.status_code == 400, parent
        assert response.json()["errors"][0]["pointer"] == "#/parent"


@pytest.mark.parametrize("body", ["", "   ", None, True, "x" * 2001, "a \x00 b"])
def test_a_comment_needs_words(client, pct_109, body):
    response = say(client, an_idea(pct_109), body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/body"


def test_a_closed_issue_takes_no_comments(client, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=idea.pk).update(status=Status.MERGED)
    assert say(client, idea).status_code == 409


def test_who_may_not_comment_is_told_what_would_help(client, pct_109):
    idea = an_idea(pct_109)
    pct_109.who_may_comment = "verified"
    pct_109.save()
    response = say(client, idea)
    assert (response.status_code, response.json()["requires"]) == (403, "verified")


def test_pages_follow_each_other(client, pct_109, django_assert_max_num_queries):
    idea = an_idea(pct_109)
    for n in range(7):
        say(client, idea, f"Comment {n}")
    seen, url = [], address(idea) + "?limit=3"
    while url:
        with django_assert_max_num_queries(9):
            page = client.get(url).json()
        seen += [comment["body"] for comment in page["results"]]
        url = page["next"]
    assert seen == [f"Comment {n}" for n in range(7)]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIyMDI2IiwiY29tbWVudCIsMV0", "é"])
def test_a_made_up_cursor_is_refused(client, pct_109, cursor):
    response = client.get(address(an_idea(pct_109)), {"cursor": cursor})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "cursor"


def test_another_commands_idea_has_no_comments_here(client, pct_110):
    idea = an_idea(pct_110)
    url = address(idea).replace("pct-110", "pct-109")
    assert client.get(url).status_code == 404
    assert client.post(url, {"body": "Hello"}, content_type="application/json").status_code == 404
