"""The desk of one command: what waits, one item at a time, and a decision on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import answering, finding, hints, moderating
from ideas.board import counts_of
from ideas.forms import CommentDecisionForm, DecisionForm, SettingsForm
from ideas.models import Action, Comment, CommentStatus, Idea, Status
from ideas.reading import steps_of
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import composing

SHOWN = 100
# What each tab lists, oldest or most wanted first.
TABS = {
    "waiting": gettext_lazy("To review"),
    "unanswered": gettext_lazy("To answer"),
    "open": gettext_lazy("Heard and acting"),
    "closed": gettext_lazy("Done"),
}
TAB_STATUSES = {
    "waiting": [Status.WAITING],
    "unanswered": [Status.SPOKEN],
    "open": [Status.HEARD, Status.ACTING],
    "closed": [Status.ACTED, Status.REFERRED, Status.SCREENED],
}
KEYS = {
    Action.APPROVE: "a",
    Action.SCREEN: "s",
    Action.REFER: "r",
    Action.HEAR: "h",
    Action.ACT: "c",
    Action.DONE: "d",
}


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def queue(request: HttpRequest, command: Command) -> HttpResponse:
    """The list, and its first item."""
    tab = request.GET.get("show", "")
    items = items_of(tab if tab in TABS else "waiting")
    if tab not in TABS:
        tab = "waiting" if items or not _answers(request, command) else "unanswered"
        items = items or items_of(tab)
    first = items[0] if items else None
    if isinstance(first, Comment):
        return _show(request, command, tab, comment=first, items=items, chosen_item=False)
    return _show(request, command, tab, idea=first, items=items, chosen_item=False)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    return _show(request, command, _tab_of(found), idea=found)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _show(request, command, "waiting", comment=get_object_or_404(comments(), pk=pk))


@require_POST
@staff_of_command(Permission.SEE_DESK)
def decide(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        if moderating.NEEDS[form.cleaned_data["action"]] not in permissions_at(request.user, command):
            raise PermissionDenied
        try:
            answering.decide_and_announce(idea=found, data=form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        except moderating.Stale as stale:
            messages.warning(request, str(stale))
            now = idea_for_desk(pk)
            return _show(request, command, _tab_of(now), idea=now, form=form, status=409)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        except composing.CannotSay as error:
            form.add_error("announcement", str(error))
        else:
            messages.success(request, _told(form.cleaned_data))
            return redirect(_after(command, found))
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return _show(request, command, _tab_of(found), idea=found, form=form, status=422)


@require_POST
@staff_of_command(Permission.MODERATE)
def decide_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = get_object_or_404(comments(), pk=pk)
    form = CommentDecisionForm(request.POST)
    if form.is_valid():
        try:
            moderating.decide_comment(
                comment=found,
                approve=form.cleaned_data["action"] == Action.APPROVE,
                by=request.user,  # type: ignore[arg-type]
                rule=form.cleaned_data["rule"],
                reason=form.cleaned_data["reason"],
            )
        except moderating.Refused as refused:
            if refused.field == "action":
                messages.warning(request, str(refused))
                found = get_object_or_404(comments(), pk=pk)
                return _show(request, command, "waiting", comment=found, form=form, status=409)
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Done."))
            return redirect("desk", slug=command.slug)
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return _show(request, command, "waiting", comment=found, form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.SETTINGS, inside=False)
def settings(request: HttpRequest, command: Command) -> HttpResponse:
    """Who may take part on the board."""
    form = SettingsForm(request.POST or None, instance=command)
    if request.method == "POST" and form.is_valid():
        # These columns only: what another person pauses at this moment stays paused.
        form.save(commit=False).save(update_fields=list(form.fields))
        messages.success(request, _("Saved. The board says so from now on."))
        return redirect("desk_settings", slug=command.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "ideas/desk_settings.html", {"command": command, "form": form}, status=status)


# What a page of the desk shows


def idea_for_desk(pk: int) -> Idea:
    found = finding.for_cards(Idea.objects.exclude(status=Status.WITHDRAWN).filter(pk=pk), None).first()
    if found is None:
        raise Http404
    return found


def comments() -> Any:
    return Comment.objects.select_related("idea", "idea__command", "parent")


def items_of(tab: str) -> list[Idea | Comment]:
    """A tab's items: what waits, oldest first; what wants an answer, most votes first."""
    ideas = finding.for_cards(Idea.objects.filter(status__in=TAB_STATUSES[tab]), None)
    if tab != "waiting":
        newest = F("answered_at").desc(nulls_last=True)
        return list(ideas.order_by(*(("-score", "pk") if tab == "unanswered" else (newest, "-pk")))[:SHOWN])
    waiting = comments().filter(status=CommentStatus.WAITING).order_by("created_at", "pk")[:SHOWN]
    both = [*ideas.order_by("created_at", "pk")[:SHOWN], *waiting]
    return sorted(both, key=lambda item: (not urgent(item), item.created_at))[:SHOWN]


