"""The published rules in all their editions, and where to turn when it cannot wait."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ideas.conduct import compare
from ideas.models import Edition


@require_safe
def conduct(request: HttpRequest) -> HttpResponse:
    """The edition in force, and the way to those before it."""
    return _page(request, None)


@require_safe
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """One edition as it was published, for good; with what it changed."""
    return _page(request, number)


def _page(request: HttpRequest, number: int | None) -> HttpResponse:
    published = list(Edition.objects.filter(published_at__isnull=False).order_by("-number"))
    shown = next((one for one in published if number in (None, one.number)), None)
    if shown is None and number is not None:
        raise Http404
    rules = list(shown.rules.all()) if shown else []
    before = next((one for one in published if shown and one.number < shown.number), None)
    return render(
        request,
        "ideas/conduct.html",
        {
            "edition": shown,
            "in_force": published[0] if published else None,
            "rules": rules,
            "editions": published,
            "before": before,
            # Only where somebody asked for this edition: the page of the rules in force stays short.
            "changes": compare(before.rules.all(), rules) if before and number is not None else [],
        },
    )


@require_safe
def emergency(request: HttpRequest) -> HttpResponse:
    return render(request, "ideas/emergency.html")
