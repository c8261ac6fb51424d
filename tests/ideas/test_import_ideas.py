"""import_ideas: every row of a file goes into its command, once, or is kept aside with a reason."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ideas.models import Decision, Idea, Precision, Status, StatusCount
from precincts import tenancy
from precincts.models import Command

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "civic_requests.csv"
HEADER = ["id", "title", "body", "official_response", "lat", "lon", "location_precision", "location_text",
          "precinct", "category", "year"]  # fmt: skip
ROW = {
    "id": "1",
    "title": "Repair the lamp at the corner",
    "body": "It has been dark for a month.",
    "lat": "40.7593",
    "lon": "-73.8303",
    "location_precision": "point",
    "location_text": "Main St & 38 Av",
    "precinct": "109",
    "year": "2024",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    """file({"id": "2"}, …): a CSV file with ROW, changed like this, once for each."""

    def make(*changes, header=HEADER, name="requests.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, header, extrasaction="ignore")
            writer.writeheader()
            for number, change in enumerate(changes, 1):
                writer.writerow(ROW | {"id": str(number)} | change)
        return path

    return make


def load(path, *options):
    """What the command said, to stdout and stderr."""
    out, err = StringIO(), StringIO()
    call_command("import_ideas", str(path), *options, stdout=out, stderr=err)
    return out.getvalue()


def ideas(**filters):
    with tenancy.citywide():
        return list(Idea.objects.filter(**filters).select_related("command", "topic").order_by("external_id"))


def one(**filters):
    [idea] = ideas(**filters)
    return idea


def rejected(path):
    with path.with_suffix(".rejected.csv").open(
        encoding="utf-8", errors="surrogateescape", newline=""
    ) as file:
        return list(csv.DictReader(file))


# Where a row goes


def test_a_true_point_decides_whatever_the_file_says(file):
    load(file({"precinct": "1"}))
    idea = one()
    assert idea.command.slug == "pct-109"
    assert (idea.latitude, idea.longitude, idea.precision) == (40.7593, -73.8303, Precision.POINT)


def test_where_the_point_is_a_label_the_precinct_decides_and_only_the_area_is_kept(file):
    load(file({"precinct": "110", "location_precision": "community_board"}))
    idea = one()
    assert idea.command.slug == "pct-110"
    assert (idea.latitude, idea.longitude, idea.precision) == (None, None, Precision.AREA)


def test_a_label_without_a_precinct_is_better_than_nothing(file):
    load(file({"precinct": "", "location_precision": "community_board"}))
    assert (one().command.slug, one().precision) == ("pct-109", Precision.AREA)


def test_a_point_in_the_water_goes_to_the_nearest_shore(file):
    load(file({"precinct": "", "lat": "40.7353", "lon": "-73.96746"}))
    assert one().command.kind == "precinct"
    assert one().latitude == 40.7353


def test_without_a_point_the_precinct_decides(file):
    load(file({"lat": "", "lon": ""}, {"lat": "0", "lon": "0", "location_text": ""}))
    first, second = ideas()
    assert {first.command.slug, second.command.slug} == {"pct-109"}
    assert (first.precision, second.precision) == (Precision.ADDRESS, Precision.AREA)


@pytest.mark.parametrize(
    "name", ["109", "109.0", "0109", "pct-109", "109th Precinct", "109TH PRECINCT", " 109 "]
)
def test_a_precinct_has_many_names(file, name):
    load(file({"lat": "", "lon": "", "precinct": name}))
    assert one().command.slug == "pct-109"


def test_a_housing_area_can_be_named(file):
    load(file({"lat": "", "lon": "", "precinct": "PSA 6"}))
    assert one().command.slug == "psa-6"


# What becomes of a row


def test_on_the_board_since_its_own_date(file):
    said = load(file({}))
    idea = one()
    assert said.startswith("1 rows: 1 imported, 0 already there, 0 rejected;")
    assert (idea.status, idea.title, idea.body) == (Status.SPOKEN, ROW["title"], ROW["body"])
    assert idea.published_at == idea.created_at == datetime(2024, 1, 1, 5, tzinfo=UTC)
    assert idea.participant is None
    assert idea.score == 0


def test_an_official_response_is_the_answer(file, pct_109):
    load(file({"official_response": "The lamp is ordered."}))
    idea = one()
    assert (idea.status, idea.answer, idea.version) == (Status.HEARD, "The lamp is ordered.", 2)
    assert idea.answered_at is not None
    with tenancy.enter(pct_109):
        decision = Decision.objects.get()
        assert (decision.idea_id, decision.action, decision.answer) == (idea.pk, "hear", idea.answer)
        assert (decision.decided_by, decision.from_status, decision.to_status) == (None, "spoken", "heard")
        assert dict(StatusCount.objects.values_list("status", "n")) == {"heard": 1}


def test_everything_may_wait_for_review_instead(file):
    load(file({"official_response": "The lamp is ordered."}, {}), "--status", "waiting")
    assert {(idea.status, idea.published_at) for idea in ideas()} == {(Status.WAITING, None)}
    assert ideas()[0].answer == "The lamp is ordered."
    with tenancy.citywide():
        assert not Decision.objects.exists()


def test_a_title_that_is_too_long_is_cut_and_stands_whole_on_top_of_the_text(file):
    title = "Repair " + "the very long and winding promenade " * 5
    load(file({"title": title, "location_text": "Corner " * 40}))
    idea = one()
    assert len(idea.title) <= 120
    assert idea.title.endswith("…")
    assert idea.body.startswith(title.strip() + "\n\n" + ROW["body"])
    assert len(idea.place) <= 200
    assert idea.body.endswith(("Corner " * 40).strip())


def test_a_title_or_a_text_is_enough(file):
    load(file({"title": ""}, {"body": ""}))
    first, second = ideas()
    assert first.title == ROW["body"]
    assert second.body == ROW["title"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022", datetime(2022, 1, 1, 5, tzinfo=UTC)),
        ("2022-06-01", datetime(2022, 6, 1, 4, tzinfo=UTC)),
        ("2022-06-01T12:00:00Z", datetime(2022, 6, 1, 12, tzinfo=UTC)),
        ("06/01/2022", datetime(2022, 6, 1, 4, tzinfo=UTC)),
        ("06/01/2022 01:30:00 PM", datetime(2022, 6, 1, 17, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_they_are_written(file, text, expected):
    load(file({"year": text}))
    assert one().created_at == expected


def test_topics_by_name_or_by_the_operators_list(file, tmp_path):
    path = file({"category": "Lighting"}, {"category": "Broken things"}, {"category": "Unheard of"})
    topics = tmp_path / "topics.csv"
    topics.write_text("category,topic\nBroken things,parks\n")
    said = load(path, "--topics", str(topics))
    assert [idea.topic and idea.topic.slug for idea in ideas()] == ["lighting", "parks", None]
    assert "1 rows have no topic" in said
    assert "Unheard of" in said


def test_columns_are_named_as_the_file_names_them(file):
    path = file({}, header=["id", "title", "lat", "lon", "precinct"])
    path.write_text(path.read_text().replace("id,title,lat", "Key,What,Y").replace("lon", "X"))
    maps = [f"--map={pair}" for pair in ("external_id=Key", "title=What", "lat=y", "lon=X", "precinct=")]
    load(path, *maps)
    assert one().title == ROW["title"]


# Once


def test_a_second_run_changes_nothing_and_says_so(file):
    path = file({}, {}, {})
    load(path)
    said = load(path)
    assert "3 rows: 0 imported, 3 already there, 0 rejected" in said
    assert "Nothing has changed." in said
    assert len(ideas()) == 3


def test_a_row_that_has_moved_to_another_command_is_there_already(file):
    load(file({"lat": "", "lon": "", "precinct": "109"}))
    load(file({"lat": "", "lon": "", "precinct": "110"}))
    assert one().command.slug == "pct-109"


def test_two_sources_may_use_the_same_ids(file):
    load(file({}), "--source", "one")
    load(file({}), "--source", "two")
    assert [idea.external_id for idea in ideas()] == ["one:1", "two:1"]


def test_an_import_that_was_cut_short_goes_on(file, monkeypatch):
    from ideas import importing

    path = file(*[{"precinct": str(n), "lat": "", "lon": ""} for n in (109, 110, 111, 112)])
    real, calls = importing._insert, []

    def cut(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(importing, "_insert", cut)
    with pytest.raises(CommandError, match="run it again"):
        load(path, "--batch", "2")
    assert len(ideas()) == 2
    monkeypatch.undo()
    assert "2 imported, 2 already there" in load(path)


def test_a_dry_run_says_all_and_writes_nothing(file):
    path = file({}, {"lat": "51.5", "lon": "0.1"})
    assert "2 rows: 1 would be imported, 0 already there, 1 rejected" in load(path, "--dry-run")
    assert ideas() == []
    assert len(rejected(path)) == 1


# Not at all


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": "", "body": "  "}, "neither title nor text"),
        ({"body": "x" * 5001}, "text: 5001 letters"),
        ({"title": "x" * 130, "body": "x" * 4900}, "text: 5032 letters"),
        ({"official_response": "x" * 5001}, "answer: 5001 letters"),
        ({"id": ""}, "no id"),
        ({"id": "x" * 81}, "id: 81 letters"),
        ({"lat": "40.7"}, ""),
        ({"lat": "north"}, "“north, -73.8303” is no point in the city"),
        ({"lat": "nan"}, "is no point in the city"),
        ({"lat": "-73.83", "lon": "40.75"}, "is no point in the city"),
        ({"lon": ""}, "is no point in the city"),
        ({"lat": "40.45", "lon": "-73.65", "precinct": ""}, "outside every precinct"),
        ({"lat": "", "lon": "", "precinct": ""}, "neither point nor precinct"),
        ({"lat": "", "lon": "", "precinct": "999"}, "there is no precinct “999”"),
        ({"location_precision": "label", "precinct": "x"}, "there is no precinct “x”"),
        ({"body": "a \x00 b"}, "NUL"),
        ({"year": "tomorrow"}, "created: “tomorrow” is no date"),
        ({"year": "9999"}, "created: “9999” is no date"),
        ({"year": "0001-01-01T00:00:00+23:59"}, "is no date"),
    ],
)
def test_a_row_that_cannot_be_taken_is_kept_with_its_reason(file, change, reason):
    path = file({}, change)
    said = load(path)
    if not reason:
        assert "2 imported" in said
        return
    assert "2 rows: 1 imported, 0 already there, 1 rejected" in said
    [row] = rejected(path)
    assert reason in row["rejected_reason"]
    assert row["rejected_line"] == "3"
    for name in HEADER:
        assert row[name] == (ROW | {"id": "2"} | change).get(name, "")


def test_an_id_that_stands_twice_is_taken_once(file):
    path = file({}, {"id": "1", "title": "Another"})
    assert "1 imported, 0 already there, 1 rejected" in load(path, "--batch", "1")
    assert "0 imported, 1 already there, 1 rejected" in load(path)
    assert rejected(path)[0]["title"] == "Another"
    assert one().title == ROW["title"]


def test_bytes_that_are_not_utf_8_cost_their_row_and_come_back_as_they_were(file):
    path = file({}, {"title": "Caf@ is dark"})
    path.write_bytes(path.read_bytes().replace(b"Caf@", b"Caf\xe9"))
    assert "1 imported, 0 already there, 1 rejected" in load(path)
    assert b"Caf\xe9 is dark" in path.with_suffix(".rejected.csv").read_bytes()
    assert "not UTF-8" in rejected(path)[0]["rejected_reason"]


def test_rows_of_another_width_and_broken_quotes_cost_themselves_only(file):
    path = file({}, {}, {})
    lines = path.read_text().splitlines()
    lines[1:1] = ["too,few", "", '9,"broken"quote,x' + "," * 8, ",".join("x" * 20)]
    path.write_text("\n".join([*lines, '10,"never closed', ""]))
    assert "7 rows: 3 imported, 0 already there, 4 rejected" in load(path)
    rows = rejected(path)
    assert [row["rejected_line"] for row in rows] == ["2", "4", "5", "9"]
    assert "2 fields where the header has 11" in rows[0]["rejected_reason"]
    assert "not CSV" in rows[1]["rejected_reason"]
    assert "20 fields" in rows[2]["rejected_reason"]
    assert rows[3]["id"] == '10,"never closed\n'


def test_the_rejected_rows_can_be_mended_and_imported(file):
    path = file({}, {"lat": "north"})
    load(path)
    mended = path.with_suffix(".rejected.csv")
    mended.write_text(mended.read_text().replace("north", "40.7593"))
    assert "1 rows: 1 imported" in load(mended)
    assert len(ideas()) == 2


# Files that are none


def refused(path, *options):
    with pytest.raises(CommandError) as error:
        load(path, *options)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_such_file(tmp_path):
    assert "No such file" in refused(tmp_path / "nothing.csv")
    assert "Is a directory" in refused(tmp_path)


@pytest.mark.parametrize("content", ["id,title\n".encode("utf-16"), b"id,t\xefle\n1,2\n", b"id\x00,title\n"])
def test_no_utf_8(tmp_path, content):
    path = tmp_path / "requests.csv"
    path.write_bytes(content)
    assert "is not CSV in UTF-8" in refused(path)


def test_nothing_in_it(tmp_path):
    path = tmp_path / "requests.csv"
    path.write_bytes(b"\xef\xbb\xbf\n\n")
    assert "is empty" in refused(path)


def test_only_a_header(file):
    assert "0 rows: 0 imported" in load(file())


@pytest.mark.parametrize(
    ("header", "needs"),
    [
        (["title", "precinct"], "external_id"),
        (["id", "precinct"], "title or body"),
        (["id", "title", "lat"], "lat and lon, or precinct"),
    ],
)
def test_columns_that_are_missing_are_named(file, header, needs):
    message = refused(file({}, header=header))
    assert needs in message
    assert "--map" in message


def test_a_map_of_what_is_not_there(file):
    path = file({})
    assert "no column “nothing”" in refused(path, "--map=body=nothing")
    assert "“color” is nothing that a row can say" in refused(path, "--map=color=id")
    assert "write WHAT=COLUMN" in refused(path, "--map=body")


def test_a_list_of_topics_that_is_wrong_says_where(file, tmp_path):
    topics = tmp_path / "topics.csv"
    topics.write_text("category,topic\nA,lighting\nB,nonsense\n")
    assert "line 3: no such topic" in refused(file({}), "--topics", str(topics))


def test_a_full_disk_is_told_and_loses_nothing(file):
    path = file({"lat": "north"}, {})
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    message = refused(path, "--rejected", "/dev/full")
    assert "No space left on device" in message
    assert ideas() == []


# As a whole


def test_memory_stays_the_same_however_long_the_file_is(file):
    def peak(rows):
        path = file(*[{"body": f"Row {n} " * 30} for n in range(rows)])
        tracemalloc.start()
        load(path, "--dry-run", "--batch", "100")
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(3000) < peak(300) * 1.3


def test_progress_goes_to_stderr_with_rows_and_their_speed(file):
    err = StringIO()
    call_command("import_ideas", str(file({}, {})), stdout=StringIO(), stderr=err)
    assert "100%  2 rows," in err.getvalue()
    assert "rows/s" in err.getvalue()
    assert "\r" not in err.getvalue()


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/civic_requests.csv is not here")
def test_the_real_file_goes_in_whole(tmp_path):
    beside = tmp_path / "rejected.csv"
    said = load(REAL, "--rejected", str(beside))
    assert "5,927 rows: 5,927 imported, 0 already there, 0 rejected" in said
    assert "0 imported, 5,927 already there" in load(REAL, "--rejected", str(beside))
    assert not beside.exists()
    with tenancy.citywide():
        assert Idea.objects.count() == 5927
        assert Idea.objects.filter(precision=Precision.POINT).count() == 1721
        assert Idea.objects.filter(precision=Precision.AREA, latitude=None).count() == 4206
        river = Idea.objects.select_related("command").get(external_id="cbbr24-301202446C")
        with REAL.open(encoding="utf-8", newline="") as file:
            label = [r for r in csv.DictReader(file) if r["location_precision"] != "point"]
        slugs = dict(Idea.objects.values_list("external_id", "command__slug"))
        answered = Idea.objects.filter(status=Status.HEARD).exclude(answer="").count()
        assert answered == Decision.objects.count()
        counted = sum(StatusCount.objects.values_list("n", flat=True))
    assert counted == 5927
    assert river.command.kind == "precinct"
    assert all(slugs[row["id"]] == f"pct-{row['precinct']}" for row in label)
    assert Command.objects.filter(slug__in=set(slugs.values())).count() >= 77
