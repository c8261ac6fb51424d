"""Referring to an agency: the routing table suggests, a person decides, the page says whose it is."""

import csv
import re
from pathlib import Path

import pytest

from ideas import referring
from ideas.models import Agency, Route, Topic
from ideas.reference import load_reference
from precincts import tenancy
from tests.ideas.desk import address, decide, decisions, now
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).parents[2].parent / "shared" / "data" / "agency_routing.csv"
ANSWER = "The lamps are theirs; we have told them."


def topic(slug):
    return Topic.objects.get(slug=slug)


def desk(client, idea):
    return client.get(address(idea)).content.decode()


def chosen(page):
    found = re.search(r'<option value="([a-z]+)" selected', page)
    return found and found[1]


# The table


def test_the_table_is_the_citys():
    assert Route.objects.count() == 294
    assert Route.objects.filter(agency__code="nypd").count() == 25
    assert set(Route.objects.filter(name="Abandoned Vehicle").values_list("agency__code", "about")) == {
        ("nypd", "With License Plate"),
        ("dsny", "Without License Plate"),
    }


def test_the_table_holds_every_fact_of_the_source():
    if not TABLE.exists():
        pytest.skip("../shared/data is not here")
    with TABLE.open(encoding="utf-8", newline="") as file:
        source = {(row["complaint_type"], row["agency"].lower()) for row in csv.DictReader(file)}
    assert set(Route.objects.values_list("name", "agency__code")) == source


def test_loading_it_again_changes_nothing():
    before = [list(Route.objects.values_list()), list(Agency.objects.values_list())]
    Route.objects.create(name="Of last year", agency=Agency.objects.first())
    Agency.objects.filter(code="dot").update(name="Old name")
    load_reference(lambda _line: None)
    assert [list(Route.objects.values_list()), list(Agency.objects.values_list())] == before


def test_where_one_goes_on_is_an_address_or_nothing():
    for agency in Agency.objects.all():
        assert not agency.url or agency.url.startswith("https://"), agency
        assert re.fullmatch(r"[0-9-]*", agency.phone), agency


# What is suggested


@pytest.mark.parametrize(
    ("slug", "title", "code"),
    [
        ("lighting", "The street light at the corner is out", "dot"),
        ("transit", "The stairs at the station are dark", "mta"),
        ("quality-of-life", "Illegal dumping behind the ball field", "dsny"),
        ("homelessness", "A homeless person at the bus stop needs help", "dhs"),
        ("housing-safety", "The scaffold on our corner looks unsafe", "dob"),
        ("quality-of-life", "路上都是垃圾", "dsny"),
        ("", "Graffiti", "dsny"),
    ],
)
def test_the_form_begins_with_whose_it_is(moderator, pct_109, slug, title, code):
    idea = an_idea(pct_109, title=title, body="Since some weeks.", topic=topic(slug) if slug else None)
    page = desk(moderator, idea)
    assert chosen(page) == code
    assert Agency.objects.get(code=code).name in page.split("routing table")[1]


@pytest.mark.parametrize(
    ("slug", "title"),
    [
        ("parking", "Cars block the driveway: illegal parking every day"),
        ("noise", "Illegal fireworks until three"),
        ("drugs", "Drug activity in the lot"),
    ],
)
def test_what_is_the_polices_own_is_said_so(moderator, pct_109, slug, title):
    page = desk(moderator, an_idea(pct_109, title=title, topic=topic(slug)))
    assert "gives this to the police" in page
    assert chosen(page) is None


def test_nothing_is_suggested_where_nothing_is_known(moderator, pct_109):
    page = desk(moderator, an_idea(pct_109, title="Thank you", body="You did well last week.", topic=None))
    assert "routing table" not in page


@pytest.mark.parametrize(
    ("title", "says"),
    [
        (
            "An abandoned vehicle stands there",
            ["Department of Sanitation (Without License Plate)", "Police Department (With License Plate)"],
        ),
        ("An encampment under the bridge", ["Department of Homeless Services", "Police Department"]),
        ("Graffiti", ["Department of Sanitation", "Parks and Recreation", "Police Department"]),
    ],
)
def test_what_several_share_is_said_so(moderator, pct_109, title, says):
    shared = desk(moderator, an_idea(pct_109, title=title)).split("Several share this type:")[1][:400]
    assert all(one in shared for one in says)


