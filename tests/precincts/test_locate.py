"""Which commands serve a place: by ZIP code, point, name and address, and how sure that is."""

import csv
import json
import math
from pathlib import Path

import pytest
from django.core.management import call_command

from precincts import geography
from precincts.geography import Precision, Sure, locate, locate_point, locate_zip, precincts_at
from precincts.models import Command, ZipShare

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real data of New York City (../shared/data) is not here"
)
FLUSHING = (40.7655, -73.829)


def slugs(located):
    return [served.command.slug for served in located.commands]


def by_slug(located):
    return {served.command.slug: served for served in located.commands}


# ZIP codes


def test_every_zip_code_of_the_city_has_its_precincts_by_share():
    zips = set(ZipShare.objects.values_list("zip", flat=True))
    assert len(zips) == 255
    for zip_code in sorted(zips):
        located = locate_zip(zip_code)
        assert located.precision == Precision.ZIP
        shares = [served.share for served in located.commands if served.share is not None]
        assert shares == sorted(shares, reverse=True)
        assert len(shares) == ZipShare.objects.filter(zip=zip_code).count()
        assert 0.9 < sum(shares) < 1.1
        assert located.commands[0].command.kind == "precinct"


def test_flushing_is_the_109th_with_its_psa_and_its_transit_district():
    located = by_slug(locate("11354"))
    assert list(located) == ["pct-109", "psa-9", "td-20"]
    assert located["pct-109"].sure == Sure.EXACT
    assert located["psa-9"].sure == Sure.EXACT, "PSA 9 serves all of Queens"
    assert located["td-20"].sure == Sure.POSSIBLE
    assert located["td-20"].share is None


def test_a_zip_code_of_several_precincts_says_how_much_each_has():
    located = by_slug(locate("10001"))
    assert list(located)[:3] == ["pct-10", "pct-14", "pct-13"]
    assert [located[s].sure for s in ("pct-10", "pct-14", "pct-13")] == [
        Sure.LIKELY,
        Sure.POSSIBLE,
        Sure.POSSIBLE,
    ]
    assert located["psa-4"].sure == Sure.LIKELY


def test_a_zip_code_across_the_border_of_queens_is_not_sure_of_its_psa():
    for slug, share in (("pct-104", 0.6), ("pct-83", 0.4)):
        ZipShare.objects.create(zip="11999", command=Command.objects.get(slug=slug), share=share)
    located = by_slug(locate("11999"))
    assert (located["psa-9"].sure, located["psa-3"].sure) == (Sure.LIKELY, Sure.POSSIBLE)


def test_staten_island_has_neither_psa_nor_transit_district():
    assert {served.command.kind for served in locate("10301").commands} == {"precinct"}


@pytest.mark.parametrize("text", ["11354", " 11354 ", "11354-1234", "１１３５４"])
def test_a_zip_code_may_be_written_in_several_ways(text):
    assert slugs(locate(text))[0] == "pct-109"


@pytest.mark.parametrize("text", ["90210", "00000", "12345-6789"])
def test_a_zip_code_elsewhere_is_a_friendly_answer(text):
    located = locate(text)
    assert (located.commands, located.precision) == ([], Precision.NONE)
    assert text[:5] in located.note


@pytest.mark.parametrize("text", ["", "1135", "113545", "abcde", "1135４x", "-11354"])
def test_what_is_no_zip_code_is_said_to_be_none(text):
    assert "five digits" in locate_zip(text).note


# Points


def test_a_point_is_in_its_precinct_with_its_psa_and_the_nearest_transit_district():
    located = locate_point(*FLUSHING)
    assert located.precision == Precision.POINT
    assert [(s.command.slug, s.sure, s.share) for s in located.commands] == [
        ("pct-109", Sure.LIKELY, None),  # from census tracts, so not sure
        ("psa-9", Sure.EXACT, None),
        ("td-20", Sure.LIKELY, None),
    ]


@pytest.mark.parametrize(
    ("point", "transit"),
    [
        ((40.7690, -73.9820), "td-1"),  # Columbus Circle
        ((40.7350, -73.9900), "td-4"),  # Union Square
        ((40.5860, -73.8150), "td-23"),  # Rockaway Beach
        ((40.5770, -73.9800), "td-34"),  # Coney Island
    ],
)
def test_the_transit_district_is_the_nearest_of_the_borough(point, transit):
    assert slugs(locate_point(*point))[-1] == transit


