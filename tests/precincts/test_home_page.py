"""The front page, its map and its list; and the list of all commands."""

import json
import re

import pytest
from django.urls import reverse

from precincts import geography
from precincts.models import Command

pytestmark = pytest.mark.django_db


def slugs_linked(response):
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return [slug for slug in re.findall(r'href="/([a-z0-9-]+)/"', main) if slug not in {"find", "commands"}]


def city(client, **query):
    return json.loads(client.get("/city.geojson", query).content)


def test_the_front_page_asks_one_thing_and_leads_on(client):
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count('name="q"') == 1
    assert f'action="{reverse("find")}"' in page
    assert "/commands/" in page


def test_the_list_equals_the_map(client):
    listed = slugs_linked(client.get("/"))
    drawn = city(client)["features"]
    assert len(listed) == 78
    assert set(listed) == {feature["properties"]["slug"] for feature in drawn}
    for feature in drawn:
        assert feature["properties"]["url"] == f"/{feature['properties']['slug']}/"
        assert feature["properties"]["name"]


def test_the_map_says_when_its_outlines_are_approximate(client):
    assert "approximate" in client.get("/").content.decode()


def test_the_button_for_ones_place_stays_hidden_where_no_script_runs(client):
    assert re.search(r"<button[^>]*data-locate[^>]*\shidden", client.get("/").content.decode())


def test_no_page_carries_style_or_script_of_its_own(client):
    for path in ("/", "/find/?q=10001", "/commands/"):
        page = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_the_outlines_are_light_and_have_no_more_than_they_need(client):
    response = client.get("/city.geojson", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Type"] == "application/geo+json"
    assert len(response.content) < 100_000
    assert set(city(client)["features"][0]["properties"]) == {"slug", "name", "url"}


def test_the_outlines_are_kept_by_browsers_until_they_change(client):
    response = client.get("/city.geojson")
    assert "max-age=3600" in response["Cache-Control"]
    again = client.get("/city.geojson", headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    address = re.search(r'data-geojson="([^"]+)"', client.get("/").content.decode())[1]
    assert address.startswith("/city.geojson?v=")
    assert "immutable" in client.get(address)["Cache-Control"]


def test_the_front_page_costs_two_queries(client, django_assert_num_queries):
    geography.city_map()
    with django_assert_num_queries(2):
        client.get("/")
    with django_assert_num_queries(1):
        client.get("/commands/")


def test_all_commands_are_listed_once(client):
    listed = slugs_linked(client.get("/commands/"))
    assert sorted(listed) == sorted(Command.objects.values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "housing"}, 9),
        ({"kind": "transit", "borough": "Queens"}, 2),
        ({"borough": "Staten Island"}, 5),
        ({"q": "flushing"}, 1),
        ({"q": "109th"}, 1),
        ({"q": "harlem", "kind": "precinct"}, 6),
        ({"kind": "nonsense"}, 118),
        ({"borough": "Atlantis"}, 118),
        ({"q": "zzzz"}, 0),
    ],
)
def test_the_list_is_filtered_without_a_script(client, query, count):
    response = client.get("/commands/", query)
    assert response.status_code == 200
    assert len(set(slugs_linked(response))) == count
    if not count:
        assert "No command goes by that" in response.content.decode()


def test_the_filter_in_force_is_marked_and_kept(client):
    page = client.get("/commands/", {"kind": "housing", "q": "east"}).content.decode()
    current = re.findall(r'<a class="chip"\s+href="([^"]*)"\s+aria-current="true"', page)
    assert len(current) == 2
    assert '<input type="hidden" name="kind" value="housing"' in page


def test_the_pages_stand_before_the_city_is_loaded(client):
    from precincts.models import Outline, ZipShare

    ZipShare.objects.all().delete()
    Outline.objects.all().delete()
    assert client.get("/").status_code == 200
    assert city(client)["features"] == []
    for query in ({"q": "11354"}, {"lat": "40.7", "lon": "-73.9"}):
        assert "No command found yet" in client.get("/find/", query).content.decode()
