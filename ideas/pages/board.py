"""A command's front door, and its board."""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ideas import finding
from ideas.board import board_context, counts_of, promise
from ideas.forms import HomeZipForm, in_city
from ideas.models import LISTED, Status
from ideas.pages.leading import next_page
from ideas.record import lately
from ideas.taking_part import serves
from precincts import participants
from precincts.access import in_command
from precincts.models import Command
from socialfeeds.models import Account

SORT_NAMES = {
    finding.Sort.TRENDING: gettext_lazy("Trending"),
    finding.Sort.NEWEST: gettext_lazy("New"),
    finding.Sort.NEAR: gettext_lazy("Near me"),
    finding.Sort.VOTES: gettext_lazy("Most votes"),
}
STAGES = {
    "spoken": LISTED,
    "heard": [Status.HEARD, Status.ACTING, Status.ACTED, Status.CANNOT],
    "acted": [Status.ACTED],
}
ASKED = ("sort", "status", "topic", "q", "lat", "lon", "cursor")
ASKED_LENGTH = 200
STATUS_CHOICES = [(status.value, status.label) for status in LISTED]


# The command's own page, and its board


@require_safe
@in_command
def front_door(request: HttpRequest, command: Command) -> HttpResponse:
    """A command's front door: the promise, what is on people's minds, and who this is."""
    page = finding.board(finding.Asked(), request.participant, size=5)  # type: ignore[attr-defined]
    counts = counts_of(command)
    return render(
        request,
        "ideas/front_door.html",
        board_context(request, command)
        | {
            "promise": promise(command, counts),
            "ideas": page.ideas,
            "screened": counts.get(Status.SCREENED, 0),
            "totals": lately(command),
            "accounts": Account.objects.order_by("network", "handle"),
        },
    )


@require_safe
@in_command
def board(request: HttpRequest, command: Command) -> HttpResponse:
    """The list. With htmx and a cursor it answers with the next cards alone."""
    asked = asked_of(request)
    try:
        page = finding.board(asked, request.participant)  # type: ignore[attr-defined]
    except finding.BadCursor:
        messages.info(request, _("That page is gone. Here is the list from its top."))
        return redirect("ideas", slug=command.slug)
    context = board_context(request, command) | {
        "promise": promise(command, counts_of(command)),
        "ideas": page.ideas,
        "asked": asked,
        "next_url": _with(request, cursor=page.next_cursor) if page.next_cursor else "",
        "sorts": [
            {"name": name, "url": _with(request, sort=sort, cursor=""), "current": sort == asked.sort}
            for sort, name in SORT_NAMES.items()
        ],
        "status": request.GET.get("status", ""),
        "statuses": STATUS_CHOICES,
        "topics": finding.topics(),
    }
    template = "ideas/board.html"
    if request.htmx and asked.cursor:  # type: ignore[attr-defined]
        template += "#cards"
    return render(request, template, context)


def asked_of(request: HttpRequest) -> finding.Asked:
    """What the address asks a list for. What it does not understand it leaves out."""
    asked = request.GET
    sort = asked.get("sort", "")
    return finding.Asked(
        sort=finding.Sort(sort) if sort in SORT_NAMES else finding.Sort.TRENDING,
        statuses=statuses_of(asked.get("status", "")),
        topic=asked.get("topic", "")[:40],
        words=asked.get("q", "").strip()[:ASKED_LENGTH],
        near=point_of(asked.get("lat", ""), asked.get("lon", "")),
        cursor=asked.get("cursor", ""),
    )


def statuses_of(text: str) -> Sequence[str]:
    """ "heard" means heard or further; several may be named with commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) == 1 and names[0] in STAGES:
        return STAGES[names[0]]
    return names


def point_of(latitude: str, longitude: str) -> finding.Point | None:
    try:
        point = finding.Point(float(latitude), float(longitude))
    except ValueError:
        return None
    return point if in_city(point.latitude, point.longitude) and math.isfinite(point.latitude) else None


def _with(request: HttpRequest, **changes: str) -> str:
    """The address of this list with something changed. What it did not understand is not passed on."""
    asked = {name: request.GET.get(name, "").strip()[:ASKED_LENGTH] for name in ASKED} | changes
    return "?" + urlencode({name: value for name, value in asked.items() if value})


@require_POST
@in_command
def home_zip(request: HttpRequest, command: Command) -> HttpResponse:
    """Keep the participant's home ZIP code, and say whether this command serves it."""
    form = HomeZipForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["home_zip"])))
    else:
        participant = participants.ensure(request)
        participant.home_zip = form.cleaned_data["home_zip"]
        participant.save(update_fields=["home_zip"])
        if not serves(command, participant.home_zip):
            messages.error(request, _("%(name)s does not serve that ZIP code.") % {"name": command.name})
    return redirect(next_page(request, command.get_absolute_url()))
