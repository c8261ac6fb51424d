"""Weigh in: one idea at a time."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ideas import finding, voting
from ideas.board import board_context
from ideas.models import Idea
from ideas.taking_part import Part, missing
from precincts import limits, participants
from precincts.access import in_command
from precincts.models import Command


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def weigh_in(request: HttpRequest, command: Command) -> HttpResponse:
    """One card at a time. Which ones were passed over travels in the form, not in a session."""
    data = request.POST if request.method == "POST" else request.GET
    seen = [int(part) for part in data.get("seen", "").split(",") if part.isdecimal() and len(part) < 19][
        -100:
    ]
    lacking = missing(request, command, Part.VOTE)
    if request.method == "POST" and lacking is None:
        limits.count(request, "vote")
        seen = [*seen, *_weighed(request)]
    found = finding.weigh_in(request.participant, seen)  # type: ignore[attr-defined]
    return render(
        request,
        "ideas/weigh_in.html",
        board_context(request, command)
        | {"idea": found, "seen": ",".join(map(str, seen)), "cannot_vote": lacking, "weighed": len(seen)},
    )


def _weighed(request: HttpRequest) -> list[int]:
    """Take the answer to the card that was shown: up, down, or not mine to say."""
    pk, value = request.POST.get("idea", ""), request.POST.get("value", "")
    if not pk.isdecimal() or len(pk) > 18:
        return []
    found = Idea.objects.public().defer("search").filter(pk=int(pk)).first()
    if found and value in {"1", "-1"}:
        try:
            voting.cast(idea=found, participant=participants.ensure(request), value=int(value))
        except voting.NotOpen:
            messages.info(request, _("That issue was closed a moment ago."))
    return [int(pk)]