def test_looking_asks_the_table_once(moderator, pct_109, django_assert_num_queries):
    idea = an_idea(pct_109, title="The street light is out", topic=topic("lighting"))
    referring.suggestions(idea)
    with django_assert_num_queries(0):
        assert [one.code for one in referring.suggestions(idea)] == ["dot"]


@pytest.mark.parametrize("text", ["", "🙂" * 50, "x" * 5000, "\u202eהרחוב חשוך", "'); DROP", "a " * 2500])
def test_any_text_is_looked_at(pct_109, text):
    idea = a_waiting_idea(pct_109, title=text[:100], body=text)
    with tenancy.enter(pct_109):
        assert isinstance(referring.suggestions(idea), list)


# Deciding


def test_the_page_says_whose_it_is_and_where_to_go_on(client, moderator, pct_109):
    idea = an_idea(pct_109)
    assert decide(moderator, idea, "refer", agency="dot", answer=ANSWER).status_code == 302
    page = client.get(idea.get_absolute_url()).content.decode()
    assert "This is now with Department of Transportation." in " ".join(page.split())
    assert 'href="https://portal.311.nyc.gov"' in page and 'href="tel:311"' in page
    assert ANSWER in page
    row = now(idea)
    assert (row.status, row.agency.code, decisions(idea)[-1].answer) == ("referred", "dot", ANSWER)


def test_somebody_else_can_be_named(client, moderator, pct_109):
    idea = an_idea(pct_109)
    decide(moderator, idea, "refer", referred_to="The Garden Club", answer=ANSWER)
    page = client.get(idea.get_absolute_url()).content.decode()
    assert "The Garden Club" in page and "tel:" not in page
    assert now(idea).agency is None


def test_an_exact_address_goes_before_the_agencys_own(moderator, pct_109):
    idea = an_idea(pct_109)
    decide(moderator, idea, "refer", agency="mta", referred_url="https://example.org/form", answer=ANSWER)
    row = now(idea)
    assert (row.referred_to, row.referred_url) == (
        "Metropolitan Transportation Authority",
        "https://example.org/form",
    )


@pytest.mark.parametrize("agency", ["", "nypd", "nobody", "\0", "x" * 100_000, "🙂"])
def test_it_is_referred_to_somebody(moderator, pct_109, agency):
    idea = an_idea(pct_109)
    response = decide(moderator, idea, "refer", agency=agency, answer=ANSWER)
    assert response.status_code == 422
    assert ANSWER in response.content.decode()
    assert now(idea).status == "spoken"


def test_the_answer_is_required(moderator, pct_109):
    idea = an_idea(pct_109)
    response = decide(moderator, idea, "refer", agency="dot", answer=" ")
    assert response.status_code == 422
    assert '<option value="dot" selected' in response.content.decode()


# The API


def api(client, idea, **data):
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/decisions/"
    return client.post(url, {"action": "refer", **data}, content_type="application/json")


def test_the_api_takes_an_agency(moderator, pct_109):
    response = api(moderator, an_idea(pct_109), agency="DOT", answer=ANSWER)
    assert response.status_code == 201
    assert response.json()["referred"] == {
        "to": "Department of Transportation",
        "url": "https://portal.311.nyc.gov",
        "agency": "dot",
        "command": None,
    }


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"answer": ANSWER}, "#/referred_to"),
        ({"answer": ANSWER, "agency": None, "referred_to": " "}, "#/referred_to"),
        ({"answer": ANSWER, "agency": "nobody"}, "#/agency"),
        ({"answer": ANSWER, "agency": "nypd"}, "#/agency"),
        ({"answer": ANSWER, "agency": "x" * 1000}, "#/agency"),
        ({"answer": ANSWER, "agency": 7}, "#/agency"),
        ({"answer": ANSWER, "agency": "\0"}, "#/agency"),
        ({"agency": "dot"}, "#/answer"),
    ],
)
def test_the_api_says_what_to_mend(moderator, pct_109, data, pointer):
    idea = an_idea(pct_109)
    response = api(moderator, idea, **data)
    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert now(idea).status == "spoken"
