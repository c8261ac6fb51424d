"""Voting through the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from ideas.models import Idea, Status, Vote
from precincts import tenancy
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def put(client, idea, value, slug="pct-109"):
    return client.put(
        f"/api/v1/commands/{slug}/ideas/{idea.pk}/vote/", {"value": value}, content_type="application/json"
    )


def test_up_down_and_back(client, pct_109):
    idea = an_idea(pct_109)
    assert put(client, idea, 1).json() == {"score": 1, "up": 1, "down": 0, "value": 1}
    assert put(client, idea, 1).json() == {"score": 1, "up": 1, "down": 0, "value": 1}
    assert put(client, idea, -1).json() == {"score": -1, "up": 0, "down": 1, "value": -1}
    assert put(client, idea, 0).json() == {"score": 0, "up": 0, "down": 0, "value": 0}


def test_one_vote_each(client, pct_109):
    idea = an_idea(pct_109)
    put(client, idea, 1)
    assert put(Client(), idea, 1).json() == {"score": 2, "up": 2, "down": 0, "value": 1}
    assert client.get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()["value"] == 1


@pytest.mark.parametrize("value", [2, -2, True, False, "1", 1.0, 0.5, None, [1], {"value": 1}, 10**30])
def test_a_vote_is_a_whole_number_of_three(client, pct_109, value):
    idea = an_idea(pct_109)
    response = put(client, idea, value)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/value"
    with tenancy.enter(pct_109):
        assert not Vote.objects.exists()


def test_a_closed_issue_takes_no_votes(client, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=idea.pk).update(status=Status.MERGED)
    response = put(client, idea, 1)
    assert response.status_code == 409
    assert response.json()["idea_status"] == "merged"


def test_what_is_not_on_the_board_is_not_found(client, pct_109, pct_110):
    assert put(client, a_waiting_idea(pct_109), 1).status_code == 404
    assert put(client, an_idea(pct_110), 1).status_code == 404


def test_who_may_not_vote_is_told_what_would_help(client, pct_109):
    idea = an_idea(pct_109)
    pct_109.who_may_vote = "home_zip"
    pct_109.save()
    response = put(client, idea, 1)
    assert response.status_code == 403
    assert response.json()["requires"] == "home_zip"


def test_only_put_votes(client, pct_109):
    idea = an_idea(pct_109)
    response = client.get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/vote/")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db(transaction=True)
def test_votes_at_once_are_all_counted(pct_109):
    idea = an_idea(pct_109)
    same = Client()
    put(same, idea, 1)

    def click(number):
        try:
            client = same if number % 2 else Client()
            return put(client, idea, -1 if number % 4 == 1 else 1).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(click, range(16))) == {200}
    with tenancy.enter(pct_109):
        votes = list(Vote.objects.values_list("value", flat=True))
        found = Idea.objects.get()
    assert len(votes) == 9
    assert (found.up, found.down) == (votes.count(1), votes.count(-1))
