"""load_city: the roster, the ZIP codes and the outlines; again and again, all or nothing."""

import io
import json

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from precincts.models import Command, Outline, Who, ZipShare

pytestmark = pytest.mark.django_db


def load(*arguments, **options):
    out = io.StringIO()
    call_command("load_city", *arguments, stdout=out, **options)
    return out.getvalue()


def features(**changes):
    """GeoJSON features of what is loaded, with the number as `Precinct` unless told otherwise."""
    name, of = changes.get("name", "Precinct"), changes.get("of", str)
    return [
        {"type": "Feature", "properties": {name: of(outline.command.number)}, "geometry": outline.geometry}
        for outline in Outline.objects.select_related("command")
    ]


@pytest.fixture
def file(tmp_path):
    def write(content, name="precincts.geojson"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


@pytest.fixture
def exact(file):
    """A file of outlines as the city publishes them."""
    return file({"type": "FeatureCollection", "features": features()})


def test_the_roster_is_the_citys():
    kinds = list(Command.objects.values_list("kind", flat=True))
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "precinct": 78,
        "housing": 9,
        "transit": 12,
        "borough": 9,
        "specialty": 10,
    }
    flushing = Command.objects.get(slug="pct-109")
    assert (flushing.name, flushing.borough, flushing.number) == ("109th Precinct", "Queens", 109)
    assert "11354" in flushing.zips_served
    assert flushing.parent.slug == "pb-queens-north"
    assert flushing.parent.parent.slug == "patrol-services-bureau"
    assert Command.objects.get(slug="psa-6").parent.slug == "housing-bureau"
    assert Command.objects.get(slug="td-4").parent.slug == "transit-bureau"


def test_each_precinct_has_a_patrol_borough_that_names_it():
    for precinct in Command.objects.filter(kind="precinct").select_related("parent"):
        assert precinct.number in [
            int(n) for n in precinct.parent.neighborhoods[len("Precincts ") :].split(", ")
        ]


def test_what_is_not_confirmed_is_not_shown_as_a_fact():
    station_not_confirmed = Command.objects.get(slug="td-1")
    assert (station_not_confirmed.address, station_not_confirmed.zip) == ("", "")
    assert not station_not_confirmed.point_confirmed
    assert Command.objects.get(slug="td-23").address, "this one's station is confirmed"
    assert Command.objects.get(slug="pct-116").phone == "", "sources differ"
    assert Command.objects.get(slug="psa-1").x_handle == "", "only a pattern"
    assert not Command.objects.filter(kind__in=["housing", "borough"], point_confirmed=True).exists()


def test_every_precinct_has_an_outline_and_none_overlap_or_leave_gaps():
    outlines = list(Outline.objects.all())
    assert len(outlines) == 78
    lines = np.array([shapely.geometry.shape(outline.geometry) for outline in outlines])
    assert shapely.is_valid(lines).all()
    assert shapely.coverage_is_valid(lines)
    assert not any(outline.exact for outline in outlines)


def test_loading_again_changes_nothing(django_assert_max_num_queries):
    before = [list(model.objects.order_by("pk").values()) for model in (Command, ZipShare, Outline)]
    with django_assert_max_num_queries(25):
        said = load()
    assert "as before" in said
    assert [list(model.objects.order_by("pk").values()) for model in (Command, ZipShare, Outline)] == before


def test_facts_are_brought_up_to_date_and_settings_stay():
    Command.objects.filter(slug="pct-109").update(
        phone="000", who_may_vote=Who.VERIFIED, time_zone="Europe/Rome"
    )
    load()
    command = Command.objects.get(slug="pct-109")
    assert command.phone != "000"
    assert command.who_may_vote == "verified"
    assert command.time_zone == "Europe/Rome"


def test_a_command_that_left_the_roster_stays():
    Command.objects.create(slug="pct-999", kind="precinct", number=999, name="999th Precinct")
    with pytest.raises(CommandError, match="999"):
        load()  # it has no outline, and the tracts know none
    Command.objects.filter(slug="pct-999").update(kind="specialty")
    assert "pct-999 is no longer in the roster" in load()
    assert Command.objects.filter(slug="pct-999").exists()


def test_a_zip_share_that_is_no_longer_so_goes(pct_109):
    ZipShare.objects.create(zip="99999", command=pct_109, share=1)
    load()
    assert not ZipShare.objects.filter(zip="99999").exists()


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("precinct", int),
        ("Precinct", str),
        ("PRECINCT", float),
        ("Precinct_Number", lambda n: f"{n}th"),
        ("pct", lambda n: f" {n} "),
    ],
)
def test_outlines_come_from_a_file_however_it_spells_precinct(file, name, of):
    path = file({"type": "FeatureCollection", "features": features(name=name, of=of)})
    assert "the city's own lines" in load(outlines=path)
    assert Outline.objects.filter(exact=True).count() == 78


