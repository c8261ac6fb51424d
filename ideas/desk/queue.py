"""The queue of one command, and its first item."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import claiming, goals
from ideas.desk.asked import asked_of
from ideas.desk.item import show
from ideas.desk.lists import comments, idea_for_desk, lines_of, page_of
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command

# A page has fifty lines and an item.
MOST_LINES = 60


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def queue(request: HttpRequest, command: Command) -> HttpResponse:
    """The list, and its first item. With htmx and a cursor it answers with the next lines alone."""
    asked, held_against = asked_of(request), goals.in_force()
    here = replace(asked, tab=asked.tab or "waiting")
    page = page_of(here, request.user, held_against)
    if not page[0] and not asked.tab and not asked.filtered and _answers(request, command):
        here = replace(asked, tab="unanswered")
        page = page_of(here, request.user, held_against)
    if request.htmx and asked.after and not request.htmx.boosted:  # type: ignore[attr-defined]
        held = claiming.by_others(request.user)  # type: ignore[arg-type]
        lines = lines_of(command, here, page[0], held_against, held)
        next_url = here.url(command, after=page[1]) if page[1] else ""
        context = {"command": command, "items": lines, "next_url": next_url}
        return render(request, "ideas/desk.html#lines", context)
    if not page[0]:
        return show(request, command, here, page=page, goals=held_against, chosen_item=False)
    kind, pk = page[0][0].item
    if kind == "comment":
        found = comments().get(pk=pk)
        return show(request, command, here, comment=found, page=page, goals=held_against, chosen_item=False)
    return show(
        request, command, here, idea=idea_for_desk(pk), page=page, goals=held_against, chosen_item=False
    )


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def holds(request: HttpRequest, command: Command) -> HttpResponse:
    """Who looks at which of the lines that a page shows (`line`, many), and at its item (`current`)."""
    held = claiming.by_others(request.user)  # type: ignore[arg-type]
    by_id = {f"{kind}:{pk}": claim for (kind, pk), claim in held.items()}
    lines = [name for name in request.GET.getlist("line")[:MOST_LINES] if _is_item(name)]
    current = request.GET.get("current", "")
    context = {
        "lines": [{"id": name.replace(":", "-"), "held": by_id.get(name)} for name in dict.fromkeys(lines)],
        "current": current if _is_item(current) else "",
        "held_now": by_id.get(current),
    }
    return render(request, "ideas/desk_holds.html", context)


def _is_item(name: str) -> bool:
    kind, _colon, pk = name.partition(":")
    return kind in ("idea", "comment", "thread") and pk.isascii() and pk.isdigit() and len(pk) < 20


def _answers(request: HttpRequest, command: Command) -> bool:
    return Permission.ANSWER in permissions_at(request.user, command)
