"""Approve-and-trust: neighbors whose ideas are not held for review any more, and taking that back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ideas import goals, moderating, trusting
from ideas.desk import spots
from ideas.desk.asked import asked_of, tab_of
from ideas.desk.item import PARTS, show
from ideas.desk.lists import asked_for, idea_for_desk, item_of, next_url
from ideas.models import Idea, Status, Trust
from precincts.access import Permission, may, permissions_at, staff_of_command
from precincts.models import Command


def _part(request: HttpRequest, command: Command, idea: Idea) -> dict[str, Any]:
    """Whether its author can be trusted from here, or is and was held. One query, while it waits."""
    if idea.status != Status.WAITING or idea.participant_id is None:
        return {}
    trusted = trusting.trusts(idea.participant_id)
    moderates = may(request.user, Permission.MODERATE, command)
    return {"held_though_trusted": trusted, "may_trust": moderates and not trusted}


PARTS.append(_part)


@require_POST
@staff_of_command(Permission.MODERATE)
def approve_and_trust(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    asked = asked_for(asked_of(request), tab_of(found.status))
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    held_against = goals.in_force()
    left = spots.spot_of(asked, request.user, held_against, item_of(found))
    try:
        trusting.approve_and_trust(idea=found, by=request.user, version=seen)  # type: ignore[arg-type]
    except moderating.Stale as stale:
        messages.warning(request, str(stale))
        now = idea_for_desk(pk)
        return show(request, command, asked, idea=now, changes=stale.changes, status=409)
    except moderating.Refused as refused:
        messages.error(request, str(refused))
        return show(request, command, asked, idea=found, status=422)
    messages.success(
        request, _("Done. What this neighbor sends is not held any more, unless something in it is marked.")
    )
    return redirect(next_url(request, command, asked, held_against, left))


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def trusted(request: HttpRequest, command: Command) -> HttpResponse:
    """Who is trusted, and who was: by what they sent, for nobody knows who they are."""
    allowed = permissions_at(request.user, command)
    context = {
        "command": command,
        "may": {permission.value: permission in allowed for permission in Permission},
        "lines": trusting.lines(),
        "before": trusting.lines(revoked=True),
    }
    return render(request, "ideas/desk_trusted.html", context)


@require_POST
@staff_of_command(Permission.MODERATE)
def revoke_trust(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    trusting.revoke(trust=get_object_or_404(Trust, pk=pk), by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Taken back. What this neighbor sends waits for review again."))
    return redirect("desk_trusted", slug=command.slug)
