"""GET /api/v1/commands/ and /api/v1/commands/{slug}/."""

import pytest

from precincts.models import Command

pytestmark = pytest.mark.django_db


def slugs(response):
    return [command["slug"] for command in response.json()["results"]]


def test_all_commands_in_one_list(client):
    response = client.get("/api/v1/commands/")
    assert response.status_code == 200
    body = response.json()
    assert (body["next"], body["previous"], len(body["results"])) == (None, None, 118)
    assert next(command for command in body["results"] if command["slug"] == "pct-109") == {
        "slug": "pct-109",
        "name": "109th Precinct",
        "short_name": "109 Pct",
        "kind": "precinct",
        "number": 109,
        "borough": "Queens",
        "neighborhoods": "Flushing",
        "parent": "pb-queens-north",
        "url": "http://testserver/pct-109/",
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "precinct"}, 78),
        ({"kind": "housing"}, 9),
        ({"kind": "transit", "borough": "Bronx"}, 2),
        ({"borough": "queens"}, 22),
        ({"borough": "Citywide"}, 10),
        ({"kind": "", "borough": ""}, 118),
    ],
)
def test_it_can_be_filtered(client, query, count):
    assert len(slugs(client.get("/api/v1/commands/", query))) == count


@pytest.mark.parametrize("query", [{"kind": "squadron"}, {"borough": "Atlantis"}])
def test_a_filter_that_means_nothing_is_a_problem(client, query):
    response = client.get("/api/v1/commands/", query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == next(iter(query))


def test_one_command_tells_what_is_public(client):
    Command.objects.filter(slug="pct-109").update(who_may_vote="verified")
    body = client.get("/api/v1/commands/pct-109/").json()
    assert body["who_may_submit"] == "anybody"
    assert body["who_may_vote"] == "verified"
    assert body["board_url"] == "http://testserver/pct-109/ideas/"
    assert body["official_url"].startswith("https://www.nyc.gov/")
    assert body["point"]["confirmed"] is True
    assert "11354" in body["zips_served"]


def test_a_command_without_a_place_has_no_point(client):
    assert client.get("/api/v1/commands/crime-stoppers/").json()["point"] is None


def test_what_is_not_confirmed_says_so(client):
    body = client.get("/api/v1/commands/td-1/").json()
    assert (body["address"], body["point"]["confirmed"]) == ("", False)


@pytest.mark.parametrize("slug", ["pct-999", "PCT-109", "109"])
def test_an_unknown_command_is_not_there(client, slug):
    response = client.get(f"/api/v1/commands/{slug}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_it_can_only_be_read(client):
    for path in ("/api/v1/commands/", "/api/v1/commands/pct-109/", "/api/v1/locate/"):
        assert client.post(path, {}, content_type="application/json").status_code in {403, 405}


def test_each_costs_one_query(client, django_assert_num_queries):
    for path in ("/api/v1/commands/", "/api/v1/commands/?borough=Queens", "/api/v1/commands/pct-109/"):
        with django_assert_num_queries(1):
            client.get(path)
