"""Service goals: how soon headquarters wants each step done, everywhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ideas import goals
from ideas.models import Measure, ServiceGoal
from precincts.access import Permission, may, staff_of_city

# A year. A goal that is further away is none.
MOST_HOURS = 24 * 366
LABELS = {
    Measure.REVIEW: gettext_lazy("Reviewed, after it came in"),
    Measure.HEAR: gettext_lazy("Heard, after it was put on the board"),
    Measure.ACT: gettext_lazy("Acted on, after it was heard"),
    Measure.APPEAL: gettext_lazy("An appeal decided, after it was made"),
}


class GoalsForm(forms.Form):
    """Hours for each measure."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for measure, label in LABELS.items():
            self.fields[measure.value] = forms.IntegerField(
                label=label,
                min_value=1,
                max_value=MOST_HOURS,
                help_text=_("In hours. A day has 24, a week 168, thirty days 720."),
                error_messages={"required": _("Say after how many hours it is late.")},
            )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_city(Permission.SEE_CITY, inside=False)
def service_goals(request: HttpRequest) -> HttpResponse:
    """Those at headquarters read them; who may set them does."""
    may_set = may(request.user, Permission.GOALS)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    now = goals.in_force()
    hours = {measure.value: int(within.total_seconds() // 3600) for measure, within in now.within.items()}
    form = GoalsForm(request.POST or None, initial=hours)
    if request.method == "POST" and form.is_valid():
        goals.set_goals(hours=form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Saved. What takes longer is late from now on, on every desk."))
        return redirect("headquarters_goals")
    set_before = ServiceGoal.objects.filter(set_by__isnull=False).select_related("set_by")
    context = {
        "form": form,
        "may_set": may_set,
        "rows": [
            {"label": label, "hours": hours[measure.value], "days": round(hours[measure.value] / 24, 1)}
            for measure, label in LABELS.items()
        ],
        "last": set_before.order_by("-set_at").first(),
    }
    return render(request, "headquarters/goals.html", context, status=422 if form.errors else 200)
