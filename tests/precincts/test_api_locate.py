"""GET /api/v1/locate/: the commands that serve a place."""

import pytest

from precincts import geography

pytestmark = pytest.mark.django_db


def locate(client, **query):
    return client.get("/api/v1/locate/", query)


def test_by_zip_code(client):
    response = locate(client, zip="11354")
    assert response.status_code == 200
    assert response.json() == {
        "commands": [
            {
                "slug": "pct-109",
                "name": "109th Precinct",
                "kind": "precinct",
                "share": 0.9993,
                "sure": "exact",
            },
            {"slug": "psa-9", "name": "PSA 9", "kind": "housing", "share": None, "sure": "exact"},
            {
                "slug": "td-20",
                "name": "Transit District 20",
                "kind": "transit",
                "share": None,
                "sure": "possible",
            },
        ],
        "precision": "zip",
        "detail": "",
    }


def test_by_point(client):
    body = locate(client, lat="40.7655", lon="-73.829").json()
    assert body["precision"] == "point"
    assert [(c["slug"], c["share"]) for c in body["commands"]] == [
        ("pct-109", None),
        ("psa-9", None),
        ("td-20", None),
    ]


def test_by_what_somebody_typed(client):
    assert locate(client, q="Flushing").json()["precision"] == "name"
    assert locate(client, q="11354").json()["precision"] == "zip"


@pytest.mark.parametrize("query", [{"zip": "90210"}, {"lat": "40.5", "lon": "-73.5"}, {"q": "nowhere"}])
def test_nothing_found_is_an_answer_with_a_sentence(client, query):
    response = locate(client, **query)
    assert response.status_code == 200
    body = response.json()
    assert (body["commands"], body["precision"]) == ([], "none")
    assert body["detail"]


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({}, {"zip"}),
        ({"q": "  "}, {"zip"}),
        ({"zip": ""}, {"zip"}),
        ({"zip": "1135"}, {"zip"}),
        ({"zip": "abcde"}, {"zip"}),
        ({"lat": "40.7"}, {"lon"}),
        ({"lon": "-73.8"}, {"lat"}),
        ({"lat": "x", "lon": "y"}, {"lat", "lon"}),
        ({"lat": "nan", "lon": "-73.8"}, {"lat"}),
        ({"lat": "40.7", "lon": "inf"}, {"lon"}),
        ({"lat": "91", "lon": "-181"}, {"lat", "lon"}),
        ({"lat": "1" * 5000, "lon": "-73.8"}, {"lat"}),
    ],
)
def test_what_is_missing_or_malformed_is_named(client, query, parameters):
    response = locate(client, **query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert {error["parameter"] for error in response.json()["errors"]} == parameters


def test_too_many_questions(client, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "locate": "1/hour"}
    assert locate(client, zip="11354").status_code == 200
    response = locate(client, zip="11354")
    assert response.status_code == 429
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "Too Many Requests"
    assert 0 < int(response["Retry-After"]) <= 3600


def test_it_costs_three_queries_at_most(client, django_assert_max_num_queries):
    geography.city_map()
    for query in (
        {"zip": "11354"},
        {"zip": "10001"},
        {"lat": "40.7655", "lon": "-73.829"},
        {"q": "Flushing"},
    ):
        with django_assert_max_num_queries(3):
            locate(client, **query)