@pytest.mark.parametrize(
    ("point", "psa"),
    [
        ((40.8440, -73.9390), "psa-6"),  # Washington Heights
        ((40.7990, -73.9400), "psa-5"),  # East Harlem
        ((40.7850, -73.9760), "psa-6"),  # Upper West Side, though PSA 5 is nearer
        ((40.8780, -73.8700), "psa-8"),  # north Bronx, though PSA 7 is nearer
    ],
)
def test_the_psa_is_the_one_whose_coverage_names_the_area(point, psa):
    assert by_slug(locate_point(*point))[psa].sure == Sure.LIKELY


def test_a_point_in_the_river_belongs_to_the_nearest_precinct_and_says_so():
    located = locate_point(40.7061, -73.9969)  # under the Brooklyn Bridge
    assert located.commands[0].sure == Sure.NEARBY
    assert located.commands[0].command.slug in {"pct-84", "pct-5", "pct-7", "pct-1"}
    assert "nearest" in located.note


@pytest.mark.parametrize("point", [(40.5, -73.5), (40.7357, -74.1724), (0, 0), (51.5, -0.12), (-90, 180)])
def test_a_point_in_the_sea_in_newark_or_abroad_has_no_command(point):
    located = locate_point(*point)
    assert located.commands == []
    assert "outside New York City" in located.note


@pytest.mark.parametrize(
    "point",
    [
        (math.nan, -73.8),
        (40.7, math.inf),
        ("x", "y"),
        ("", ""),
        (91, -73.8),
        (40.7, -181),
        ("1e999", "0"),
        (None, None),
        ("40,7", "-73,8"),
    ],
)
def test_what_is_no_point_is_a_friendly_answer(point):
    located = locate_point(*point)
    assert (located.commands, located.precision) == ([], Precision.NONE)
    assert "ZIP code" in located.note


def test_a_point_may_be_typed():
    assert slugs(locate("40.7655, -73.829"))[0] == "pct-109"


def test_many_points_at_once():
    found = precincts_at(
        [FLUSHING, (math.nan, 1), (40.7061, -73.9969), (40.5, -73.5), (1e300, -1e300), FLUSHING]
    )
    assert [at and (at.slug, at.nearby) for at in found[:2]] == [("pct-109", False), None]
    assert found[2].nearby
    assert found[3:5] == [None, None]
    assert found[5] == found[0]
    assert found[0].command_id
    assert precincts_at([]) == []


def test_a_point_on_a_shared_line_is_in_one_of_the_two():
    city = geography.city_map()
    for line in city.lines[:10]:
        longitude, latitude = (
            line.boundary.geoms[0].coords[0]
            if line.boundary.geom_type[:5] == "Multi"
            else (line.boundary.coords[0])
        )
        assert precincts_at([(latitude, longitude)])[0]


def test_the_map_is_made_anew_after_the_outlines_change(tmp_path):
    before = geography.city_map()
    assert geography.city_map() is before
    features = before.geojson["features"]
    file = tmp_path / "outlines.geojson"
    for feature in features:
        feature["properties"]["precinct"] = feature["properties"]["slug"].removeprefix("pct-")
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    call_command("load_city", outlines=str(file), verbosity=0)
    assert geography.city_map() is not before
    assert geography.city_map().key != before.key
    assert locate_point(*FLUSHING).commands[0].sure == Sure.EXACT


def test_asking_costs_three_queries_at_most(django_assert_max_num_queries):
    geography.city_map()
    for text in ("11354", "10001", "40.7655, -73.829", "Flushing", "90210", "nowhere at all"):
        with django_assert_max_num_queries(3):
            locate(text)


# Names


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("109", "pct-109"),
        ("109th Precinct", "pct-109"),
        ("the 109th", "pct-109"),
        ("109 pct", "pct-109"),
        ("Precinct 44", "pct-44"),
        ("PSA 6", "psa-6"),
        ("police service area 6", "psa-6"),
        ("td 4", "td-4"),
        ("Transit District 4", "td-4"),
        ("Midtown South", "pct-14"),
        ("Central Park", "pct-22"),
        ("Housing Bureau", "housing-bureau"),
        ("Patrol Borough Bronx South", "pb-bronx-south"),
    ],
)
def test_a_command_can_be_named(text, slug):
    located = locate(text)
    assert located.precision == Precision.NAME
    assert (slugs(located)[0], located.commands[0].sure) == (slug, Sure.EXACT)


