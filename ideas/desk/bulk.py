"""Many items at once: a preview of exactly what will happen to each, the doing, and the undoing of all."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ideas import bulk
from ideas.bulk import Line
from ideas.forms import ScreeningForm
from ideas.models import Action
from ideas.moderating import Refused
from precincts.access import Permission, staff_of_command
from precincts.models import Command


@require_POST
@never_cache
@staff_of_command(Permission.MODERATE)
def desk_bulk(request: HttpRequest, command: Command) -> HttpResponse:
    """`step=confirm` does what the preview showed; anything else shows it."""
    action = request.POST.get("action", "")
    try:
        asked = bulk.names(request.POST.getlist("item"))
    except bulk.TooMany as error:
        return _page(request, command, {"error": str(error)}, 422)
    if action not in bulk.ACTIONS:
        return _page(request, command, {"error": _("Choose what to do with them.")}, 422)
    if not asked:
        messages.info(request, _("Mark something in the list first."))
        return redirect("desk", slug=command.slug)
    return _look_or_do(request, command, asked, Action(action))


def _look_or_do(
    request: HttpRequest, command: Command, asked: list[bulk.Name], action: Action
) -> HttpResponse:
    step, screens = request.POST.get("step", ""), action == Action.SCREEN
    form = ScreeningForm(request.POST if screens and step else None, auto_id="id_bulk_%s")
    good = not screens or form.is_valid()
    if step == "confirm" and good and (not screens or request.POST.get("shown", "") == _shown(form)):
        data = form.cleaned_data if screens else {}
        try:
            lines = bulk.apply(
                asked,
                action=action,
                by=request.user,  # type: ignore[arg-type]
                rule=data.get("rule"),
                reason=data.get("reason", ""),
            )
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            return _done(request, command, action, lines)
    elif step and good and screens and form.cleaned_data["rule"] is None:
        form.add_error("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    lines = bulk.look(asked, action)
    ready = not screens or (form.is_bound and form.is_valid())
    context = {
        "action": action.value,
        "form": form,
        "lines": lines,
        "going": sum(not line.problem for line in lines),
        # What the authors will read, once a rule was chosen.
        "rule": form.cleaned_data.get("rule") if ready and screens else None,
        "reason": form.cleaned_data.get("reason", "") if ready and screens else "",
        "shown": _shown(form) if ready and screens else "",
        "ready": ready,
    }
    return _page(request, command, context, 422 if form.errors else 200)


def _shown(form: ScreeningForm) -> str:
    """What a preview showed. Who changes it afterwards looks at it again before it is done."""
    rule = form.cleaned_data.get("rule")
    text = f"{rule.pk if rule else ''}:{form.cleaned_data.get('reason', '')}"
    return hashlib.sha256(text.encode()).hexdigest()


def _done(request: HttpRequest, command: Command, action: Action, lines: list[Line]) -> HttpResponse:
    went = [line for line in lines if not line.problem]
    context = {
        "done": True,
        "action": action.value,
        "lines": [line for line in lines if line.problem],
        "went": went,
        "said": ngettext("%(n)d item is done.", "%(n)d items are done.", len(went)) % {"n": len(went)},
        "decisions": [line.decision.pk for line in went if line.decision],
    }
    return _page(request, command, context, 200)


@require_POST
@staff_of_command(Permission.MODERATE)
def undo_bulk(request: HttpRequest, command: Command) -> HttpResponse:
    """Take all of it back, within the minute; what others decided on since stays."""
    numbers = [
        int(text)
        for text in request.POST.getlist("decision")
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
    lines = bulk.undo(numbers, by=request.user)  # type: ignore[arg-type]
    back = [line for line in lines if not line.problem]
    said = ngettext("%(n)d item stands as before.", "%(n)d items stand as before.", len(back))
    context = {
        "done": True,
        "undone": True,
        "lines": [line for line in lines if line.problem],
        "went": back,
        "said": said % {"n": len(back)},
    }
    return _page(request, command, context, 200)


def _page(request: HttpRequest, command: Command, context: dict[str, Any], status: int) -> HttpResponse:
    shared = {"command": command, "most": bulk.MOST}
    return render(request, "ideas/desk_bulk_page.html", shared | context, status=status)
