"""While one types: what is alike, what is near, what is private, what is urgent."""

import re
import time
from uuid import uuid4

import pytest

from ideas.models import Idea
from precincts import tenancy
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db
NEW = "/pct-109/ideas/new/"
REVIEW = "/pct-109/ideas/new/review/"
LAMP = "The lamp at the corner of Main St has been dark for weeks."
EMERGENCY = "A man has a gun at the corner, somebody is bleeding."


def send(client, body=LAMP, **fields):
    return client.post(NEW, {"body": body, "key": uuid4()} | fields)


def ideas(command):
    with tenancy.enter(command):
        return list(Idea.objects.all())


def suggest(client, **fields):
    return client.post(REVIEW, fields, headers={"HX-Request": "true"})


def test_suggestions_are_a_part_of_the_page(client, pct_109):
    an_idea(pct_109, title="Lamp dark at the corner of Main St")
    response = suggest(client, body=LAMP + " 718-555-0142")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert "Lamp dark at the corner of Main St" in page
    assert "718-555-0142" in page
    assert not client.cookies.get("engage_participant")
    assert len(ideas(pct_109)) == 1


def test_nothing_to_say_is_an_empty_part(client, pct_109):
    for fields in ({}, {"body": ""}, {"body": "Da"}, {"body": LAMP}):
        response = suggest(client, **fields)
        assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_an_emergency_shows_while_one_types(client, pct_109):
    assert "Call 911" in suggest(client, body=EMERGENCY).content.decode()


def test_what_was_seen_while_typing_is_not_asked_again(client, pct_109):
    an_idea(pct_109, title="Lamp dark at the corner of Main St")
    page = suggest(client, body=LAMP, title="Lamp dark", place="Main St").content.decode()
    reviewed = re.search(r'name="reviewed" value="(\w+)"', page)[1]
    assert send(client, title="Lamp dark", place="Main St", reviewed=reviewed).status_code == 302


def test_something_nearby_shows_once_the_pin_stands(client, pct_109):
    an_idea(pct_109, title="Potholes", body="Deep ones.", latitude=40.76, longitude=-73.83)
    assert "Potholes" in suggest(client, body="x", latitude="40.76", longitude="-73.83").content.decode()
    assert "Potholes" not in suggest(client, body="x", latitude="40.76", longitude="").content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "\x00" * 20 + LAMP,
        "🚦" * 5000,
        "!!! & | ( :* <-> ' \\ \"",
        "<script>",
        "a" * 1_000_000,
        "%s %d {0}",
        "٣٤٥",
    ],
)
def test_any_text_may_stand_there_while_one_types(client, pct_109, text):
    an_idea(pct_109)
    started = time.monotonic()
    assert suggest(client, body=text, title=text[:300], place=text[:300], topic=text[:9]).status_code == 200
    assert time.monotonic() - started < 5


def test_suggestions_have_a_limit(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"locate": "1/hour"}
    assert suggest(client, body=LAMP).status_code == 200
    assert suggest(client, body=LAMP).status_code == 429
    assert client.get(REVIEW).status_code == 405


def test_another_commands_words_are_not_suggested(client, pct_109, pct_110):
    an_idea(pct_110, title="Lamp dark at the corner of Main St")
    assert suggest(client, body=LAMP).content.decode().strip() == ""
