"""Whose an idea is: what the routing table says of it, and handing it to another command."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from engage.forms import Prose
from ideas import moderating, moving, referring
from ideas.desk.item import PARTS
from ideas.desk.lists import idea_for_desk
from ideas.models import BODY_LENGTH, Action, Decision, Idea
from precincts import tenancy
from precincts.access import Permission, may, permissions_at, staff_of_command
from precincts.models import Command, Kind


def _part(request: HttpRequest, command: Command, idea: Idea) -> dict[str, Any]:
    """What the desk's page of an idea says of whose it is, and which ways lead on. No query of its own."""
    if not may(request.user, Permission.MODERATE, command):
        return {}
    return {
        "routing": referring.suggestions(idea) if idea.allows(Action.REFER) else [],
        "may_move": idea.allows(Action.MOVE),
        "may_merge": idea.allows(Action.MERGE),
        "may_split": idea.allows(Action.SPLIT),
    }


PARTS.append(_part)


class MoveForm(forms.Form):
    """Which command takes it on."""

    command = forms.ChoiceField(
        label=gettext_lazy("Which command takes it on?"),
        error_messages={
            "required": gettext_lazy("Choose the command that takes it on."),
            "invalid_choice": gettext_lazy("Choose the command that takes it on."),
        },
    )
    answer = Prose(
        label=gettext_lazy("A word to residents"),
        help_text=gettext_lazy("Why it is theirs. It stands on both pages."),
        required=False,
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, source: Command, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands = {board.slug: board for board in moving.boards() if board.pk != source.pk}
        groups = groupby(self.commands.values(), key=lambda board: board.kind)
        self.fields["command"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((Kind(kind).label, [(board.slug, board.name) for board in group]) for kind, group in groups),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.MODERATE, inside=False)
def move(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Hand an idea to another command. Outside of any tenancy: it is written in two."""
    with tenancy.enter(command):
        found = idea_for_desk(pk)
        found.command = command
    guess = moving.suggested(found)
    if request.method != "POST":
        form = MoveForm(source=command, initial={"command": guess, "version": found.version})
        return _page(request, command, found, form, guess=guess)
    form = MoveForm(request.POST, source=command)
    if not form.is_valid():
        return _page(request, command, found, form, guess=guess, status=422)
    target = form.commands[form.cleaned_data["command"]]
    try:
        moving.hand_over(
            source=command,
            pk=pk,
            target=target,
            by=request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
            answer=form.cleaned_data["answer"],
        )
    except Idea.DoesNotExist as error:
        raise Http404 from error
    except moderating.Refused as refused:
        form.add_error(refused.field, str(refused))
        return _page(request, command, found, form, guess=guess, status=422)
    except moderating.Stale as stale:
        messages.warning(request, str(stale))
        with tenancy.enter(command):
            found = idea_for_desk(pk)
            found.command = command
        return _page(request, command, found, form, guess=guess, status=409, changes=stale.changes)
    messages.success(request, _("Moved. It waits at the %(name)s now.") % {"name": target.name})
    return redirect("desk", slug=command.slug)


def _page(
    request: HttpRequest,
    command: Command,
    idea: Idea,
    form: MoveForm,
    *,
    guess: str,
    status: int = 200,
    changes: list[Decision] | None = None,
) -> HttpResponse:
    context = {
        "command": command,
        "may": {one.value: one in permissions_at(request.user, command) for one in Permission},
        "idea": idea,
        "form": form,
        "pin_lies_in": form.commands.get(guess),
        "changes": changes or [],
        "can": idea.allows(Action.MOVE),
    }
    return render(request, "ideas/desk_move.html", context, status=status)
