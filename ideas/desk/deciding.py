"""Decisions, as the desk sends them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas import answering, moderating
from ideas.desk.item import show
from ideas.desk.lists import comments, idea_for_desk, tab_of
from ideas.forms import CommentDecisionForm, DecisionForm
from ideas.models import Action, Idea
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import composing


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
            return show(request, command, tab_of(now), idea=now, form=form, status=409)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        except composing.CannotSay as error:
            form.add_error("announcement", str(error))
        else:
            messages.success(request, _told(form.cleaned_data))
            return redirect(_after(command, found))
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return show(request, command, tab_of(found), idea=found, form=form, status=422)


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
        except moderating.Stale as stale:
            messages.warning(request, str(stale))
            found = get_object_or_404(comments(), pk=pk)
            return show(request, command, "waiting", comment=found, form=form, status=409)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Done."))
            return redirect("desk", slug=command.slug)
    if "action" in form.errors:
        messages.error(request, _("Choose what to do with it."))
    return show(request, command, "waiting", comment=found, form=form, status=422)


def _after(command: Command, idea: Idea) -> str:
    """Back to the list it was taken from, for the next one."""
    return f"{reverse('desk', args=[command.slug])}?show={tab_of(idea)}"


def _told(data: dict[str, Any]) -> str:
    if data.get("announce"):
        return _("Done. The announcement is on its way to the command’s account.")
    return _("Done.")
