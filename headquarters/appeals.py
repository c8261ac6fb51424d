"""Appeals from every command, and deciding them: one at a time, never by who screened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engage.forms import Prose
from ideas import appealing
from ideas.models import Action, Appeal, Decision, Outcome
from ideas.moderating import Refused
from ideas.reading import steps_of
from precincts.access import Permission, staff_of_city, staff_of_command
from precincts.models import Command

SHOWN = 100
OUTCOMES = [
    (Outcome.OVERTURNED.value, gettext_lazy("Overturn: put it back")),
    (Outcome.UPHELD.value, gettext_lazy("Uphold: it stays screened")),
]


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What headquarters decides"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    reason = Prose(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("The author and the command both read it."),
        max_length=appealing.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Say why. The author and the command both read it.")},
    )


@require_safe
@never_cache
@staff_of_city(Permission.DECIDE_APPEALS)
def appeals(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; or what was decided, the newest first."""
    decided = request.GET.get("show") == "decided"
    rows = Appeal.objects.filter(decision__undone_at=None)
    rows = rows.select_related("command", "idea", "decision__rule", "decided_by")
    if decided:
        rows = rows.exclude(outcome=Outcome.OPEN).order_by("-decided_at", "-pk")
    else:
        rows = rows.filter(outcome=Outcome.OPEN).order_by("created_at", "pk")
    context = {
        "lines": [_line(request, row) for row in _due(rows[:SHOWN])],
        "decided": decided,
        "waiting": Appeal.objects.filter(outcome=Outcome.OPEN, decision__undone_at=None).count(),
        "shown": SHOWN,
    }
    return render(request, "headquarters/appeals.html", context)


def _due(rows: Any) -> list[tuple[Appeal, datetime]]:
    goal = appealing.goal()
    return [(row, row.created_at + goal) for row in rows]


def _line(request: HttpRequest, row: tuple[Appeal, datetime]) -> dict[str, Any]:
    appeal, due = row
    return {
        "appeal": appeal,
        "due": due,
        "late": appeal.outcome == Outcome.OPEN and due < timezone.now(),
        "own": appeal.decision.decided_by_id == request.user.pk,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.DECIDE_APPEALS)
def appeal(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """One appeal with all that it takes to decide it. Entering the command is the one way to write here."""
    found = _appeal(pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, command, found, form)
    if not form.is_valid() and found.outcome == Outcome.OPEN and not _own(request, found):
        return _page(request, command, found, form, 422)
    try:
        appealing.decide(
            appeal=found,
            by=request.user,  # type: ignore[arg-type]
            overturn=form.cleaned_data.get("outcome") == Outcome.OVERTURNED,
            reason=form.cleaned_data.get("reason", ""),
        )
    except appealing.OwnDecision as error:
        raise PermissionDenied(str(error)) from error
    except appealing.Decided:
        return _page(request, command, _appeal(pk), form, 409)
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return _page(request, command, _appeal(pk), form, 409)
    messages.success(request, _("Decided. The author and the command are told, with your reason."))
    return redirect("headquarters_appeals")


def _appeal(pk: int) -> Appeal:
    rows = Appeal.objects.select_related(
        "command", "idea__topic", "comment", "decision__rule__edition", "decision__decided_by", "decided_by"
    )
    return get_object_or_404(rows.prefetch_related("idea__photos__command"), pk=pk)


def _own(request: HttpRequest, appeal: Appeal) -> bool:
    return appeal.decision.decided_by_id == request.user.pk


def _page(
    request: HttpRequest, command: Command, appeal: Appeal, form: OutcomeForm, status: int = 200
) -> HttpResponse:
    [line] = [_line(request, row) for row in _due([appeal])]
    context = line | {
        "command": command,
        "idea": appeal.idea,
        "comment": appeal.comment,
        "steps": steps_of(appeal.idea),
        "form": form,
        "under_rule": _under_rule(appeal),
        "typed": form.data.get("reason", "").strip() if appeal.outcome != Outcome.OPEN else "",
    }
    return render(request, "headquarters/appeal.html", context, status=status)


def _under_rule(appeal: Appeal) -> dict[str, int]:
    """What this command screened under the same rule, and what became of it: one query."""
    screened = Decision.objects.filter(rule=appeal.decision.rule, action=Action.SCREEN, undone_at=None)
    return screened.aggregate(
        screened=Count("pk", distinct=True),
        appealed=Count("appeals", distinct=True),
        upheld=Count("appeals", distinct=True, filter=Q(appeals__outcome=Outcome.UPHELD)),
        overturned=Count("appeals", distinct=True, filter=Q(appeals__outcome=Outcome.OVERTURNED)),
    )
