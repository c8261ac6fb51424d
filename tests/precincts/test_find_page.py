"""/find/: the answer names every command that serves the place, how sure that is, and the way on."""

import re
from html import unescape

import pytest

from precincts import geography

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def links_of(response):
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.findall(r'<a[^>]*href="([^"]+)"', main)


def test_a_zip_code_leads_to_precinct_psa_and_transit_district(client):
    response = client.get("/find/", {"q": "11354"})
    assert response.status_code == 200
    assert [link for link in links_of(response) if link.count("/") == 2][:3] == [
        "/pct-109/",
        "/psa-9/",
        "/td-20/",
    ]
    text = text_of(response)
    assert "109th Precinct Sure" in text
    assert "PSA 9 Sure" in text
    assert "Transit District 20 Possible" in text


def test_a_shared_zip_code_says_who_has_how_much(client):
    text = text_of(client.get("/find/", {"q": "10001"}))
    assert "Your precinct is one of these" in text
    assert "It serves 58% of ZIP code 10001." in text
    assert "It serves 9% of ZIP code 10001." in text


def test_the_zip_code_may_come_under_its_own_name(client):
    assert "/pct-109/" in links_of(client.get("/find/", {"zip": "11354"}))


def test_a_point_leads_to_its_precinct_and_is_put_on_the_map(client):
    response = client.get("/find/", {"lat": "40.7655", "lon": "-73.829"})
    assert "/pct-109/" in links_of(response)
    assert 'data-lat="40.7655" data-lon="-73.829"' in " ".join(response.content.decode().split())
    assert 'data-own="pct-109"' in response.content.decode()


def test_a_point_just_outside_says_so(client):
    text = text_of(client.get("/find/", {"lat": "40.7061", "lon": "-73.9969"}))
    assert "Nearby" in text
    assert "just outside every precinct" in text


def test_the_empty_page_asks_and_finds_no_fault(client):
    response = client.get("/find/")
    assert response.status_code == 200
    assert "No command found" not in text_of(response)
    assert 'name="q"' in response.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "90210"},
        {"q": "<script>alert(1)</script>"},
        {"q": "x" * 3000},
        {"q": "🚓"},
        {"q": "queens"},
        {"lat": "nan", "lon": "nan"},
        {"lat": "1e999", "lon": "0"},
        {"lat": "40.7"},
        {"lon": "x", "lat": "y"},
        {"lat": "40.5", "lon": "-73.5"},
    ],
)
def test_nonsense_gets_a_friendly_answer_with_the_way_on(client, asked):
    response = client.get("/find/", asked)
    assert response.status_code == 200
    assert "No command found yet" in text_of(response)
    assert "/commands/" in links_of(response)
    assert 'name="q"' in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_white_space_is_no_question(client):
    assert "No command found" not in text_of(client.get("/find/", {"q": "   "}))


def test_staten_island_says_why_there_is_no_psa(client):
    assert "Staten Island has no PSA" in text_of(client.get("/find/", {"q": "10301"}))


def test_a_place_is_kept_by_nobody(client):
    assert "no-store" in client.get("/find/", {"q": "11354"})["Cache-Control"]


def test_it_costs_the_same_for_one_precinct_and_for_many(client, django_assert_num_queries):
    geography.city_map()
    for zip_code in ("11354", "10001", "11434"):
        with django_assert_num_queries(4):
            client.get("/find/", {"q": zip_code})


def test_too_many_questions_get_a_short_break(client, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "locate": "2/hour"}
    for _ in range(2):
        assert client.get("/find/", {"q": "11354"}).status_code == 200
    response = client.get("/find/", {"q": "11354"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "try again in" in text_of(response)
    assert client.get("/find/").status_code == 200, "the page itself stays open"


def test_only_reading_is_allowed(client):
    assert client.post("/find/", {"q": "11354"}).status_code == 405
