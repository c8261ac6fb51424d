"""The API's board: reading it, and raising an issue."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings

from ideas.models import Idea, Status, Topic
from precincts import tenancy
from precincts.models import Participant, PersonalToken
from precincts.participants import COOKIE
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote

IDEAS = "/api/v1/commands/pct-109/ideas/"
TEXT = {"body": "The lamp at the corner has been dark for a month. Kids walk home there."}

pytestmark = pytest.mark.django_db


def titles(response):
    assert response.status_code == 200, response.content
    return [idea["title"] for idea in response.json()["results"]]


def raise_issue(client, **changes):
    headers = changes.pop("headers", None)
    return client.post(IDEAS, TEXT | changes, content_type="application/json", headers=headers)


def test_only_the_board_is_listed_and_only_of_this_command(client, pct_109, pct_110):
    an_idea(pct_109, title="Ours")
    an_idea(pct_110, title="Theirs")
    a_waiting_idea(pct_109, title="Not yet reviewed")
    assert titles(client.get(IDEAS)) == ["Ours"]


def test_an_idea_says_all_that_a_card_shows(client, pct_109):
    topic = Topic.objects.get(slug="lighting")
    idea = an_idea(
        pct_109, title="Dark corner", topic=topic, place="Main St", latitude=40.7593, longitude=-73.83
    )
    vote(idea, -1)
    [found] = client.get(IDEAS).json()["results"]
    assert found["id"] == idea.pk
    assert found["url"] == f"http://testserver/pct-109/ideas/{idea.pk}/"
    assert (found["title"], found["topic"], found["place"]) == ("Dark corner", "lighting", "Main St")
    assert (found["lat"], found["lon"], found["precision"]) == (40.7593, -73.83, "point")
    assert (found["up"], found["down"], found["score"], found["value"]) == (0, 1, -1, 0)
    assert found["answer"] is None
    assert found["photos"] == []


def test_pages_follow_each_other_without_a_gap_or_a_double(client, pct_109):
    many_ideas(pct_109, 45)
    seen, url = [], IDEAS + "?sort=newest"
    while url:
        page = client.get(url).json()
        seen += [idea["title"] for idea in page["results"]]
        url = page["next"]
    assert seen == [f"Idea {n}" for n in range(45)]


def test_a_page_is_as_long_as_asked(client, pct_109):
    many_ideas(pct_109, 7)
    page = client.get(IDEAS + "?limit=5").json()
    assert len(page["results"]) == 5
    assert "limit=5" in page["next"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=votes", ["Most votes", "Nearest", "Answered"]),
        ("sort=newest", ["Answered", "Nearest", "Most votes"]),
        ("sort=near&lat=40.76&lon=-73.83", ["Nearest", "Most votes"]),
        ("status=heard", ["Answered"]),
        ("status=acted,referred", []),
        ("q=nearest", ["Nearest"]),
        ("topic=lighting", ["Most votes"]),
    ],
)
def test_sorted_and_filtered(client, pct_109, query, expected):
    topic = Topic.objects.get(slug="lighting")
    most = an_idea(pct_109, title="Most votes", topic=topic, latitude=40.70, longitude=-73.80)
    near = an_idea(pct_109, title="Nearest", latitude=40.7601, longitude=-73.83)
    answered = an_idea(pct_109, title="Answered")
    vote(most), vote(most), vote(near)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=answered.pk).update(status=Status.HEARD, answer="We look.")
    assert titles(client.get(f"{IDEAS}?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sort=best", "sort"),
        ("status=waiting", "status"),
        ("topic=nonsense", "topic"),
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("sort=near", "lat"),
        ("lat=nan&lon=-73.83", "lat"),
        ("lat=40.7&lon=-1e999", "lon"),
        ("lat=51.5&lon=0.1", "lat"),
        ("cursor=bm9uc2Vuc2U", "cursor"),
        ("cursor=" + "W" * 5000, "cursor"),
    ],
)
def test_a_parameter_that_means_nothing_is_named(client, query, parameter):
    response = client.get(f"{IDEAS}?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_cursor_of_another_order_is_refused(client, pct_109):
    many_ideas(pct_109, 3)
    next_url = client.get(IDEAS + "?limit=1&sort=newest").json()["next"]
    assert client.get(next_url.replace("newest", "votes")).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_board(client, pct_109, django_assert_max_num_queries):
    many_ideas(pct_109, 60)
    client.get(IDEAS)
    with django_assert_max_num_queries(8):
        client.get(IDEAS + "?limit=2")
    with django_assert_max_num_queries(8):
        client.get(IDEAS + "?limit=50")


def test_one_idea_carries_its_history(client, pct_109):
    idea = an_idea(pct_109)
    found = client.get(f"{IDEAS}{idea.pk}/").json()
    assert [step["status"] for step in found["history"]] == ["waiting", "spoken"]
    assert found["version"] == 2
    assert found["mine"] is False


def test_an_idea_of_another_command_is_not_found(client, pct_110):
    idea = an_idea(pct_110)
    assert client.get(f"{IDEAS}{idea.pk}/").status_code == 404


def test_what_waits_is_found_by_its_writer_and_the_desk_only(client, pct_109, make_user):
    url = raise_issue(client).headers["Location"]
    assert client.get(url).json()["mine"] is True
    stranger = type(client)()
    assert stranger.get(url).status_code == 404
    stranger.force_login(make_user(role="moderator", command=pct_109))
    assert stranger.get(url).json()["mine"] is False


def test_an_issue_is_raised_and_waits(client, pct_109):
    response = raise_issue(client, topic="lighting", place="Main St & 38 Av", lat=40.76, lon=-73.83)
    assert response.status_code == 201
    made = response.json()
    assert response.headers["Location"] == f"http://testserver{IDEAS}{made['id']}/"
    assert (made["status"], made["topic"], made["place"], made["lat"]) == (
        "waiting",
        "lighting",
        "Main St & 38 Av",
        40.76,
    )
    assert made["title"] == "The lamp at the corner has been dark for a month"


def test_who_takes_part_without_an_account_gets_the_cookie_that_a_browser_gets(client):
    response = raise_issue(client)
    assert response.cookies[COOKIE]["httponly"]
    raise_issue(client, body="Another thing is the matter, too.")
    assert Participant.objects.count() == 1


def test_with_a_personal_token_it_is_the_users(client, make_user, pct_109):
    user = make_user()
    _token, key = PersonalToken.issue(user, "a script")
    bearer = {"Authorization": f"Bearer {key}"}
    response = raise_issue(client, headers=bearer)
    assert response.status_code == 201
    assert COOKIE not in response.cookies
    with tenancy.enter(pct_109):
        assert Idea.objects.get().participant.user == user
    assert client.get(response.headers["Location"], headers=bearer).json()["mine"] is True
    assert client.get(response.headers["Location"]).status_code == 404


def test_a_token_counts_before_the_browsers_session(client, make_user, pct_109):
    client.force_login(make_user("one@example.org"))
    _token, key = PersonalToken.issue(make_user("two@example.org"), "a script")
    raise_issue(client, headers={"Authorization": f"Bearer {key}"})
    with tenancy.enter(pct_109):
        assert Idea.objects.get().participant.user.email == "two@example.org"


def test_a_session_writes_only_with_its_csrf_token(make_user):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    refused = raise_issue(client)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_sent_again_with_one_key_it_is_raised_once(client, pct_109):
    key = {"Idempotency-Key": str(uuid4())}
    first, again = raise_issue(client, headers=key), raise_issue(client, headers=key)
    assert first.json()["id"] == again.json()["id"]
    with tenancy.enter(pct_109):
        assert Idea.objects.count() == 1


def test_a_key_is_not_for_two_issues(client):
    key = {"Idempotency-Key": str(uuid4())}
    raise_issue(client, headers=key)
    assert raise_issue(client, body="Something else is the matter.", headers=key).status_code == 409


def test_a_key_that_is_no_uuid_is_refused(client):
    assert raise_issue(client, headers={"Idempotency-Key": "1"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"body": "Short"}, "#/body"),
        ({"body": ""}, "#/body"),
        ({"body": None}, "#/body"),
        ({"body": ["a", "list"]}, "#/body"),
        ({"body": "x" * 5001}, "#/body"),
        ({"body": "with a NUL \x00 in its middle"}, "#/body"),
        ({"title": "x" * 121}, "#/title"),
        ({"topic": "nonsense"}, "#/topic"),
        ({"topic": {"slug": "lighting"}}, "#/topic"),
        ({"place": "x" * 201}, "#/place"),
        ({"lat": 40.76}, "#/lat"),
        ({"lat": "north", "lon": -73.83}, "#/lat"),
        ({"lat": True, "lon": -73.83}, "#/lat"),
        ({"lat": 10**400, "lon": -73.83}, "#/lat"),
        ({"lat": 51.5, "lon": 0.1}, "#/lat"),
        ({"not_now": "perhaps"}, "#/not_now"),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(client, pct_109, changes, pointer):
    response = raise_issue(client, **changes)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    with tenancy.enter(pct_109):
        assert not Idea.objects.exists()


def test_nothing_sent_at_all_says_what_is_needed(client):
    response = client.post(IDEAS, content_type="application/json")
    assert response.json()["errors"] == [{"pointer": "#/body", "detail": "This field is required."}]


def test_what_nobody_knows_is_left_aside(client):
    assert raise_issue(client, status="acted", up=99).json()["status"] == "waiting"


def test_what_reads_like_an_emergency_is_asked_about_first(client):
    text = {"body": "Somebody has a gun on the corner, shots fired."}
    response = raise_issue(client, **text)
    assert response.status_code == 422
    assert "911" in response.json()["detail"]
    assert response.json()["errors"][0]["pointer"] == "#/not_now"
    assert raise_issue(client, **text, not_now=True).status_code == 201


def test_who_may_not_submit_is_told_what_would_help(client, pct_109, make_user):
    pct_109.who_may_submit = "verified"
    pct_109.save()
    response = raise_issue(client)
    assert response.status_code == 403
    assert response.json()["requires"] == "verified"
    assert "Sign in" in response.json()["detail"]
    client.force_login(make_user())
    assert raise_issue(client).status_code == 201


def test_too_many_from_one_source_are_told_when_to_come_back(client, monkeypatch):
    monkeypatch.setitem(settings.RATE_LIMITS, "submit", "2/hour")
    assert [raise_issue(client).status_code for _ in range(3)] == [201, 201, 429]
    refused = raise_issue(client)
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_no_cache_keeps_what_is_for_one_person(client):
    assert "no-store" in client.get(IDEAS).headers["Cache-Control"]
