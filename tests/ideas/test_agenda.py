"""The agenda: from votes, and no street, no topic and no loud week fills it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from ideas import agenda
from ideas.models import Idea, Precision, Status, Topic, Vote
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import set_status
from tests.ideas.factory import an_idea, many_ideas

pytestmark = pytest.mark.django_db
AGENDA = "/pct-109/agenda/"


def titles(client, url=AGENDA):
    """What the agenda lists; and what waits longest."""
    response = client.get(url)
    assert response.status_code == 200
    page = response.content.decode()
    parts = page.split("agenda__longest")
    return [
        [unescape(one) for one in re.findall(r"<h3[^>]*>\s*<a[^>]*>([^<]*)</a>", part)] for part in parts[:2]
    ]


@pytest.fixture
def neighbors(db):
    return Participant.objects.bulk_create(Participant() for _n in range(120))


@pytest.fixture
def voted(pct_109, neighbors):
    """voted("Title", {0: 12, 7: 3}): an idea with so many votes, so many days ago."""

    def make(title, votes, days=None, **fields):
        idea = an_idea(pct_109, title=title, **fields)
        people, now = iter(neighbors), timezone.now()
        with tenancy.enter(pct_109):
            for ago, number in votes.items():
                made = Vote.objects.bulk_create(
                    Vote(idea=idea, participant=next(people), value=1 if number > 0 else -1)
                    for _n in range(abs(number))
                )
                Vote.objects.filter(pk__in=[one.pk for one in made]).update(
                    created_at=now - timedelta(days=ago)
                )
            published = now - timedelta(days=max(votes) if days is None else days)
            Idea.objects.filter(pk=idea.pk).update(published_at=published)
        return idea

    return make


def test_an_empty_board_says_so(client, moderator, pct_109):
    assert titles(client) == [[]]
    assert "Nothing has votes yet" in client.get(AGENDA).content.decode()
    assert "Nothing has votes yet" in moderator.get("/pct-109/desk/agenda/").content.decode()


def test_one_idea(client, voted):
    voted("The only one", {3: 1})
    assert titles(client) == [["The only one"]]


def test_what_nobody_voted_for_only_waits(client, pct_109):
    an_idea(pct_109, title="Without a vote")
    assert titles(client) == [[], ["Without a vote"]]


def test_most_votes_first_where_nothing_else_differs(client, voted):
    for number in (2, 9, 5):
        voted(f"{number} votes", {2: number})
    assert titles(client)[0] == ["9 votes", "5 votes", "2 votes"]


def test_one_loud_week_does_not_bury_what_is_wanted_for_months(client, voted):
    voted("A loud week", {3: 40})
    voted("Every week for ten", {7 * week + 3: 3 for week in range(10)})
    assert titles(client)[0] == ["Every week for ten", "A loud week"]


def test_one_street_does_not_fill_it(client, voted):
    for n in range(20):
        voted(f"Main Street {n}", {2: 30}, place=f"{100 + n} Main Street & {n} Av")
    for n in range(4):
        voted(f"Elsewhere {n}", {2: 9}, place=f"{n} Other{n} Road")
    first = titles(client)[0]
    assert first[0].startswith("Main Street")
    assert sum(title.startswith("Elsewhere") for title in first) == 4


def test_one_corner_does_not_fill_it(client, voted):
    for n in range(12):
        voted(f"Corner {n}", {2: 30}, latitude=40.76 + n / 50_000, longitude=-73.83)
    for n in range(4):
        voted(f"Elsewhere {n}", {2: 9}, latitude=40.75 - n / 100, longitude=-73.80)
    assert sum(title.startswith("Elsewhere") for title in titles(client)[0]) == 4


def test_one_topic_does_not_fill_it(client, voted):
    noise, parks = Topic.objects.get(slug="noise"), Topic.objects.get(slug="parks")
    for n in range(12):
        voted(f"Noise {n}", {2: 20}, topic=noise)
    voted("A park", {2: 6}, topic=parks)
    assert "A park" in titles(client)[0]


def test_what_is_more_against_than_for_is_not_on_it(client, voted):
    voted("Disputed", {2: -9})
    assert titles(client) == [[]]


@pytest.mark.parametrize("status", ["waiting", "acted", "cannot", "referred", "merged", "screened", "moved"])
def test_only_what_is_open(client, voted, status):
    set_status(voted("Closed", {2: 9}), status)
    assert titles(client) == [[]]


@pytest.mark.parametrize("status", ["spoken", "heard", "acting"])
def test_all_that_is_open(client, voted, status):
    set_status(voted("Open", {2: 9}), status)
    assert titles(client)[0] == ["Open"]
    assert str(Status(status).label) in client.get(AGENDA).content.decode()


def test_what_waits_longest_is_beside_it_oldest_first(client, voted):
    for n in range(agenda.CHOSEN):
        voted(f"Wanted {n}", {2: 20})
    for days in (30, 200, 90):
        voted(f"For {days} days", {2: 1}, days=days)
    set_status(voted("Heard", {2: 1}, days=300), "heard")
    first, longest = titles(client)
    assert not set(first) & set(longest)
    assert longest == ["For 200 days", "For 90 days", "For 30 days"]


def test_another_commands_are_not_on_it(client, pct_110):
    an_idea(pct_110, title="Of the 110th")
    assert titles(client) == [[]]


# What it shows


def test_the_map_has_its_numbers_and_guesses_are_not_on_it(client, voted):
    voted("Here", {2: 9}, latitude=40.7596, longitude=-73.8303)
    voted("There", {2: 8}, latitude=40.7800, longitude=-73.8000)
    guess = voted("Somewhere", {2: 7}, latitude=40.77, longitude=-73.81)
    with tenancy.enter(guess.command_id):
        Idea.objects.filter(pk=guess.pk).update(precision=Precision.AREA)
    page = client.get(AGENDA).content.decode()
    assert re.findall(r'<text text-anchor="middle" y="4">(\d)</text>', page) == ["1", "2"]
    assert 'class="agenda__area" d="M' in page


def test_there_is_no_map_without_a_place(client, voted):
    voted("Nowhere", {2: 9})
    assert "agenda__area" not in client.get(AGENDA).content.decode()


def test_a_command_without_an_outline_has_its_dots(client):
    from precincts.models import Command

    psa = Command.objects.get(slug="psa-6")
    idea = an_idea(psa, title="The lock", latitude=40.8129, longitude=-73.9469)
    with tenancy.enter(psa):
        Vote.objects.create(idea=idea, participant=Participant.objects.create(), value=1)
    assert "agenda__dot" in client.get("/psa-6/agenda/").content.decode()


def test_the_code_leads_to_the_board(client, settings):
    settings.BASE_URL = "https://engage.example"
    page = client.get(AGENDA).content.decode()
    assert "QR code to the board: https://engage.example/pct-109/ideas/" in page
    assert "<style" not in page and ' style="' not in page


def test_at_the_desk_entries_open_on_the_desk(moderator, client, voted):
    idea = voted("Cars race", {2: 9})
    assert f'href="/pct-109/desk/ideas/{idea.pk}/"' in moderator.get("/pct-109/desk/agenda/").content.decode()
    assert "/desk/ideas/" not in client.get(AGENDA).content.decode()


# How much it asks


def test_a_thousand_ideas_take_the_same_few_queries(
    client, pct_109, voted, django_assert_max_num_queries, django_assert_num_queries
):
    voted("First", {2: 9}, latitude=40.7596, longitude=-73.8303)
    voted("Second", {3: 2})
    client.get(AGENDA)
    with django_assert_max_num_queries(12) as few:
        client.get(AGENDA)
    ideas = many_ideas(pct_109, 1000, latitude=40.76, longitude=-73.83)
    someone = Participant.objects.create()
    with tenancy.enter(pct_109):
        Vote.objects.bulk_create(Vote(idea=idea, participant=someone, value=1) for idea in ideas)
    with django_assert_num_queries(len(few.captured_queries)):
        first, longest = titles(client)
    assert (len(first), len(longest)) == (agenda.CHOSEN, agenda.WAITING)


def test_for_machines(client, voted):
    voted("Cars race", {2: 9})
    found = client.get("/api/v1/commands/pct-109/agenda/").json()
    assert [idea["title"] for idea in found["first"]] == ["Cars race"]
    assert found["longest"] == []


@pytest.mark.parametrize(
    ("place", "streets"),
    [
        ("133-20 Kissena Blvd & 45 Av", {"kissena blvd", "45 av"}),
        ("Main Street between 38th and 39th Avenue", {"main street", "38th", "39th avenue"}),
        ("", set()),
        ("缅街", set()),
        ("Corner of Union St at Northern Blvd.", {"union st", "northern blvd"}),
    ],
)
def test_the_streets_of_a_place(place, streets):
    assert agenda.streets_of(place) == streets
