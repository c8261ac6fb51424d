"""Following an issue, a topic, a place, a command: without an account and without a script."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from ideas.models import Follow, Idea, Topic
from ideas.notices import following
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import set_status
from tests.ideas.factory import an_idea
from tests.ideas.notices import participant_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
PAGE = "/following/"
ADD = "/following/add/"
LATITUDE, LONGITUDE = 40.76312, -73.83061


@pytest.fixture
def neighbor():
    return Client()


def add(client, kind, **fields):
    return client.post(ADD, {"kind": kind} | fields)


def follows():
    return list(Follow.objects.values_list("kind", flat=True))


def test_an_issue_is_followed_and_stopped_from_its_own_page(neighbor, pct_109):
    idea = an_idea(pct_109)
    answer = add(neighbor, "idea", command="pct-109", idea=idea.pk)
    assert (answer.status_code, answer.url) == (302, idea.get_absolute_url())
    page = neighbor.get(idea.get_absolute_url()).content.decode()
    assert "You follow this issue" in page
    neighbor.post("/following/idea/stop/", {"command": "pct-109", "idea": idea.pk})
    assert follows() == []
    assert "Follow this issue" in neighbor.get(idea.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["街灯", "-1", "follow", "\x00", "https://evil.example/", "//evil.example"]
)
@pytest.mark.parametrize(
    ("fields", "here"),
    [
        ({"kind": "command", "command": "pct-109"}, "/pct-109/"),
        ({"kind": "place", "latitude": LATITUDE, "longitude": LONGITUDE, "radius_m": 500}, PAGE),
    ],
)
def test_what_is_no_page_of_ours_leads_nowhere(neighbor, pct_109, fields, here, elsewhere):
    answer = neighbor.post(ADD, fields | {"next": elsewhere})
    assert (answer.status_code, answer.url) == (302, here)
    assert follows() == [fields["kind"]]


@pytest.mark.parametrize("command", ["", "pct-999", "pct-109\x00", "街灯", "x" * 1_000_000])
def test_a_command_that_there_is_not_is_not_followed(neighbor, pct_109, command):
    assert add(neighbor, "command", command=command).status_code == 404
    assert add(neighbor, "idea", command=command, idea=1).status_code == 404
    assert follows() == []


def test_everything_is_listed_with_its_name(neighbor, pct_109):
    idea, topic = an_idea(pct_109, title="A dark corner"), Topic.objects.first()
    add(neighbor, "idea", command="pct-109", idea=idea.pk)
    add(neighbor, "command", command="pct-109")
    add(neighbor, "topic", topic=topic.slug)
    add(neighbor, "place", latitude=LATITUDE, longitude=LONGITUDE, radius_m=2000)
    page = neighbor.get(PAGE).content.decode()
    for words in ("A dark corner", "109th Precinct", topic.name, "Within 2000 m", "In the whole city"):
        assert words in page
    assert len(follows()) == 4
    pk = Follow.objects.get(kind="command").pk
    assert neighbor.post(f"{PAGE}{pk}/stop/").status_code == 302
    assert len(follows()) == 3


def test_a_place_is_kept_to_within_a_hundred_meters(neighbor, pct_109):
    add(neighbor, "place", latitude=LATITUDE, longitude=LONGITUDE, radius_m=500)
    row = Follow.objects.get()
    assert (row.latitude, row.longitude, row.radius_m) == (40.763, -73.831, 500)


def test_the_same_place_again_changes_how_far(neighbor, pct_109):
    for radius in (500, 3000):
        add(neighbor, "place", latitude=LATITUDE, longitude=LONGITUDE, radius_m=radius)
    assert Follow.objects.get().radius_m == 3000


def test_a_point_can_be_typed(neighbor, pct_109):
    add(neighbor, "place", address=f"{LATITUDE}, {LONGITUDE}", radius_m=1000)
    assert Follow.objects.get().latitude == 40.763


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"radius_m": "499"}, "500 to 3,000 m"),
        ({"radius_m": "3001"}, "500 to 3,000 m"),
        ({"radius_m": "far"}, "500 to 3,000 m"),
        ({"radius_m": "9" * 400}, "500 to 3,000 m"),
        ({"radius_m": ""}, "Choose how far around"),
        ({"latitude": "nan", "address": ""}, "Type an address"),
        ({"latitude": "51.5", "address": ""}, "Type an address"),
        ({"latitude": "", "longitude": "", "address": "11354"}, "a whole area"),
        ({"latitude": "", "longitude": "", "address": "nowhere street"}, "cannot be looked up"),
        ({"latitude": "", "longitude": "", "address": "شارع 😀"}, "cannot be looked up"),
        ({"latitude": "", "longitude": "", "address": "x" * 1000}, "at most 200"),
        ({"latitude": "", "longitude": "", "address": "a\x00b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(neighbor, pct_109, fields, error):
    sent = {"latitude": LATITUDE, "longitude": LONGITUDE, "radius_m": 1000, "address": "Main St"} | fields
    answer = add(neighbor, "place", **sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert error in page
    assert sent["address"].replace("\x00", "")[:20] in page.replace("\x00", "")
    assert follows() == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Choose a topic"),
        ({"topic": "no-such"}, "There is no such topic"),
        ({"topic": "x\x00"}, "Null characters"),
        ({"topic": "lighting", "command": "pct-999"}, "There is no such command"),
    ],
)
def test_a_topic_that_there_is_not(neighbor, pct_109, fields, error):
    answer = add(neighbor, "topic", **fields)
    assert answer.status_code == 422
    assert error in answer.content.decode() or "no such topic" in answer.content.decode()
    assert follows() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "idea", "command": "pct-109", "idea": "0"},
        {"kind": "idea", "command": "pct-109", "idea": "9" * 30},
        {"kind": "idea", "command": "pct-109", "idea": "x"},
        {"kind": "idea", "command": "nowhere", "idea": "1"},
        {"kind": "command", "command": "nowhere"},
        {"kind": "everything"},
        {},
    ],
)
def test_what_there_is_not_cannot_be_followed(neighbor, pct_109, fields):
    assert neighbor.post(ADD, fields).status_code == 404
    assert Participant.objects.count() == 0


def test_another_commands_issue_is_not_here(neighbor, pct_109, pct_110):
    assert add(neighbor, "idea", command="pct-109", idea=an_idea(pct_110).pk).status_code == 404


@pytest.mark.parametrize("status", ["waiting", "screened", "withdrawn"])
def test_what_is_not_public_cannot_be_followed_and_shows_no_title(neighbor, pct_109, status):
    idea = an_idea(pct_109, title="Something secret")
    add(neighbor, "idea", command="pct-109", idea=idea.pk)
    set_status(idea, status)
    page = neighbor.get(PAGE).content.decode()
    assert "Something secret" not in page
    assert "not public any more" in page
    assert add(Client(), "idea", command="pct-109", idea=idea.pk).status_code == 404


def test_another_ones_follow_cannot_be_stopped(neighbor, pct_109):
    add(neighbor, "command", command="pct-109")
    pk = Follow.objects.get().pk
    other = Client()
    add(other, "command", command="pct-110")
    assert other.post(f"{PAGE}{pk}/stop/").status_code == 404
    assert Client().post(f"{PAGE}{pk}/stop/").status_code == 404
    assert len(follows()) == 2
    assert [neighbor.post(f"{PAGE}{pk}/stop/").status_code for _twice in range(2)] == [302, 302]


def test_nobody_follows_more_than_anybody_reads(neighbor, pct_109, monkeypatch):
    monkeypatch.setattr(following, "MOST", 2)
    ideas = [an_idea(pct_109, title=f"Issue {n}") for n in range(3)]
    for idea in ideas:
        answer = add(neighbor, "idea", command="pct-109", idea=idea.pk)
    assert answer.url == PAGE
    assert "as many as there can be" in neighbor.get(PAGE).content.decode()
    assert len(follows()) == 2
    # What one follows already is no more.
    assert add(neighbor, "idea", command="pct-109", idea=ideas[0].pk).url == ideas[0].get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_follows_once(pct_109):
    person = Participant.objects.create()
    idea = an_idea(pct_109)
    answers = at_once(*[lambda: following.follow_idea(participant=person, idea=idea)] * 4)
    assert answers == [None] * 4
    assert len(follows()) == 1


def test_signing_in_brings_what_was_followed_and_nothing_twice(neighbor, pct_109, make_user):
    user = make_user("resident@example.org")
    mine = Participant.objects.create(user=user)
    following.follow_command(participant=mine, command=pct_109)
    add(neighbor, "command", command="pct-109")
    add(neighbor, "place", latitude=LATITUDE, longitude=LONGITUDE, radius_m=500)
    neighbor.post("/accounts/login/", {"login": "resident@example.org", "password": "engage-tests"})
    assert participant_of(neighbor) == mine
    assert sorted(Follow.objects.filter(participant=mine).values_list("kind", flat=True)) == [
        "command",
        "place",
    ]
    assert Follow.objects.exclude(participant=mine).count() == 0


def test_the_database_takes_no_circle_that_is_too_large(pct_109):
    person = Participant.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(participant=person, kind="place", latitude=1, longitude=1, radius_m=3001)


def test_more_follows_cost_no_more_queries(neighbor, pct_109, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as seen:
            neighbor.get(PAGE)
        return len(seen)

    add(neighbor, "idea", command="pct-109", idea=an_idea(pct_109).pk)
    few = queries()
    for number in range(6):
        add(neighbor, "idea", command="pct-109", idea=an_idea(pct_109, title=f"Issue {number}").pk)
    assert queries() == few


def test_an_issues_place_is_followed_with_one_button(neighbor, pct_109):
    idea = an_idea(pct_109, latitude=LATITUDE, longitude=LONGITUDE)
    page = neighbor.get(idea.get_absolute_url()).content.decode()
    assert "Follow what is within 500 m" in page
    assert f'name="latitude" value="{LATITUDE}"' in page
    with tenancy.enter(pct_109):
        Idea.objects.update(latitude=None, longitude=None)
    assert "within 500 m" not in neighbor.get(idea.get_absolute_url()).content.decode()
