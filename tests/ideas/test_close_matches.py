"""Already raised? Open ideas whose title says much the same as a text."""

import pytest

from ideas import finding
from ideas.models import Idea
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote

pytestmark = pytest.mark.django_db


def matches(command, text, participant=None):
    with tenancy.enter(command):
        return [idea.title for idea in finding.close_matches(text, participant)]


@pytest.mark.parametrize(
    "text",
    [
        "Cars race on Kissena Boulevard at night",
        "cars racing on kissena blvd — every NIGHT!",
        "At night there is racing: a car after the other, Kissena.",
        "KISSENA: CARS RACE",
    ],
)
def test_the_same_in_other_words(pct_109, text):
    an_idea(pct_109, title="Cars race at night on Kissena")
    assert matches(pct_109, text) == ["Cars race at night on Kissena"]


@pytest.mark.parametrize(
    "text",
    [
        "The lamp is dark.",
        "Cars",
        "night night night",
        "on at the",
        "",
        "   ",
        "Too little light at night in the park.",
    ],
)
def test_something_else(pct_109, text):
    an_idea(pct_109, title="Cars race at night on Kissena")
    assert matches(pct_109, text) == []


def test_a_title_of_one_word_matches_nothing(pct_109):
    """Half of the words of such a title is any text that has it."""
    an_idea(pct_109, title="Noise")
    assert matches(pct_109, "Noise of the noise all night") == []


def test_the_closest_come_first_and_three_at_most(pct_109):
    an_idea(pct_109, title="Dark lamp on Main Street, corner of Elm, opposite the school")
    an_idea(pct_109, title="Dark lamp on Main Street")
    for n in range(4):
        an_idea(pct_109, title=f"Dark lamp number {n}")
    found = matches(pct_109, "A dark lamp on Main Street")
    assert len(found) == 3
    assert found[0] == "Dark lamp on Main Street"


def test_only_what_is_open(pct_109, pct_110):
    a_waiting_idea(pct_109, title="Dark lamp on Main Street")
    an_idea(pct_110, title="Dark lamp on Main Street")
    for status, seen in [
        ("spoken", 1),
        ("heard", 1),
        ("acting", 1),
        ("acted", 0),
        ("referred", 0),
        ("merged", 0),
    ]:
        idea = an_idea(pct_109, title="Dark lamp on Main Street")
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(status=status)
        assert len(matches(pct_109, "A dark lamp on Main Street")) == seen, status
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).delete()


def test_ones_own_vote_is_known(pct_109):
    idea, me = an_idea(pct_109, title="Dark lamp on Main Street"), Participant.objects.create()
    vote(idea, 1, me)
    with tenancy.enter(pct_109):
        [found] = finding.close_matches("dark lamp main street", me)
        assert found.my_vote == 1
        [found] = finding.close_matches("dark lamp main street")
        assert found.my_vote == 0


@pytest.mark.parametrize(
    "text",
    [
        "!!! & | ( :* <-> ' \" \\ dark lamp",
        "dark & lamp | main:* <-> street",
        "路灯坏了 주차 문제 مصباح",
        "²³½ ٣٤٥ ⅷⅷⅷ",
        "dark " * 1000 + "lamp",
        "x" * 100_000,
        "\u202edark lamp\u202c",
        "a1 b2 c3",
        "_____ ____",
    ],
    ids=lambda text: text[:12],
)
def test_no_text_breaks_the_search(pct_109, text):
    many_ideas(pct_109, 3)
    an_idea(pct_109, title="Dark lamp on Main Street")
    assert set(matches(pct_109, text)) <= {"Dark lamp on Main Street"}
