"""PUT /api/v1/participant/: a home ZIP code, for a client of the API as for a browser."""

import pytest
from django.test import Client

from precincts.models import Command, Participant, PersonalToken
from precincts.participants import COOKIE, cookie_of

pytestmark = pytest.mark.django_db
PAGE = "/api/v1/participant/"


def put(client, body, **headers):
    return client.put(PAGE, body, content_type="application/json", headers=headers)


def test_asking_makes_nobody(client):
    response = client.get(PAGE)
    assert response.json() == {"home_zip": ""}
    assert "no-store" in response.headers["Cache-Control"]
    assert COOKIE not in response.cookies
    assert not Participant.objects.exists()


def test_said_once_it_is_kept_for_this_client(client):
    response = put(client, {"home_zip": "11354"})
    assert (response.status_code, response.json()) == (200, {"home_zip": "11354"})
    assert client.get(PAGE).json() == {"home_zip": "11354"}
    assert put(client, {"home_zip": "10001"}).json() == {"home_zip": "10001"}
    assert Participant.objects.count() == 1
    assert Client().get(PAGE).json() == {"home_zip": ""}


def test_a_token_says_it_for_its_owner(make_user):
    user = make_user()
    key = PersonalToken.issue(user, "a script")[1]
    put(Client(), {"home_zip": "11354"}, authorization=f"Bearer {key}")
    assert Participant.objects.get(user=user).home_zip == "11354"
    browser = Client()
    browser.force_login(user)
    assert browser.get(PAGE).json() == {"home_zip": "11354"}


def test_a_board_that_asks_for_it_takes_this(client, pct_109):
    Command.objects.filter(pk=pct_109.pk).update(who_may_submit="home_zip")
    ideas = "/api/v1/commands/pct-109/ideas/"
    idea = {"title": "Dark lamp", "body": "The lamp at the corner has been dark for weeks."}
    assert client.post(ideas, idea, content_type="application/json").status_code == 403
    put(client, {"home_zip": "11354"})
    assert client.post(ideas, idea, content_type="application/json").status_code == 201


@pytest.mark.parametrize(
    "said",
    ["", "1135", "113544", "11 354", "١١٣٥٤", "11354\x00", "\ud800", "1" * 10_000, None, [], {}, 1e400],
)
def test_what_is_no_zip_code_is_a_problem_beside_the_field(client, said):
    me = Participant.objects.create(home_zip="11354")
    client.cookies[COOKIE] = cookie_of(me)
    response = put(client, {"home_zip": said})
    assert response.status_code == 400
    assert response.json()["title"] == "Bad Request"
    assert client.get(PAGE).json() == {"home_zip": "11354"}


@pytest.mark.parametrize("body", [{}, [], "11354", {"home": "11354"}])
def test_without_the_field_nothing_is_taken(client, body):
    assert put(client, body).status_code == 400
    assert not Participant.objects.exists()