@pytest.mark.parametrize(
    ("text", "precincts"),
    [
        ("Flushing", {"pct-109"}),
        ("flushing, queens", {"pct-109"}),
        ("Whitestone", {"pct-109"}),
        ("Bed-Stuy", {"pct-79", "pct-81"}),
        ("Bedford-Stuyvesant", {"pct-79", "pct-81"}),
        ("far rock", {"pct-101"}),
    ],
)
def test_a_neighborhood_leads_to_its_precincts(text, precincts):
    located = locate(text)
    assert {s.command.slug for s in located.commands if s.command.kind == "precinct"} == precincts
    assert located.commands[0].sure != Sure.EXACT


def test_the_name_of_a_borough_is_too_wide():
    assert "Queens has several" in locate("queens").note


# Addresses


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "' OR 1=1 --", "🚓", "x" * 5000, "9" * 400, "%s%s%n", "…"]
)
def test_nonsense_is_a_friendly_answer(text):
    located = locate(text)
    assert located.commands == []
    assert located.note


def test_without_a_geocoder_the_zip_code_in_an_address_is_used():
    located = locate("37-05 Union Street, Flushing, NY 11354")
    assert slugs(located)[0] == "pct-109"
    assert "went by the ZIP code" in located.note
    assert "cannot be looked up" in locate("37-05 Union Street").note


@pytest.fixture
def geocoder(settings, http_answers):
    """A geocoder on this machine that answers what the test gives it."""
    settings.GEOCODER = "nominatim"
    settings.GEOCODER_OPTIONS = {"domain": http_answers.address, "scheme": "http"}
    return http_answers


def test_with_a_geocoder_an_address_is_found(geocoder):
    geocoder.answer([{"lat": str(FLUSHING[0]), "lon": str(FLUSHING[1]), "display_name": "Union Street"}])
    located = locate("37-05 Union Street")
    assert located.precision == Precision.ADDRESS
    assert slugs(located)[0] == "pct-109"
    assert located.place == "37-05 Union Street"
    assert "New+York" in geocoder.asked[0]


def test_an_address_outside_the_city_has_no_command(geocoder):
    geocoder.answer([{"lat": "51.5", "lon": "-0.12", "display_name": "London"}])
    located = locate("10 Downing Street")
    assert located.commands == []
    assert "outside New York City" in located.note


def test_an_address_that_is_not_found_is_said(geocoder):
    geocoder.answer([])
    assert "could not find that address" in locate("1 No Such Road").note


@pytest.mark.parametrize(("status", "body"), [(500, "[]"), (429, "[]"), (403, "[]"), (200, "no JSON")])
def test_a_geocoder_that_fails_is_said_and_the_zip_code_still_helps(geocoder, status, body):
    geocoder.answer(body, status=status)
    assert "does not answer" in locate("1 Main Street").note
    assert slugs(locate("1 Main Street, Flushing 11354"))[0] == "pct-109"


def test_a_geocoder_that_is_not_there_or_unknown_is_said(settings):
    settings.GEOCODER, settings.GEOCODER_OPTIONS = "nominatim", {"domain": "127.0.0.1:1", "scheme": "http"}
    assert "does not answer" in locate("1 Main Street").note
    settings.GEOCODER = "no-such-provider"
    assert "does not answer" in locate("1 Main Street").note


# How often it is right, on real points


def true_points():
    with (SHARED / "civic_requests.csv").open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["location_precision"] == "point" and r["precinct"]]
    return [(float(r["lat"]), float(r["lon"])) for r in rows], [f"pct-{r['precinct']}" for r in rows]


def share_right():
    points, wanted = true_points()
    assert len(points) > 1700
    found = precincts_at(points)
    return sum(at is not None and at.slug == slug for at, slug in zip(found, wanted, strict=True)) / len(
        points
    )


@needs_shared_data
def test_tracts_put_93_of_100_true_points_in_their_precinct():
    assert share_right() >= 0.93


@needs_shared_data
def test_the_citys_own_outlines_put_97_of_100_true_points_in_their_precinct():
    call_command("load_city", outlines=str(SHARED / "precincts.geojson"), verbosity=0)
    assert share_right() >= 0.97


@needs_shared_data
def test_every_true_point_has_a_precinct():
    points, _wanted = true_points()
    assert all(precincts_at(points))
