"""Which commands serve a place, and how sure that is.

    locate("11354")            whatever somebody typed: a ZIP code, a point, a name, an address
    locate_zip("11354")        by ZIP code
    locate_point(40.76, -73.83)
    locate_address("…")        through geopy, where the operator names a provider
    precincts_at(points)       many points at once, for imports

A precinct is found by its outline; a housing police service area (PSA) by the precinct; a transit district
by the nearest station that houses one, within the borough. Patrol boroughs are no front door: the page of a
precinct leads to its own.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from precincts import roster
from precincts.models import Command, Kind, Outline, ZipShare
from precincts.outlines import simplified

logger = logging.getLogger(__name__)

NEARBY_METERS = 1000
# Meters for a degree, at the city's latitude.
METERS_NORTH = 111_051.0
METERS_EAST = 84_462.0
MAP_TOLERANCE = 3e-4
# A ZIP code's second PSA is worth a line when it may serve this much of it.
WORTH_NAMING = 0.25
WHOLE = 0.99
GEOCODER_SECONDS = 5
LONGEST_QUERY = 200


class Sure(StrEnum):
    EXACT = "exact"  # inside the city's own outline, or the whole ZIP code, or the whole borough
    LIKELY = "likely"
    POSSIBLE = "possible"  # serves a smaller part of it, or is only the nearest of its kind
    NEARBY = "nearby"  # the place lies outside, but within a kilometer


class Precision(StrEnum):
    POINT = "point"
    ADDRESS = "address"
    ZIP = "zip"
    NAME = "name"
    NONE = "none"


@dataclass(frozen=True)
class Served:
    """One command that serves a place."""

    command: Command
    sure: Sure
    share: float | None = None  # of the ZIP code's area


@dataclass(frozen=True)
class Located:
    """Every command that serves a place, the likeliest precinct first. `note` is a sentence for a person."""

    commands: list[Served]
    precision: Precision
    note: str = ""
    place: str = ""
    point: tuple[float, float] | None = None


class At(NamedTuple):
    """The precinct of a point."""

    command_id: int
    slug: str
    nearby: bool  # not inside, but within NEARBY_METERS


def locate(text: str) -> Located:
    """The commands for whatever somebody typed into the one field."""
    text = unicodedata.normalize("NFKC", text).strip()[:LONGEST_QUERY]
    if not text:
        return _nothing(_("Type a ZIP code or an address."))
    if is_zip(text):
        return locate_zip(text)
    if point := re.fullmatch(r"\(?([+-]?[0-9]+\.[0-9]+)°?[,;\s]+([+-]?[0-9]+\.[0-9]+)°?\)?", text):
        return locate_point(point[1], point[2])
    if (borough := _borough(text)) is not None:
        return _nothing(
            _("%(borough)s has several commands. Type a ZIP code, or pick yours from the list.")
            % {"borough": borough}
        )
    return locate_name(text) or locate_address(text)


def is_zip(text: str) -> bool:
    """Looks like a ZIP code, or ZIP+4."""
    return re.fullmatch(r"[0-9]{5}(-[0-9]{4})?", unicodedata.normalize("NFKC", text).strip()) is not None


def locate_zip(zip_code: str) -> Located:
    """The commands that share a ZIP code, by their share of its area."""
    zip_code = unicodedata.normalize("NFKC", zip_code).strip()
    if not is_zip(zip_code):
        return _nothing(_("A ZIP code has five digits."))
    zip_code = zip_code[:5]
    shares = list(ZipShare.objects.filter(zip=zip_code).order_by("-share", "command"))
    if not shares:
        return _nothing(
            _("We know no command for the ZIP code %(zip)s. Is it in New York City?") % {"zip": zip_code}
        )
    city = _Commands(share.command_id for share in shares)
    found = [_of_share(city.by_id[share.command_id], share.share) for share in shares]
    place = _("ZIP code %(zip)s") % {"zip": zip_code}
    return Located([*found, *city.beside(found)], Precision.ZIP, place=place)


def locate_point(latitude: float | str, longitude: float | str) -> Located:
    """The commands that serve a point."""
    point = _point(latitude, longitude)
    if point is None:
        return _nothing(_("That is no place on a map. Try a ZIP code."))
    outlines = city_map()
    at = outlines.precincts_at([point])[0]
    if at is None:
        return _nothing(_("That place is outside New York City, so no command here serves it."))
    city = _Commands([at.command_id])
    inside = Sure.EXACT if outlines.exact else Sure.LIKELY
    found = [Served(city.by_id[at.command_id], Sure.NEARBY if at.nearby else inside)]
    note = _("That place lies just outside every precinct. This is the nearest one.") if at.nearby else ""
    return Located([*found, *city.beside(found, point)], Precision.POINT, note, _("Your place"), point)


def locate_address(text: str) -> Located:
    """The commands for an address. Without a geocoder only a ZIP code in it can help."""
    text = text.strip()[:LONGEST_QUERY]
    note = _("Addresses cannot be looked up here, but a ZIP code can.")
    if settings.GEOCODER:
        try:
            point = _geocode(text)
        except _GeocoderError:
            note = _("The address service does not answer at the moment. Try a ZIP code.")
        else:
            if point:
                return replace(locate_point(*point), precision=Precision.ADDRESS, place=text)
            note = _("We could not find that address. Check its spelling, or try a ZIP code.")
    if zip_code := re.search(r"\b[0-9]{5}(?=(-[0-9]{4})?\s*(usa)?$)", text, re.IGNORECASE):
        located = locate_zip(zip_code[0])
        if located.commands:
            return replace(located, note=_("We went by the ZIP code in what you typed."))
    return _nothing(note)


def locate_name(text: str) -> Located | None:
    """The commands that go by this name, or have a neighborhood of it; None where nothing does."""
    slugs, own = _named(text)
    if not slugs:
        return None
    commands = Command.objects.filter(slug__in=slugs)
    sure = Sure.EXACT if own else Sure.LIKELY if len(slugs) == 1 else Sure.POSSIBLE
    named = [Served(command, sure) for command in commands]
    precincts = [served for served in named if served.command.kind == Kind.PRECINCT]
    others = [served for served in named if served not in precincts]
    known = {served.command for served in named}
    city = _Commands(served.command.pk for served in precincts)
    beside = [served for served in city.beside(precincts) if served.command not in known]
    return Located([*precincts, *others, *beside], Precision.NAME, place=text)


def _borough(text: str) -> str | None:
    words = roster.plain_words(text).removeprefix("the ")
    return next((name for name in roster.boroughs() if words == roster.plain_words(name)), None)


def commands_named(text: str) -> list[str]:
    """Slugs of the commands of a name: "109", "109th Precinct", "PSA 6", "Flushing, Queens"."""
    return _named(text)[0]


def _named(text: str) -> tuple[list[str], bool]:
    """The slugs, and whether it is their own name and not a neighborhood's."""
    words = roster.plain_words(text.partition(",")[0]).removeprefix("the ")
    if own := [slug for slug, names in roster.names().items() if words in names]:
        return own, True
    if len(words) < 3:
        return [], False
    areas = roster.areas().items()
    return [slug for slug, areas in areas if words in areas] or [
        slug for slug, areas in areas if len(words) > 3 and any(area.startswith(words) for area in areas)
    ], False


