"""The roster of the city: the files in precincts/data/, and how they come into the database."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from precincts.models import Command, Kind, ZipShare

DATA = Path(__file__).resolve().parent / "data"

# What the file says about a command. Everything else is the command's own to set, and is never touched.
FACTS = [
    "kind",
    "number",
    "name",
    "short_name",
    "borough",
    "parent",
    "neighborhoods",
    "address",
    "zip",
    "phone",
    "latitude",
    "longitude",
    "point_confirmed",
    "zips_served",
    "population",
    "x_handle",
    "url",
]
# A page would print these as facts to act on, so they stay in the file until somebody confirms them.
HELD_BACK = {"address", "zip", "phone"}


@dataclass(frozen=True)
class HousingArea:
    """Which housing police service area (PSA) serves the public housing of a precinct, and how we know."""

    psa: int
    basis: str  # "borough": the whole borough, confirmed; "named": its coverage names this area; "nearest"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the project's data files."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def digest() -> str:
    """Changes when the file of commands does."""
    return hashlib.sha256((DATA / "commands.csv").read_bytes()).hexdigest()[:16]


def load_commands() -> dict[str, Command]:
    """Every command of the file, by slug: made, or brought up to date in what is fact."""
    facts = {row["slug"]: row for row in rows("commands.csv")}
    loaded: dict[str, Command] = {}
    while waiting := [row for slug, row in facts.items() if slug not in loaded]:
        # Parents first, since a row needs its parent's id.
        ready = [row for row in waiting if not row["parent"] or row["parent"] in loaded]
        if not ready:
            raise ValueError(f"commands.csv: no parent for {waiting[0]['slug']}")
        made = Command.objects.bulk_create(
            [_command(row, loaded.get(row["parent"])) for row in ready],
            update_conflicts=True,
            unique_fields=["slug"],
            update_fields=FACTS,
        )
        loaded |= {command.slug: command for command in made}
    return loaded


def load_zips(commands: dict[str, Command]) -> int:
    """Which precincts share each ZIP code. Returns how many ZIP codes."""
    shares = [
        ZipShare(zip=row["zip"], command=commands[f"pct-{row['precinct']}"], share=float(row["share"]))
        for row in rows("zip_precinct.csv")
    ]
    wanted = {(share.zip, share.command_id) for share in shares}
    gone = [
        pk for pk, *pair in ZipShare.objects.values_list("pk", "zip", "command") if tuple(pair) not in wanted
    ]
    ZipShare.objects.filter(pk__in=gone).delete()
    ZipShare.objects.bulk_create(
        shares, update_conflicts=True, unique_fields=["zip", "command"], update_fields=["share"]
    )
    return len({share.zip for share in shares})


@cache
def housing_areas() -> dict[int, HousingArea]:
    """The PSA of each precinct. Staten Island has none."""
    return {
        int(row["precinct"]): HousingArea(int(row["psa"]), row["basis"])
        for row in rows("housing_coverage.csv")
    }


@cache
def names() -> dict[str, frozenset[str]]:
    """What each command is called, by slug, in the form that plain_words makes."""
    return {row["slug"]: frozenset(_names(row)) for row in rows("commands.csv")}


@cache
def areas() -> dict[str, frozenset[str]]:
    """The neighborhoods of each command, by slug, in the form that plain_words makes."""
    return {row["slug"]: frozenset(_areas(row)) - {""} for row in rows("commands.csv")}


def goes_by(slug: str, text: str) -> bool:
    """Whether a command's name, or a neighborhood of it, holds these words."""
    words = plain_words(text)
    return any(words in phrase for phrase in (*names().get(slug, ()), *areas().get(slug, ())))


@cache
def boroughs() -> list[str]:
    """The five boroughs, in the order of the file: as the precincts' numbers go."""
    return list(dict.fromkeys(row["borough"] for row in rows("commands.csv") if row["kind"] == Kind.PRECINCT))


def plain_words(text: str) -> str:
    """Small letters, digits and single spaces: "Bed-Stuy (West)" and "bed stuy west" are the same."""
    return re.sub(r"[^a-z0-9]+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def _names(row: dict[str, str]) -> Iterator[str]:
    yield plain_words(row["name"])
    if row["kind"] != Kind.BOROUGH:  # two patrol boroughs have the same short name
        yield plain_words(row["short_name"])
    if row["kind"] == Kind.PRECINCT:
        called = plain_words(row["name"]).removesuffix(" precinct")
        yield from (called, f"{called} pct", row["number"], f"precinct {row['number']}")
        yield f"{row['number']} precinct"
    elif row["kind"] == Kind.HOUSING:
        yield f"police service area {row['number']}"


def _areas(row: dict[str, str]) -> Iterator[str]:
    if row["kind"] not in {Kind.PRECINCT, Kind.HOUSING, Kind.TRANSIT}:
        return
    for area in re.split(r"[;,]", f"{row['neighborhoods'].removeprefix('Public housing: ')};{row['areas']}"):
        yield plain_words(area)
        whole = re.sub(r"\(.*?\)", "", area)
        yield plain_words(whole)
        # "Whitestone-Beechhurst" is two neighborhoods, "Bedford-Stuyvesant" one; nobody minds knowing both.
        yield from map(plain_words, whole.split("-"))


def _command(row: dict[str, str], parent: Command | None) -> Command:
    held_back = HELD_BACK.intersection(row["unconfirmed"].split())
    values: dict[str, Any] = {"slug": row["slug"]}
    values |= {name: "" if name in held_back else row[name] for name in row if name in FACTS}
    values |= {name: int(row[name]) if row[name] else None for name in ("number", "population")}
    values |= {name: float(row[name]) if row[name] else None for name in ("latitude", "longitude")}
    values["parent"] = parent
    values["point_confirmed"] = row["point_confirmed"] == "1"
    values["zips_served"] = _zips_served(row)
    return Command(**values)


def _zips_served(row: dict[str, str]) -> list[str]:
    """The file names them for precincts; above a precinct they are those of its precincts."""
    if row["zips_served"]:
        return row["zips_served"].split()
    if row["kind"] == Kind.BOROUGH:
        below = [r for r in rows("commands.csv") if r["parent"] == row["slug"]]
    elif row["kind"] == Kind.HOUSING:
        numbers = {str(n) for n, area in housing_areas().items() if area.psa == int(row["number"])}
        below = [r for r in rows("commands.csv") if r["kind"] == Kind.PRECINCT and r["number"] in numbers]
    else:
        return []
    return sorted({zip_code for r in below for zip_code in r["zips_served"].split()})
