"""What stood before: of an issue, of a command's settings, people and lists; any two states compared."""

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
from ideas.changes import Change, Comparison, State
from ideas.desk.item import PARTS
from ideas.desk.lists import idea_for_desk
from ideas.models import Idea
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command

PAGE = 50
IN_SHORT = 3
# What the command's own page can be narrowed to.
SUBJECTS: dict[str, tuple[Any, list[str]]] = {
    "settings": (gettext_lazy("Settings"), ["settings"]),
    "people": (gettext_lazy("People"), ["role", "invitation", "trust"]),
    "replies": (gettext_lazy("Saved replies and labels"), ["saved_reply", "label"]),
    "voice": (gettext_lazy("Accounts and messages"), ["account", "message", "delivery"]),
    "webhooks": (gettext_lazy("Webhooks"), ["webhook"]),
}


def in_short(request: HttpRequest, command: Command, idea: Idea) -> dict[str, Any]:
    """The last changes of an idea, for its page on the desk."""
    if idea.version == 1 or Permission.HISTORY not in permissions_at(request.user, command):
        return {}
    return {"last_changes": changes.of_idea_alone(idea, IN_SHORT)}


PARTS.append(in_short)


@never_cache
@require_safe
@staff_of_command(Permission.HISTORY)
def idea_history(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """All that was changed about an issue, and two of its states side by side."""
    idea = idea_for_desk(pk)
    return _page(
        request,
        command,
        title=_("What was changed: %(title)s") % {"title": idea.title},
        back=(reverse("desk_idea", args=[command.slug, pk]), _("Issue")),
        found=changes.of_idea(idea),
        row=("idea", changes.of_row("idea", pk, command)[1]),
    )


@never_cache
@require_safe
@staff_of_command(Permission.HISTORY)
def command_history(request: HttpRequest, command: Command) -> HttpResponse:
    """What was changed about the command's settings, people and lists."""
    subject = request.GET.get("of", "")
    kinds = SUBJECTS[subject][1] if subject in SUBJECTS else changes.OF_COMMAND
    return _page(
        request,
        command,
        title=_("What was changed here"),
        back=(reverse("desk", args=[command.slug]), _("Desk")),
        found=changes.of_command(command, kinds),
        subjects=[("", _("All"), subject not in SUBJECTS)]
        + [(key, name, key == subject) for key, (name, _kinds) in SUBJECTS.items()],
        subject=subject if subject in SUBJECTS else "",
    )


@never_cache
@require_safe
@staff_of_command(Permission.HISTORY)
def row_history(request: HttpRequest, command: Command, kind: str, pk: int) -> HttpResponse:
    """One row's changes, and two of its states side by side."""
    if kind not in changes.KINDS or kind in changes.OF_CITY:
        raise Http404
    found, states = changes.of_row(kind, pk, command)
    if not states:
        raise Http404
    return _page(
        request,
        command,
        title=_("What was changed: %(thing)s") % {"thing": changes.KINDS[kind][1]},
        back=(reverse("desk_history", args=[command.slug]), _("History")),
        found=found,
        row=(kind, states),
    )


def _page(
    request: HttpRequest,
    command: Command,
    *,
    title: str,
    back: tuple[str, str],
    found: list[Change],
    row: tuple[str, list[State]] | None = None,
    **more: Any,
) -> HttpResponse:
    allowed = permissions_at(request.user, command)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "command": command,
        "may": {permission.value: permission in allowed for permission in Permission},
        "title": title,
        "back": {"url": back[0], "name": back[1]},
        "page": page,
        "lines": [_line(command, change) for change in page],
        "comparison": comparison(request, *row) if row else None,
        "states": choices(row[1]) if row else [],
    }
    return render(request, "ideas/desk_history.html", context | more)


def _line(command: Command, change: Change) -> dict[str, Any]:
    """A change, and where its two states stand side by side."""
    url = ""
    if change.then and change.now:
        place = (
            reverse("desk_idea_history", args=[command.slug, change.pk])
            if change.kind == "idea"
            else reverse("desk_row_history", args=[command.slug, change.kind, change.pk])
        )
        url = f"{place}?then={change.then.key}&now={change.now.key}#compare"
    return {"change": change, "url": url}


def comparison(request: HttpRequest, kind: str, states: list[State]) -> Comparison | None:
    """Those asked for; else the last two. Nothing where there is only one."""
    if len(states) < 2:
        return None
    by_key = {state.key: state for state in states}
    then = by_key.get(request.GET.get("then", ""), states[-2])
    now = by_key.get(request.GET.get("now", ""), states[-1])
    return changes.compare(kind, then, now)


def choices(states: list[State]) -> list[tuple[int, State]]:
    """The states with their numbers, the newest first."""
    return [(number, state) for number, state in enumerate(states, start=1)][::-1]
