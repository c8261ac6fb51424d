"""One item of the desk: what it says, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import claiming, finding, flagging, goals, moderating, referring, undoing, working
from ideas.desk.asked import Asked, asked_of, tab_of
from ideas.desk.forms import AssignForm, DueForm, LabelsForm, NoteForm
from ideas.desk.lists import (
    asked_for,
    comments,
    desk_context,
    idea_for_desk,
    item_of,
    lines_of,
    page_of,
    text_of,
    urgent,
)
from ideas.desk.spots import Item, Spot
from ideas.forms import CommentDecisionForm, DecisionForm
from ideas.goals import Goals
from ideas.models import (
    DECISIONS,
    Action,
    Appeal,
    Claim,
    Comment,
    CommentStatus,
    Decision,
    Idea,
    IdeaLabel,
    SavedReply,
)
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
    return show(request, command, asked_for(asked_of(request), tab_of(found.status)), idea=found)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = get_object_or_404(comments(), pk=pk)
    return show(request, command, asked_for(asked_of(request), "waiting"), comment=found)


def show(
    request: HttpRequest,
    command: Command,
    asked: Asked,
    *,
    idea: Idea | None = None,
    comment: Comment | None = None,
    form: Any = None,
    opened: str = "",
    work: dict[str, Any] | None = None,
    changes: list[Decision] | None = None,
    page: tuple[list[Spot], str] | None = None,
    goals: Goals | None = None,
    chosen_item: bool = True,
    status: int = 200,
) -> HttpResponse:
    """A list and one of its items.

    `form` is a decision that was refused, or one that somebody is still writing (`opened`: its action);
    `work` are refused forms of the rest, by their name; `changes` what was decided since the page was made.
    """
    held_against = goals or _goals_in_force()
    spots, more = page or page_of(asked, request.user, held_against)
    held = claiming.by_others(request.user)  # type: ignore[arg-type]
    item = idea or comment
    current = item_of(item) if item else None
    context = desk_context(request, command, asked, held_against) | {
        "items": lines_of(command, asked, spots, held_against, held),
        "next_url": asked.url(command, after=more) if more else "",
        "current": f"{current[0]}:{current[1]}" if current else "",
        "chosen_item": chosen_item,
        "idea": idea,
        "comment": comment,
        "form": form or CommentDecisionForm(),
        "typed": _typed(form) if comment and comment.status == CommentStatus.SCREENED else [],
        "changes": [_change(decision) for decision in changes or []],
        "undo": undoable(request),
    }
    if item:
        context |= _of_item(command, item, held_against, held)
    if idea:
        actions = _actions(request, command, idea, form, opened)
        context |= {
            "steps": steps_of(idea),
            "actions": actions,
            "typed": [] if any(action["open"] for action in actions) else _typed(form),
            "alike": [row for row in finding.close_matches(text_of(idea)) if row.pk != idea.pk],
        }
        context |= _work(command, idea, work or {})
        for part in PARTS:
            context |= part(request, command, idea)
    response = render(request, "ideas/desk.html", context, status=status)
    if request.method == "POST":
        # What came back stands at no address that one can go to again.
        response["HX-Push-Url"] = "false"
    return response


def _goals_in_force() -> Goals:
    return goals.in_force()


def _of_item(
    command: Command, item: Idea | Comment, held_against: Goals, held: dict[Item, Claim]
) -> dict[str, Any]:
    """What the page says of an idea or a comment alike."""
    kind, pk = item_of(item)
    over = held_against.idea_over(item) if isinstance(item, Idea) else held_against.comment_over(item)
    claim = held.get((kind, pk))
    reports = list(working.open_reports(item)) if item.status != "waiting" else []
    this = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    outcomes = Appeal.objects.filter(decided_at__isnull=False, seen_at__isnull=True, **this)
    return {
        "item": f"{kind}:{pk}",
        "hints": flagging.reasons(item),
        "pieces": flagging.marked(item),
        "urgent": urgent(item),
        "over_hours": int(over.total_seconds() // 3600) if over else None,
        "held_now": claim,
        "claim_url": reverse(f"claim_{kind}", args=[command.slug, pk]),
        "keep_url": reverse(f"keep_{kind}", args=[command.slug, pk]),
        "reports": reports,
        "reports_upto": max((report.pk for report in reports), default=0),
        "outcomes": list(outcomes.select_related("decision__rule")),
    }


def _change(decision: Decision) -> dict[str, Any]:
    """One thing that happened since somebody looked."""
    model = Comment if decision.comment_id else Idea
    names = dict(model._meta.get_field("status").flatchoices)
    return {
        "decision": decision,
        "from": names.get(decision.from_status, decision.from_status),
        "to": names.get(decision.to_status, decision.to_status),
    }


def undoable(request: HttpRequest) -> dict[str, Any] | None:
    """The last thing that this person decided here, while it can be taken back."""
    since = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS)
    recent = Decision.objects.filter(
        decided_by=request.user.pk, decided_at__gt=since, told_at__isnull=True, undone_at__isnull=True
    )
    decision = recent.select_related("idea").defer("idea__search").order_by("-decided_at", "-pk").first()
    if decision is None or not undoing.still_open(decision, request.user):  # type: ignore[arg-type]
        return None
    left = settings.UNDO_SECONDS - (timezone.now() - decision.decided_at).total_seconds()
    return {"decision": decision, "seconds": max(1, int(left))}


def _typed(form: Any) -> list[str]:
    """What somebody wrote for an action that the item does not take any more."""
    names = ("reason", "answer", "announcement", "referred_to", "referred_url") if form else ()
    return [text for name in names if form and (text := form.data.get(name, "").strip())]


FIELDS = {
    Action.SCREEN: ["edition", "rule", "reason"],
    Action.REFER: ["agency", "referred_to", "referred_url", "answer"],
    Action.HEAR: ["answer", "announce", "announcement"],
    Action.ACT: ["answer", "announce", "announcement"],
    Action.DONE: ["answer", "acted_on", "announce", "announcement"],
    Action.CANNOT: ["answer", "announce", "announcement"],
}


def _actions(
    request: HttpRequest, command: Command, idea: Idea, sent: DecisionForm | None, opened: str
) -> list[dict[str, Any]]:
    """What this person may do with this idea as it stands, the likeliest first. `sent` is a refused one."""
    allowed = permissions_at(request.user, command)
    possible = [action for action in DECISIONS if idea.allows(action) and moderating.NEEDS[action] in allowed]
    opened = opened or (sent.data.get("action", "") if sent else "")
    guess = {"agency": referring.first_choice(idea)} if Action.REFER in possible else {}
    return [_action(action, possible[0], sent if action == opened else None, guess) for action in possible]


def _action(
    action: Action, first: Action, sent: DecisionForm | None, guess: dict[str, str]
) -> dict[str, Any]:
    """`guess` is what an empty form begins with."""
    form = sent or DecisionForm(initial=guess)
    form.auto_id = f"id_{action.value}_%s"
    fields = [form[name] for name in FIELDS.get(action, [])]
    return {
        "action": action.value,
        "label": action.label,
        "key": KEYS[action],
        "plain": action == Action.APPROVE,
        "open": sent is not None,
        "look": "danger" if action == Action.SCREEN else "main" if action == first else "plain",
        "form": form,
        "fields": fields,
        "replies": any(field.name == "answer" for field in fields),
    }


def _work(command: Command, idea: Idea, refused: dict[str, Any]) -> dict[str, Any]:
    """What a desk does beside deciding: its forms and what they hold. A refused one stands as it was sent."""
    labels = list(IdeaLabel.objects.filter(idea=idea).select_related("label").order_by("label__name"))
    forms = {
        "assign": AssignForm(command=command, idea=idea),
        "due": DueForm(idea=idea),
        "labels": LabelsForm(chosen=[row.label_id for row in labels]),
        "note": NoteForm(),
    } | refused
    return {
        "work": forms,
        "work_open": next(iter(refused), ""),
        "labels": [row.label for row in labels],
        "notes": list(idea.notes.select_related("author")),
        "replies": list(SavedReply.objects.only("pk", "name")),
    }
