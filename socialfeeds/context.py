"""What the frame of every page asks of this floor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from precincts.models import Command
from socialfeeds.models import Pause

DESK, HEADQUARTERS = "<slug:slug>/desk/", "headquarters/"


def pauses(request: HttpRequest) -> dict[str, Any]:
    """`pauses_here`: the pauses in force that a desk is under; at headquarters all of them."""
    return {"pauses_here": SimpleLazyObject(lambda: _pauses(request))}


def _pauses(request: HttpRequest) -> list[Pause]:
    match = request.resolver_match
    route = (match.route or "") if match else ""
    in_force = Pause.objects.filter(lifted_at=None).select_related("place").order_by("begun_at")
    if match and route.startswith(DESK):
        command = Command.objects.filter(slug=match.kwargs["slug"])
        return list(in_force.covering(command.values("pk")[:1], command.values("parent")[:1]))
    return list(in_force) if route.startswith(HEADQUARTERS) else []