# Points


def precincts_at(points: Sequence[tuple[float, float]]) -> list[At | None]:
    """The precinct of each (latitude, longitude); None where none is within a kilometer."""
    return city_map().precincts_at(points)


class CityMap:
    """The outlines of all precincts, in memory: made once in a process, and again after they change."""

    def __init__(self, version: str) -> None:
        self.version = version
        # Changes also when the map says something else about the outlines: for addresses that are kept.
        self.key = hashlib.sha256(f"{version} {roster.digest()} {MAP_TOLERANCE}".encode()).hexdigest()[:16]
        outlines = list(Outline.objects.select_related("command").order_by("command__number"))
        self.commands = [outline.command for outline in outlines]
        self.exact = all(outline.exact for outline in outlines)
        self.lines = [shapely.geometry.shape(outline.geometry) for outline in outlines]
        self.tree = shapely.STRtree(shapely.transform(self.lines, _meters))

    def precincts_at(self, points: Sequence[tuple[float, float]]) -> list[At | None]:
        found: list[At | None] = [None] * len(points)
        coordinates = np.array(points, dtype=float).reshape(-1, 2)[:, ::-1]
        usable = np.flatnonzero(
            np.isfinite(coordinates).all(axis=1) & (np.abs(coordinates) <= 180).all(axis=1)
        )
        places = np.asarray(shapely.points(_meters(coordinates[usable])))
        inside, which = self.tree.query(places, predicate="intersects")
        self._note(found, usable[inside], which, nearby=False)
        rest = np.setdiff1d(np.arange(len(usable)), inside)
        near, which = self.tree.query_nearest(places[rest], max_distance=NEARBY_METERS, all_matches=False)
        self._note(found, usable[rest[near]], which, nearby=True)
        return found

    def _note(
        self, found: list[At | None], where: Iterable[int], which: Iterable[int], *, nearby: bool
    ) -> None:
        for index, number in zip(where, which, strict=True):
            # A point on a line lies in two precincts: the first has it.
            if found[index] is None:
                command = self.commands[number]
                found[index] = At(command.pk, command.slug, nearby)

    @cached_property
    def geojson(self) -> dict[str, Any]:
        """The outlines for a map of the whole city: light, and still without gaps."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {
                        "slug": command.slug,
                        "name": command.name,
                        "url": command.get_absolute_url(),
                    },
                    "geometry": _rounded(shapely.geometry.mapping(line)),
                }
                for command, line in zip(self.commands, simplified(self.lines, MAP_TOLERANCE), strict=True)
            ],
        }


_city_map: CityMap | None = None


def city_map() -> CityMap:
    """The map as it stands in the database. Asking whether it changed costs one short query."""
    global _city_map  # noqa: PLW0603
    version = outlines_version()
    known = _city_map
    if known is None or known.version != version:
        known = _city_map = CityMap(version)
    return known


def outlines_version() -> str:
    """Changes when the outlines do: their source names what they were made of."""
    found = Outline.objects.aggregate(n=Count("pk"), first=Min("source"), last=Max("source"))
    return f"{found['n']} {found['first']} {found['last']}"


def _point(latitude: float | str, longitude: float | str) -> tuple[float, float] | None:
    try:
        point = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    usable = all(map(math.isfinite, point)) and abs(point[0]) <= 90 and abs(point[1]) <= 180
    return point if usable else None


def _meters(coordinates: np.ndarray) -> np.ndarray:
    """Longitude and latitude to meters; true to half a percent over the city."""
    return coordinates * (METERS_EAST, METERS_NORTH)


def _rounded(geometry: Any) -> Any:
    """Coordinates to a meter: the rest is weight."""
    if isinstance(geometry, dict):
        return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
    if isinstance(geometry, float):
        return round(geometry, 5)
    return [_rounded(part) for part in geometry]


# PSAs and transit districts, beside the precincts


class _Commands:
    """The precincts of a place, and every PSA and transit district, in one query."""

    def __init__(self, precincts: Iterable[int]) -> None:
        commands = Command.objects.filter(
            Q(kind__in=[Kind.HOUSING, Kind.TRANSIT]) | Q(pk__in=list(precincts))
        )
        self.by_id = {command.pk: command for command in commands}
        self.psas = {c.number: c for c in self.by_id.values() if c.kind == Kind.HOUSING}

    def beside(self, precincts: list[Served], point: tuple[float, float] | None = None) -> Iterator[Served]:
        if precincts:
            yield from self._psas(precincts)
            yield from self._transit(precincts[0], point)

    def _psas(self, precincts: list[Served]) -> Iterator[Served]:
        """By the precincts: a PSA for each, the one with most of the place first."""
        shares: dict[int, float] = defaultdict(float)
        bases: dict[int, set[str]] = defaultdict(set)
        for served in precincts:
            if area := roster.housing_areas().get(served.command.number or 0):
                shares[area.psa] += 1 / len(precincts) if served.share is None else served.share
                bases[area.psa].add(area.basis)
        for rank, psa in enumerate(sorted(shares, key=lambda psa: -shares[psa])):
            if rank == 0 or shares[psa] >= WORTH_NAMING:
                yield Served(self.psas[psa], _sure_of_psa(bases[psa], shares[psa], precincts))

    def _transit(self, precinct: Served, point: tuple[float, float] | None) -> Iterator[Served]:
        """By the nearest station that houses a district. Not Staten Island: it has none."""
        place = point or _middle(precinct.command)
        nearest = sorted(
            (
                c
                for c in self.by_id.values()
                if c.kind == Kind.TRANSIT and c.borough == precinct.command.borough
            ),
            key=lambda c: _distance(place, (c.latitude or 0.0, c.longitude or 0.0)),
        )
        for command in nearest[:1]:
            yield Served(command, Sure.LIKELY if point else Sure.POSSIBLE)


def _of_share(command: Command, share: float) -> Served:
    sure = Sure.EXACT if share >= WHOLE else Sure.LIKELY if share >= 0.5 else Sure.POSSIBLE
    return Served(command, sure, min(share, 1.0))


def _sure_of_psa(bases: set[str], share: float, precincts: list[Served]) -> Sure:
    if precincts[0].sure == Sure.NEARBY or bases == {"nearest"} or share < 0.5:
        return Sure.POSSIBLE
    # A whole borough is its PSA's, but a ZIP code on the border is not all in the borough.
    return Sure.EXACT if bases == {"borough"} and share >= 0.95 else Sure.LIKELY


def _middle(command: Command) -> tuple[float, float]:
    city = city_map()
    for precinct, line in zip(city.commands, city.lines, strict=True):
        if precinct.pk == command.pk:
            middle = line.representative_point()
            return middle.y, middle.x
    return command.latitude or 0.0, command.longitude or 0.0


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.hypot((a[0] - b[0]) * METERS_NORTH, (a[1] - b[1]) * METERS_EAST)


# Addresses


class _GeocoderError(Exception):
    pass


def _geocode(text: str) -> tuple[float, float] | None:
    """A point for an address, from the provider that the operator chose."""
    from geopy.exc import GeopyError
    from geopy.geocoders import get_geocoder_for_service

    if not re.search(r"\b(ny|nyc|new york)\b", text, re.IGNORECASE):
        text = f"{text}, New York, NY"
    try:
        options = {"user_agent": "engage", **settings.GEOCODER_OPTIONS}
        geocoder = get_geocoder_for_service(settings.GEOCODER)(**options)
        place = geocoder.geocode(text, timeout=GEOCODER_SECONDS)
    except (GeopyError, TypeError, ValueError) as error:
        logger.warning("The geocoder %s failed: %s", settings.GEOCODER, type(error).__name__)
        raise _GeocoderError from error
    return (place.latitude, place.longitude) if place else None


def _nothing(note: str) -> Located:
    return Located([], Precision.NONE, note)
