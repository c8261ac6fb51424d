"""The way to one's command: the front page with its map, the answer, the list of all."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from precincts import geography, limits, roster
from precincts.geography import Located, Precision, Served, Sure
from precincts.models import Command, Kind

LISTED = ["slug", "name", "number", "borough", "kind", "neighborhoods"]
YEAR_SECONDS = 365 * 24 * 3600
HOUR_SECONDS = 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: one field, the city as a map, and the list that says the same in words."""
    precincts = Command.objects.filter(kind=Kind.PRECINCT).only(*LISTED)
    return render(
        request,
        "precincts/home.html",
        {"boroughs": by_borough(list(precincts)), "city_map": geography.city_map()},
    )


@require_safe
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """The answer: every command that serves a place, and how sure that is."""
    asked = request.GET
    text = asked.get("q", "") or asked.get("zip", "")
    latitude, longitude = asked.get("lat", ""), asked.get("lon", "")
    located = None
    if text.strip() or latitude or longitude:
        limits.count(request, "locate")
        located = (
            geography.locate_point(latitude, longitude) if latitude or longitude else geography.locate(text)
        )
    return render(request, "precincts/find.html", _answer(located) | {"text": text.strip()[:200]})


@require_safe
def commands(request: HttpRequest) -> HttpResponse:
    """All commands, by kind and borough. The filters are links, so they need no script."""
    kind, borough = request.GET.get("kind", ""), request.GET.get("borough", "")
    words = request.GET.get("q", "").strip()[:100]
    listed = Command.objects.only(*LISTED)
    if kind in Kind.values:
        listed = listed.filter(kind=kind)
    if borough in roster.boroughs():
        listed = listed.filter(borough=borough)
    found = [command for command in listed if not words or roster.goes_by(command.slug, words)]
    return render(
        request,
        "precincts/commands.html",
        {
            "kinds": [
                {"label": label, "boroughs": by_borough([c for c in found if c.kind == value])}
                for value, label in plural_kinds()
                if any(c.kind == value for c in found)
            ],
            "count": len(found),
            "words": words,
            "kind": kind,
            "borough": borough,
            "kind_links": _links(request, "kind", [("", _("All kinds")), *plural_kinds()]),
            "borough_links": _links(
                request, "borough", [("", _("All boroughs")), *((name, name) for name in roster.boroughs())]
            ),
        },
    )


def _map_tag(request: HttpRequest) -> str:
    return f'"{geography.city_map().key}"'


@require_safe
@condition(etag_func=_map_tag)
@gzip_page
def city_geojson(request: HttpRequest) -> HttpResponse:
    """The precincts' outlines for a map. With ?v= in its address it may be kept for good."""
    response = JsonResponse(geography.city_map().geojson, json_dumps_params={"separators": (",", ":")})
    response["Content-Type"] = "application/geo+json"
    if request.GET.get("v"):
        patch_cache_control(response, public=True, max_age=YEAR_SECONDS, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=HOUR_SECONDS)
    return response


def by_borough(commands: list[Command]) -> list[dict[str, Any]]:
    """[{"name": …, "commands": […]}], boroughs in their usual order and the whole city last."""
    order = [*roster.boroughs(), "Citywide"]
    rank = {name: number for number, name in enumerate(order)}
    commands = sorted(commands, key=lambda c: (rank.get(c.borough, len(order)), c.number or 0, c.name))
    return [{"name": name, "commands": list(group)} for name, group in groupby(commands, lambda c: c.borough)]


def plural_kinds() -> list[tuple[str, str]]:
    return [
        (Kind.PRECINCT.value, _("Precincts")),
        (Kind.HOUSING.value, _("Public housing (PSAs)")),
        (Kind.TRANSIT.value, _("Subway (transit districts)")),
        (Kind.BOROUGH.value, _("Patrol boroughs")),
        (Kind.SPECIALTY.value, _("Specialty commands")),
    ]


def _links(request: HttpRequest, name: str, choices: list[tuple[str, str]]) -> list[dict[str, Any]]:
    current = request.GET.get(name, "")
    links = []
    for value, label in choices:
        query = request.GET.copy()
        query.pop(name, None)
        if value:
            query[name] = value
        links.append({"label": label, "url": f"?{query.urlencode()}", "current": value == current})
    return links


def _answer(located: Located | None) -> dict[str, Any]:
    """What the page of the answer shows: the commands in the words of a neighbor."""
    if located is None:
        return {"located": None}
    parts = [(kind, [s for s in located.commands if s.command.kind == kind]) for kind in Kind.values]
    precincts = parts[0][1]
    return {
        "located": located,
        "parts": [
            {"title": _title(kind, served), "lines": [_line(s, located) for s in served]}
            for kind, served in parts
            if served
        ],
        "city_map": geography.city_map(),
        "first": located.commands[0].command if located.commands else None,
        "staten_island": bool(precincts) and precincts[0].command.borough == "Staten Island",
    }


def _title(kind: str, served: list[Served]) -> str:
    if kind == Kind.PRECINCT:
        return ngettext("Your precinct", "Your precinct is one of these", len(served))
    if kind == Kind.HOUSING:
        return _("If you live in public housing")
    if kind == Kind.TRANSIT:
        return _("If it is about the subway")
    return _("The command you named")


def _line(served: Served, located: Located) -> dict[str, Any]:
    return {
        "command": served.command,
        "share": served.share,
        "percent": percent(served.share),
        "sure": served.sure,
        "sure_label": _sure_label(served.sure),
        "why": _why(served, located),
    }


def _sure_label(sure: Sure) -> str:
    return {
        Sure.EXACT: _("Sure"),
        Sure.LIKELY: _("Likely"),
        Sure.POSSIBLE: _("Possible"),
        Sure.NEARBY: _("Nearby"),
    }[sure]


def _why(served: Served, located: Located) -> str:
    """One sentence: why this command, and why we are that sure."""
    if located.precision == Precision.NAME and served.sure == Sure.EXACT and served is located.commands[0]:
        return _("You named it.")
    if served.command.kind == Kind.HOUSING:
        return _why_housing(served)
    if served.command.kind == Kind.TRANSIT:
        return _("Our best guess, by the nearest station that a district works from.")
    if served.share is not None:
        return _why_share(served.share, located.place)
    if located.precision == Precision.NAME:
        return _("%(name)s is one of its neighborhoods.") % {"name": located.place}
    return {
        Sure.EXACT: _("The place lies inside its borders."),
        Sure.LIKELY: _("The place lies inside its borders, as far as we know them: ours are approximate."),
        Sure.NEARBY: _("The place lies just outside its borders."),
    }.get(served.sure, "")


def _why_share(share: float, place: str) -> str:
    if share >= geography.WHOLE:
        return _("It serves all of %(place)s.") % {"place": place}
    return _("It serves %(percent)s%% of %(place)s.") % {"percent": percent(share), "place": place}


def percent(share: float | None) -> int:
    """As whole percents; what is there is at least one."""
    return max(1, round((share or 0) * 100))


def _why_housing(served: Served) -> str:
    if served.sure == Sure.EXACT:
        return _("It serves the public housing of all %(borough)s.") % {"borough": served.command.borough}
    if served.sure == Sure.LIKELY:
        return _("As far as we know it serves the public housing in this part of %(borough)s.") % {
            "borough": served.command.borough
        }
    return _("The nearest one, as far as we know. It may be another.")
