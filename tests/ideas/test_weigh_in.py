"""Weighing in: one card at a time, under-seen ones more often, and each only once."""

import re
from collections import Counter

import pytest
from django.test import Client

from ideas.models import Idea, Vote
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote

pytestmark = pytest.mark.django_db
PATH = "/pct-109/weigh-in/"


def card(response):
    """The card's idea and what the form carries of those before it; or nothing."""
    page = response.content.decode()
    assert response.status_code == 200
    found = re.search(r'name="idea"\s+value="(\d+)"', page)
    seen = re.search(r'name="seen"\s+value="([\d,]*)"', page)
    return (int(found[1]), seen[1]) if found else None


def answer(client, shown, value):
    pk, seen = shown
    return client.post(PATH, {"idea": pk, "seen": seen, "value": value})


def votes(command):
    with tenancy.enter(command):
        return sorted(Vote.objects.values_list("idea", "value"))


def test_every_card_comes_once_and_then_there_are_none(client, pct_109):
    ideas = {idea.pk for idea in many_ideas(pct_109, 12)}
    seen, response = [], client.get(PATH)
    for value in ["1", "-1", ""] * 4:
        shown = card(response)
        seen.append((shown[0], value))
        response = answer(client, shown, value)
    assert card(response) is None
    assert "You have seen them all" in response.content.decode()
    assert {pk for pk, _value in seen} == ideas
    assert votes(pct_109) == sorted((pk, int(value)) for pk, value in seen if value)


def test_what_was_voted_on_does_not_come_again(client, pct_109):
    many_ideas(pct_109, 2)
    first = card(client.get(PATH))
    answer(client, first, "1")
    for _ in range(8):
        assert card(client.get(PATH))[0] != first[0]


def test_ones_own_issues_do_not_come(client, pct_109):
    other = an_idea(pct_109)
    client.post(f"/pct-109/ideas/{other.pk}/vote/", {"value": 1})
    an_idea(pct_109, participant=Participant.objects.get())
    assert card(client.get(PATH)) is None
    assert card(Client().get(PATH)) is not None


@pytest.mark.parametrize(
    ("status", "comes"),
    [
        ("waiting", False),
        ("spoken", True),
        ("heard", True),
        ("acting", True),
        ("acted", False),
        ("referred", False),
        ("merged", False),
        ("screened", False),
        ("withdrawn", False),
    ],
)
def test_only_what_is_open_comes(client, pct_109, status, comes):
    an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    assert (card(client.get(PATH)) is not None) is comes


def test_nothing_of_another_command_comes_or_is_voted_on(client, pct_109, pct_110):
    theirs = an_idea(pct_110)
    assert card(client.get(PATH)) is None
    answer(client, (theirs.pk, ""), "1")
    assert votes(pct_110) == []


def test_under_seen_ideas_come_more(pct_109):
    """Of two ideas, one with nine votes: it should be drawn one time in eleven."""
    popular, fresh = many_ideas(pct_109, 2)
    for _ in range(9):
        vote(popular)
    drawn = Counter(card(Client().get(PATH))[0] for _ in range(60))
    assert drawn[fresh.pk] > 40  # by chance once in a million runs not
    assert drawn[popular.pk] + drawn[fresh.pk] == 60


def test_the_draw_is_fair_among_equals(pct_109):
    ideas = many_ideas(pct_109, 3)
    drawn = Counter(card(Client().get(PATH))[0] for _ in range(60))
    assert all(drawn[idea.pk] > 2 for idea in ideas)


def test_an_idea_closed_meanwhile_is_told_and_the_next_one_comes(client, pct_109):
    first, second = many_ideas(pct_109, 2)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=first.pk).update(status="merged")
    response = answer(client, (first.pk, ""), "1")
    assert "closed a moment ago" in response.content.decode()
    assert card(response)[0] == second.pk
    assert votes(pct_109) == []


def test_a_waiting_idea_cannot_be_voted_on_by_its_number(client, pct_109):
    idea = a_waiting_idea(pct_109)
    assert answer(client, (idea.pk, ""), "1").status_code == 200
    assert votes(pct_109) == []


@pytest.mark.parametrize(
    ("idea", "seen", "value"),
    [
        ("x", "x,,y", "1"),
        ("", "", ""),
        ("9" * 400, "9" * 400, "1"),
        ("-1", "-1,-2", "1"),
        ("0", "0", "1"),
        ("999999999999999999", "999999999999999999", "-1"),
        ("٣", "٣", "1"),
        ("1\x00", "\x00", "1"),
        ("1.5", "1.5", "1"),
        ("", ",".join(map(str, range(5000))), "1"),
    ],
)
def test_nonsense_is_passed_over(client, pct_109, idea, seen, value):
    an_idea(pct_109)
    response = client.post(PATH, {"idea": idea, "seen": seen, "value": value})
    assert response.status_code == 200
    assert votes(pct_109) == []
    if "\x00" not in seen:
        assert client.get(PATH, {"seen": seen}).status_code == 200


@pytest.mark.parametrize("value", ["2", "0", "up", "1 "])
def test_an_answer_that_is_none_is_a_skip(client, pct_109, value):
    first, second = many_ideas(pct_109, 2)
    assert card(answer(client, (first.pk, ""), value))[0] == second.pk
    assert votes(pct_109) == []


def test_without_a_script_the_page_is_whole_and_not_kept(client, pct_109):
    an_idea(pct_109, title="Dark <lamp>")
    response = client.get(PATH)
    assert "Dark &lt;lamp&gt;" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert client.put(PATH).status_code == 405


def test_too_many_votes_are_told(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"vote": "1/hour"}
    many_ideas(pct_109, 2)
    answer(client, card(client.get(PATH)), "1")
    assert answer(client, card(client.get(PATH)), "1").status_code == 429
    assert len(votes(pct_109)) == 1
