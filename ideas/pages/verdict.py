"""Is it fixed? A resident's answer, from the idea's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from engage.forms import Prose
from ideas import answering, verdicts
from ideas.models import Idea
from ideas.pages.idea import PARTS, idea_context, idea_for_reader
from ideas.taking_part import Part, missing
from precincts import limits, participants
from precincts.access import in_command
from precincts.models import Command

WORDS = {"yes": True, "no": False}
# What a database numbers its rows with.
LARGEST = 2**63 - 1


class VerdictForm(forms.Form):
    fixed = forms.ChoiceField(
        choices=[("yes", ""), ("no", "")],
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], gettext_lazy("Say yes or no: press one of the two buttons.")
        ),
    )
    text = Prose(
        label=gettext_lazy("A word to the command"),
        help_text=gettext_lazy("What is left to do, and where. Only the command reads it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    round = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)


@require_POST
@in_command
def verdict(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """fixed = yes or no; text, optional; round, the one that the page showed."""
    found = get_object_or_404(Idea.objects.public().defer("search"), pk=pk)
    found.command = command
    form = VerdictForm(request.POST, auto_id="verdict_%s")
    try:
        limits.count(request, "verdict")
    except limits.TooMany as error:
        response = _refused(request, command, found, form=form, message=str(error.detail), status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    if lacking := missing(request, command, Part.VOTE):
        return _refused(request, command, found, form=form, message=lacking.message, status=403)
    if not form.is_valid():
        return _refused(request, command, found, form=form, status=422)
    try:
        tally = verdicts.give(
            idea=found,
            participant=participants.ensure(request),
            fixed=WORDS[form.cleaned_data["fixed"]],
            text=form.cleaned_data["text"].strip(),
            round=form.cleaned_data["round"],
        )
    except verdicts.Closed:
        return _refused(request, command, found, form=form, message=closed_words(), status=409)
    if _wants_json(request):
        return JsonResponse(tally.as_dict())
    messages.success(request, _said(tally))
    return redirect(found.get_absolute_url() + "#fixed")


def closed_words() -> str:
    return _("This question is closed: the command has it back, or has acted anew. Read what stands now.")


def _said(tally: verdicts.Tally) -> str:
    if tally.reopened:
        return _("Thank you. Enough neighbors say that it is not fixed: it is back with the command.")
    return _("Thank you. You can change your answer while the question stands.")


def _refused(
    request: HttpRequest, command: Command, idea: Idea, *, form: VerdictForm, message: str = "", status: int
) -> HttpResponse:
    """The page again, with what was typed; or the reason alone, to a script."""
    if message:
        form.add_error(None, message)
    if _wants_json(request):
        return JsonResponse({"detail": _first_error(form)}, status=status)
    page: dict[str, Any] = idea_context(request, command, idea_for_reader(request, command, idea.pk))
    return render(request, "ideas/idea.html", page | {"verdict_form": form}, status=status)


def _first_error(form: VerdictForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def answered(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    return {"answered": answering.standing(idea)}


PARTS += [answered, verdicts.part]
