"""Decisions, as the desk sends them, and taking them back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas import answering, goals, moderating, undoing, working
from ideas.desk import spots
from ideas.desk.asked import Asked, asked_of, tab_of
from ideas.desk.item import show
from ideas.desk.lists import URLS, asked_for, comments, idea_for_desk, item_of, next_url
from ideas.forms import CommentDecisionForm, DecisionForm
from ideas.goals import Goals
from ideas.models import Action, Comment, Decision, Idea, SavedReply
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import composing

MOST = 2**63


@require_POST
@staff_of_command(Permission.SEE_DESK)
def decide(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_desk(pk)
    asked = asked_for(asked_of(request), tab_of(found.status))
    if action := request.POST.get("insert"):
        return _insert(request, command, asked, found, action)
    form = DecisionForm(request.POST, request.FILES)
    if form.is_valid():
        if moderating.NEEDS[form.cleaned_data["action"]] not in permissions_at(request.user, command):
            raise PermissionDenied
        held_against, left = _left(request, asked, found)
        try:
            decision = answering.decide_and_announce(idea=found, data=form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        except moderating.Stale as stale:
            messages.warning(request, str(stale))
            now = idea_for_desk(pk)
            return show(request, command, asked, idea=now, form=form, changes=stale.changes, status=409)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        except composing.CannotSay as error:
            form.add_error("announcement", str(error))
        else:
            messages.success(request, _told(decision))
            return redirect(next_url(request, command, asked, held_against, left))
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return show(request, command, asked, idea=found, form=form, status=422)


@require_POST
@staff_of_command(Permission.MODERATE)
def decide_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = get_object_or_404(comments(), pk=pk)
    asked = asked_for(asked_of(request), "waiting")
    form = CommentDecisionForm(request.POST)
    if form.is_valid():
        held_against, left = _left(request, asked, found)
        try:
            moderating.decide_comment(
                comment=found,
                approve=form.cleaned_data["action"] == Action.APPROVE,
                by=request.user,  # type: ignore[arg-type]
                rule=form.cleaned_data["rule"],
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )
        except moderating.Stale as stale:
            messages.warning(request, str(stale))
            found = get_object_or_404(comments(), pk=pk)
            return show(request, command, asked, comment=found, form=form, changes=stale.changes, status=409)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Done."))
            return redirect(next_url(request, command, asked, held_against, left))
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return show(request, command, asked, comment=found, form=form, status=422)


@require_POST
@staff_of_command(Permission.MODERATE)
def undo(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Take one's own decision back, within a minute and while nobody decided on it since."""
    decision = get_object_or_404(Decision.objects.select_related("idea"), pk=pk)
    if decision.decided_by_id != request.user.pk:
        raise PermissionDenied
    asked = asked_of(request)
    try:
        item = undoing.undo(decision=decision, by=request.user)  # type: ignore[arg-type]
    except moderating.Stale as stale:
        messages.warning(request, _("Others have decided on this since, so it stays as it is now."))
        return _as_it_stands(request, command, asked, decision, changes=stale.changes)
    except moderating.Refused as refused:
        messages.error(request, str(refused))
        return _as_it_stands(request, command, asked, decision)
    kind, key = item_of(item)
    messages.success(request, _("Undone. It stands as it stood before."))
    return redirect(reverse(URLS[kind], args=[command.slug, key]) + asked.query())


def _as_it_stands(
    request: HttpRequest, command: Command, asked: Asked, decision: Decision, **more: Any
) -> HttpResponse:
    if decision.comment_id:
        comment = get_object_or_404(comments(), pk=decision.comment_id)
        asked = asked_for(asked, "waiting")
        return show(request, command, asked, comment=comment, status=409, **more)
    idea = idea_for_desk(decision.idea_id)
    return show(request, command, asked_for(asked, tab_of(idea.status)), idea=idea, status=409, **more)


def _left(request: HttpRequest, asked: Asked, item: Idea | Comment) -> tuple[Goals, spots.Spot | None]:
    """Where the item stands on the list before it is decided on: the next is what comes after it."""
    held_against = goals.in_force()
    return held_against, spots.spot_of(asked, request.user, held_against, item_of(item))


def _insert(request: HttpRequest, command: Command, asked: Asked, idea: Idea, action: str) -> HttpResponse:
    """Nothing is decided yet: a saved reply goes into the answer, below what is there already."""
    typed = {name: request.POST.get(name, "") for name in request.POST}
    wanted = request.POST.get("reply", "")
    is_number = wanted.isascii() and wanted.isdigit() and int(wanted[:20]) < MOST
    reply = SavedReply.objects.filter(pk=int(wanted)).first() if is_number else None
    if reply is None:
        messages.info(request, _("Choose a saved reply first."))
    else:
        text = working.fill(reply.text, idea=idea, command=command)
        typed["answer"] = "\n\n".join(filter(None, [typed.get("answer", "").rstrip(), text]))
    form = DecisionForm(initial=typed)
    return show(request, command, asked, idea=idea, form=form, opened=action)


def _told(decision: Decision) -> str:
    return f"{_('Done.')} {answering.told(decision)}".strip()