def urgent(item: Idea | Comment) -> bool:
    return hints.reads_like_emergency(text_of(item))


def text_of(item: Idea | Comment) -> str:
    return f"{item.title}\n{item.body}" if isinstance(item, Idea) else item.body


def _show(
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
        "items": [_line(command, row, item) for row in (items_of(tab) if items is None else items)],
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
    return render(request, "ideas/desk.html", context, status=status)


def desk_context(request: HttpRequest, command: Command) -> dict[str, Any]:
    counts = counts_of(command)
    waiting = Comment.objects.filter(status=CommentStatus.WAITING).count()
    here = {tab: sum(counts.get(s, 0) for s in statuses) for tab, statuses in TAB_STATUSES.items()}
    here["waiting"] += waiting
    allowed = permissions_at(request.user, command)
    return {
        "command": command,
        "tabs": [
            {
                "key": tab,
                "name": name,
                "count": here[tab],
                "url": f"{reverse('desk', args=[command.slug])}?show={tab}",
            }
            for tab, name in TABS.items()
        ],
        "may": {permission.value: permission in allowed for permission in Permission},
        "now": timezone.now(),
    }


def _line(command: Command, row: Idea | Comment, current: Idea | Comment | None) -> dict[str, Any]:
    """One line of the list."""
    is_idea = isinstance(row, Idea)
    name = "desk_idea" if is_idea else "desk_comment"
    return {
        "kind": _("Idea") if is_idea else _("Comment"),
        "title": row.title if isinstance(row, Idea) else _("Under “%s”") % row.idea.title,
        "note": row.place if isinstance(row, Idea) else row.body,
        "status": row.status if is_idea else "",
        "score": row.score if isinstance(row, Idea) and row.published_at else None,
        "since": row.created_at,
        "urgent": row.status == "waiting" and urgent(row),
        "hints": len(hints.personal_data(text_of(row))) if row.status == "waiting" else 0,
        "url": reverse(name, args=[command.slug, row.pk]),
        "current": row == current,
    }


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
}


def _actions(
    request: HttpRequest, command: Command, idea: Idea, sent: DecisionForm | None
) -> list[dict[str, Any]]:
    """What this person may do with this idea as it stands, the likeliest first. `sent` is a refused one."""
    allowed = permissions_at(request.user, command)
    possible = [
        action
        for action in (Action.APPROVE, Action.HEAR, Action.ACT, Action.DONE, Action.REFER, Action.SCREEN)
        if idea.allows(action) and moderating.NEEDS[action] in allowed
    ]
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


def _answers(request: HttpRequest, command: Command) -> bool:
    return Permission.ANSWER in permissions_at(request.user, command)


def _tab_of(idea: Idea) -> str:
    return next((tab for tab, statuses in TAB_STATUSES.items() if idea.status in statuses), "closed")


def _after(command: Command, idea: Idea) -> str:
    """Back to the list it was taken from, for the next one."""
    return f"{reverse('desk', args=[command.slug])}?show={_tab_of(idea)}"


def _told(data: dict[str, Any]) -> str:
    if data.get("announce"):
        return _("Done. The announcement is on its way to the command’s account.")
    return _("Done.")
