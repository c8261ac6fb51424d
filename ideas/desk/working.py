"""What staff do with an item beside deciding: look, assign, note, label, set a day, deal with reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas import claiming, goals, working
from ideas.desk import spots
from ideas.desk.asked import asked_of, tab_of
from ideas.desk.forms import AssignForm, DueForm, LabelsForm, NoteForm
from ideas.desk.item import show
from ideas.desk.lists import URLS, asked_for, comments, idea_for_desk, item_of, next_url
from ideas.models import Appeal, Comment, Idea, Status
from precincts.access import Permission, staff_of_command
from precincts.models import Command

MOST = 2**63


def _to_item(request: HttpRequest, command: Command, item: Idea | Comment) -> HttpResponse:
    kind, pk = item_of(item)
    return redirect(reverse(URLS[kind], args=[command.slug, pk]) + asked_of(request).query())


# Looking


def _claim(request: HttpRequest, command: Command, item: Idea | Comment) -> HttpResponse:
    """With a script it answers with nothing; without, the page says who looks."""
    kind, pk = item_of(item)
    if request.POST.get("release"):
        claiming.release(kind=kind, item=pk, by=request.user)  # type: ignore[arg-type]
        return HttpResponse(status=204)
    claim = claiming.claim(kind=kind, item=pk, by=request.user)  # type: ignore[arg-type]
    if request.POST.get("quiet"):
        return HttpResponse(status=204)
    if claim.user_id == request.user.pk:
        messages.success(request, _("The others see that you are looking at this."))
    else:
        messages.info(
            request, _("%(name)s is looking at this already.") % {"name": claiming.name_of(claim.user)}
        )
    return _to_item(request, command, item)


@require_POST
@staff_of_command(Permission.MODERATE)
def claim_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _claim(request, command, get_object_or_404(Idea.objects.exclude(status=Status.WITHDRAWN), pk=pk))


@require_POST
@staff_of_command(Permission.MODERATE)
def claim_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _claim(request, command, get_object_or_404(Comment, pk=pk))


# The forms beside the decisions

# By which name the page knows each.
WORK: dict[type[forms.Form], str] = {
    AssignForm: "assign",
    DueForm: "due",
    LabelsForm: "labels",
    NoteForm: "note",
}


def _worked(
    request: HttpRequest, command: Command, idea: Idea, form: forms.Form, do: Callable[[], Any]
) -> HttpResponse:
    name = WORK[type(form)]
    if not form.is_valid():
        asked = asked_for(asked_of(request), tab_of(idea.status))
        return show(request, command, asked, idea=idea, work={name: form}, status=422)
    do()
    messages.success(request, _("Saved."))
    return _to_item(request, command, idea)


@require_POST
@staff_of_command(Permission.MODERATE)
def assign(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    idea = idea_for_desk(pk)
    form = AssignForm(request.POST, command=command, idea=idea)
    return _worked(
        request,
        command,
        idea,
        form,
        lambda: working.assign(idea=idea, to=form.cleaned_data["assigned_to"]),
    )


@require_POST
@staff_of_command(Permission.MODERATE)
def due(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    idea = idea_for_desk(pk)
    form = DueForm(request.POST, idea=idea)
    return _worked(
        request,
        command,
        idea,
        form,
        lambda: working.set_due(idea=idea, on=form.cleaned_data["due_on"]),
    )


@require_POST
@staff_of_command(Permission.MODERATE)
def label(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    idea = idea_for_desk(pk)
    form = LabelsForm(request.POST, chosen=[])
    return _worked(
        request,
        command,
        idea,
        form,
        lambda: working.set_labels(
            idea=idea,
            labels=form.cleaned_data["labels"],
            new=filter(None, [form.cleaned_data["new"]]),
        ),
    )


@require_POST
@staff_of_command(Permission.MODERATE)
def note(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    idea = idea_for_desk(pk)
    form = NoteForm(request.POST)
    return _worked(
        request,
        command,
        idea,
        form,
        lambda: working.add_note(idea=idea, text=form.cleaned_data["text"], by=request.user),  # type: ignore[arg-type]
    )


# Reports by readers, and outcomes of appeals


def _dealt_with(
    request: HttpRequest, command: Command, item: Idea | Comment, do: Callable[[], Any], said: str
) -> HttpResponse:
    tab = tab_of(item.status) if isinstance(item, Idea) else "waiting"
    asked, held_against = asked_for(asked_of(request), tab), goals.in_force()
    left = spots.spot_of(asked, request.user, held_against, item_of(item))
    do()
    messages.success(request, said)
    return redirect(next_url(request, command, asked, held_against, left))


def _keep(request: HttpRequest, command: Command, item: Idea | Comment) -> HttpResponse:
    upto = request.POST.get("upto", "")
    newest = int(upto) if upto.isascii() and upto.isdigit() and len(upto) < 19 else 0
    return _dealt_with(
        request,
        command,
        item,
        lambda: working.keep(item=item, by=request.user, upto=newest),  # type: ignore[arg-type]
        _("It stays. The reports are dealt with."),
    )


@require_POST
@staff_of_command(Permission.MODERATE)
def keep_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _keep(request, command, idea_for_desk(pk))


@require_POST
@staff_of_command(Permission.MODERATE)
def keep_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _keep(request, command, get_object_or_404(comments(), pk=pk))


@require_POST
@staff_of_command(Permission.MODERATE)
def note_outcome(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    appeal = get_object_or_404(Appeal.objects.select_related("idea", "comment"), pk=pk)
    return _dealt_with(
        request,
        command,
        appeal.comment or appeal.idea,
        lambda: working.take_note(appeal=appeal, by=request.user),  # type: ignore[arg-type]
        _("Noted."),
    )
