"""Merging two ideas, with both before one's eyes; and splitting one off again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ideas import finding, merging, moderating
from ideas.desk.lists import idea_for_desk, text_of
from ideas.models import Action, Decision, Idea
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command

WORDS_LENGTH = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.MODERATE)
def merge(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """GET: look for the other one (?q=), or look at both (?into=). POST: merge them."""
    found = idea_for_desk(pk)
    if request.method != "POST":
        return _page(request, command, found, into=_target(request.GET.get("into", "")))
    into = _target(request.POST.get("into", ""))
    if into is None:
        return _page(request, command, found, error=_("Choose the issue that it is merged into."), status=422)
    try:
        merging.merge(
            idea=found,
            into=into,
            by=request.user,  # type: ignore[arg-type]
            version=_number(request.POST.get("version", "")),
            into_version=_number(request.POST.get("into_version", "")),
        )
    except moderating.Refused as refused:
        return _page(request, command, found, error=str(refused), status=422)
    except moderating.Stale as stale:
        messages.warning(request, str(stale))
        now = idea_for_desk(pk)
        return _page(request, command, now, into=_target(str(into.pk)), changes=stale.changes, status=409)
    messages.success(request, _("Merged. Its votes count there now."))
    return redirect("desk_idea", slug=command.slug, pk=into.pk)


@require_POST
@staff_of_command(Permission.MODERATE)
def split(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    try:
        merging.split(
            idea=found,
            by=request.user,  # type: ignore[arg-type]
            version=_number(request.POST.get("version", "")),
        )
    except moderating.Stale as stale:
        messages.warning(request, str(stale))
        return _page(request, command, idea_for_desk(pk), changes=stale.changes, status=409)
    messages.success(request, _("Split off. It stands where it stood, and its votes are its own."))
    return redirect("desk_idea", slug=command.slug, pk=pk)


def _number(text: str) -> int | None:
    """A number that a row can have."""
    digits = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if digits else None


def _target(text: str) -> Idea | None:
    number = _number(text.strip().lstrip("#"))
    return finding.for_cards(Idea.objects.filter(pk=number), None).first() if number else None


def _page(
    request: HttpRequest,
    command: Command,
    idea: Idea,
    *,
    into: Idea | None = None,
    error: str = "",
    changes: list[Decision] | None = None,
    status: int = 200,
) -> HttpResponse:
    preview = None
    can = idea.allows(Action.MERGE)
    if into is not None and can:
        try:
            preview = merging.preview(idea=idea, into=into)
        except moderating.Refused as refused:
            error = error or str(refused)
    context: dict[str, Any] = {
        "command": command,
        "may": {one.value: one in permissions_at(request.user, command) for one in Permission},
        "idea": idea,
        "preview": preview,
        "error": error,
        "changes": changes or [],
        "can": can,
    }
    if preview is None and can:
        words = request.GET.get("q", "").replace("\0", "").strip()[:WORDS_LENGTH]
        context |= {
            "words": words,
            "found": merging.targets(idea, words) if words else [],
            "alike": [row for row in finding.close_matches(text_of(idea), most=6) if row.pk != idea.pk],
            "near": _near(idea),
        }
    return render(request, "ideas/desk_merge.html", context, status=status)


def _near(idea: Idea) -> list[Idea]:
    """Open ones around its pin; those of its topic first."""
    if idea.latitude is None or idea.longitude is None:
        return []
    topic = idea.topic.slug if idea.topic else ""
    rows = finding.nearby(finding.Point(idea.latitude, idea.longitude), topic=topic, most=6)
    return [row for row in rows if row.pk != idea.pk]
