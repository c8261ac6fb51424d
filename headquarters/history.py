"""What was changed for the whole city: the editions of the code of conduct, and the service goals."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import changes
from ideas.changes import Change, State
from ideas.desk.history import PAGE, choices, comparison
from precincts.access import Permission, staff_of_city

# What the page can be narrowed to.
SUBJECTS: dict[str, tuple[Any, list[str]]] = {
    "conduct": (gettext_lazy("Code of conduct"), ["edition", "rule"]),
    "goals": (gettext_lazy("Service goals"), ["service_goal"]),
}


@never_cache
@require_safe
@staff_of_city(Permission.HISTORY)
def city_history(request: HttpRequest) -> HttpResponse:
    """Who published which edition, and who set which goal; whatever changed them."""
    subject = request.GET.get("of", "")
    kinds = SUBJECTS[subject][1] if subject in SUBJECTS else list(changes.OF_CITY)
    return _page(
        request,
        _("What was changed for the city"),
        changes.of_city(kinds),
        subjects=[("", _("All"), subject not in SUBJECTS)]
        + [(key, name, key == subject) for key, (name, _kinds) in SUBJECTS.items()],
        subject=subject if subject in SUBJECTS else "",
    )


@never_cache
@require_safe
@staff_of_city(Permission.HISTORY)
def city_row_history(request: HttpRequest, kind: str, row: int) -> HttpResponse:
    """One goal, edition or rule: its changes, and two of its states side by side."""
    found, states = changes.of_row(kind, row) if kind in changes.OF_CITY else ([], [])
    if not states:
        raise Http404
    title = _("What was changed: %(thing)s") % {"thing": changes.thing_of(kind, states[-1].values)}
    return _page(request, title, found, comparison=comparison(request, kind, states), states=choices(states))


def _page(request: HttpRequest, title: str, found: list[Change], **more: Any) -> HttpResponse:
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"title": title, "page": page, "lines": [_line(change) for change in page]}
    return render(request, "headquarters/history.html", context | more)


def _line(change: Change) -> dict[str, Any]:
    """A change; what its edition said of itself; and where its two states stand side by side."""
    return {
        "change": change,
        "url": _url(change),
        "says": _says(change.now) if change.kind == "edition" else "",
    }


def _says(edition: State | None) -> str:
    return edition.values["note"] if edition else ""


def _url(change: Change) -> str:
    if change.then and change.now:
        place = reverse("headquarters_row_history", args=[change.kind, change.pk])
        return f"{place}?then={change.then.key}&now={change.now.key}#compare"
    if change.kind == "edition" and change.now and change.now.values["number"] > 1:
        # Its own page shows, rule by rule, what it changed.
        return reverse("conduct_edition", args=[change.now.values["number"]])
    return ""
