"""One item of the desk: what it says, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import finding, hints, moderating
from ideas.desk.lists import comments, desk_context, idea_for_desk, items_of, line_of, tab_of, text_of, urgent
from ideas.forms import CommentDecisionForm, DecisionForm
from ideas.models import DECISIONS, Action, Comment, CommentStatus, Idea
from ideas.reading import steps_of
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command

# What other rooms add to an idea on the desk: each gives names for the template.
PARTS: list[Callable[[HttpRequest, Command, Idea], dict[str, Any]]] = []

KEYS = {
    Action.APPROVE: "a",
    Action.SCREEN: "s",
    Action.REFER: "r",
    Action.HEAR: "h",
    Action.ACT: "c",
    Action.DONE: "d",
    Action.CANNOT: "n",
}


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    return show(request, command, tab_of(found), idea=found)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return show(request, command, "waiting", comment=get_object_or_404(comments(), pk=pk))


def show(
    request: HttpRequest,
    command: Command,
    tab: str,
    *,
    idea: Idea | None = None,
    comment: Comment | None = None,
    form: Any = None,
    items: list[Idea | Comment] | None = None,
    chosen_item: bool = True,
    status: int = 200,
) -> HttpResponse:
    item = idea or comment
    context = desk_context(request, command) | {
        "tab": tab,
        "items": [line_of(command, row, item) for row in (items_of(tab) if items is None else items)],
        "chosen_item": chosen_item,
        "idea": idea,
        "comment": comment,
        "form": form or CommentDecisionForm(),
        "typed": _typed(form) if comment and comment.status == CommentStatus.SCREENED else [],
    }
    if item:
        body = item.body
        context |= {
            "hints": hints.personal_data(text_of(item)),
            "pieces": hints.pieces(body),
            "urgent": urgent(item),
        }
    if idea:
        actions = _actions(request, command, idea, form)
        context |= {
            "steps": steps_of(idea),
            "actions": actions,
            "typed": [] if any(action["open"] for action in actions) else _typed(form),
            "alike": [row for row in finding.close_matches(text_of(idea)) if row.pk != idea.pk],
        }
        for part in PARTS:
            context |= part(request, command, idea)
    return render(request, "ideas/desk.html", context, status=status)


def _typed(form: Any) -> list[str]:
    """What somebody wrote for an action that the item does not take any more."""
    names = ("reason", "answer", "announcement", "referred_to", "referred_url") if form else ()
    return [text for name in names if form and (text := form.data.get(name, "").strip())]


FIELDS = {
    Action.SCREEN: ["rule", "reason"],
    Action.REFER: ["referred_to", "referred_url", "answer"],
    Action.HEAR: ["answer", "announce", "announcement"],
    Action.ACT: ["answer", "announce", "announcement"],
    Action.DONE: ["answer", "announce", "announcement"],
    Action.CANNOT: ["answer", "announce", "announcement"],
}


def _actions(
    request: HttpRequest, command: Command, idea: Idea, sent: DecisionForm | None
) -> list[dict[str, Any]]:
    """What this person may do with this idea as it stands, the likeliest first. `sent` is a refused one."""
    allowed = permissions_at(request.user, command)
    possible = [action for action in DECISIONS if idea.allows(action) and moderating.NEEDS[action] in allowed]
    return [
        _action(action, possible[0], sent if sent and sent.data.get("action") == action else None)
        for action in possible
    ]


def _action(action: Action, first: Action, sent: DecisionForm | None) -> dict[str, Any]:
    form = sent or DecisionForm()
    form.auto_id = f"id_{action.value}_%s"
    return {
        "action": action.value,
        "label": action.label,
        "key": KEYS[action],
        "plain": action == Action.APPROVE,
        "open": sent is not None,
        "look": "danger" if action == Action.SCREEN else "main" if action == first else "plain",
        "form": form,
        "fields": [form[name] for name in FIELDS.get(action, [])],
    }