def test_the_setting_names_the_file_too(exact, settings):
    settings.OUTLINES_FILE = exact
    load()
    assert Outline.objects.filter(exact=True).count() == 78
    assert "as before" in load()


def test_a_precinct_in_several_features_becomes_one(file):
    parts = features()
    islands = next(f for f in parts if f["geometry"]["type"] == "MultiPolygon")
    for polygon in islands["geometry"]["coordinates"]:
        parts.append({**islands, "geometry": {"type": "Polygon", "coordinates": polygon}})
    parts.remove(islands)
    load(outlines=file({"type": "FeatureCollection", "features": parts}))
    number = int(islands["properties"]["Precinct"])
    assert Outline.objects.get(command__number=number).geometry["type"] == "MultiPolygon"


def test_exact_outlines_are_not_lost_to_approximate_ones_unless_asked(exact):
    load(outlines=exact)
    assert "the city's own lines (as before)" in load()
    assert "approximate" in load("--tracts")
    assert not Outline.objects.filter(exact=True).exists()


def test_another_file_replaces_the_first(exact, file):
    load(outlines=exact)
    assert "as before" in load(outlines=exact)
    other = file({"type": "FeatureCollection", "features": features(name="pct")}, "newer.geojson")
    assert "as before" not in load(outlines=other)
    assert set(Outline.objects.values_list("source", flat=True)) == {Outline.objects.first().source}


def feet(feature):
    return {
        **feature,
        "geometry": {"type": "Polygon", "coordinates": [[[9e5, 2e5], [9.1e5, 2e5], [9e5, 2.1e5]]]},
    }


BAD = {
    "not JSON": (lambda _: "<html>", "not a GeoJSON"),
    "not GeoJSON": (lambda _: {"precincts": []}, "not a GeoJSON"),
    "a list": (lambda _: [1], "not a GeoJSON"),
    "features of nothing": (lambda _: {"type": "FeatureCollection", "features": [None]}, "not a GeoJSON"),
    "no number": (lambda fs: [{**fs[0], "properties": {"name": "x"}}, *fs[1:]], 'no property "precinct"'),
    "no properties": (lambda fs: [{**fs[0], "properties": None}, *fs[1:]], 'no property "precinct"'),
    "one missing": (lambda fs: fs[1:], "no outline for precinct"),
    "one too many": (lambda fs: [*fs, {**fs[0], "properties": {"precinct": 2}}], "precinct 2 is not among"),
    "no polygon": (lambda fs: [{**fs[0], "geometry": None}, *fs[1:]], "no usable polygon"),
    "a point": (
        lambda fs: [{**fs[0], "geometry": {"type": "Point", "coordinates": [-73.9, 40.7]}}, *fs[1:]],
        "no usable polygon",
    ),
    "nonsense": (
        lambda fs: [{**fs[0], "geometry": {"type": "Polygon", "coordinates": 7}}, *fs[1:]],
        "no usable",
    ),
    "in feet": (lambda fs: [feet(fs[0]), *fs[1:]], "degrees"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_clear_line_and_nothing_is_loaded(case, file):
    make, says = BAD[case]
    content = make(features())
    if isinstance(content, list) and case != "a list":
        content = {"type": "FeatureCollection", "features": content}
    Command.objects.filter(slug="pct-109").update(phone="000")
    with pytest.raises(CommandError, match=says) as error:
        load(outlines=file(content))
    assert "Nothing was loaded" in str(error.value)
    assert "\n" not in str(error.value)
    assert Command.objects.get(slug="pct-109").phone == "000"
    assert not Outline.objects.filter(exact=True).exists()


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.geojson: No such file"):
        load(outlines=str(tmp_path / "nowhere.geojson"))


def test_quiet_is_quiet():
    assert load(verbosity=0) == ""


def test_topics_come_along_and_rules_that_were_published_stay():
    from ideas.models import Rule, Topic

    Topic.objects.filter(position=1).update(name="Changed")
    Rule.objects.filter(number=1).update(title="As it was decided under")
    said = load()
    assert "topics" in said
    assert not Topic.objects.filter(name="Changed").exists()
    assert Rule.objects.filter(title="As it was decided under").exists()
