"""What each command may spend on networks in a month: read, and set, by headquarters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from precincts import tenancy
from precincts.access import Permission, staff_of_city, staff_of_command
from precincts.models import Command, User
from socialfeeds import spending
from socialfeeds.models import Budget

SHOWN = 50


class BudgetForm(forms.Form):
    month_usd = forms.DecimalField(
        label=gettext_lazy("Dollars in a calendar month"),
        help_text=gettext_lazy("What costs more waits until the next month, or until you set another cap."),
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        error_messages={"required": gettext_lazy("Say how many dollars. 0 lets nothing that costs leave.")},
    )


@dataclass(frozen=True)
class Line:
    """One cap and who set it; `until` when another took its place."""

    month_usd: Decimal
    by: str
    since: Any
    until: Any = None


@require_safe
@never_cache
@staff_of_city(Permission.BUDGETS)
def budgets(request: HttpRequest) -> HttpResponse:
    """Every command, those that spend most first."""
    usual = spending.Month(0, spending.default_cap())
    months = spending.months()
    rows = [(months.get(command.pk, usual), command) for command in Command.objects.all()]
    rows.sort(key=lambda row: (-row[0].spent, row[1].pk))
    total = sum(month.spent for month, _command in rows)
    context = {"rows": rows, "total": Decimal(total) / spending.DOLLAR, "usual": usual.cap_usd}
    return render(request, "headquarters/budgets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.BUDGETS, inside=False)
def budget(request: HttpRequest, command: Command) -> HttpResponse:
    """One command's cap, and what it was before."""
    with tenancy.enter(command):
        month, lines = spending.month(), _lines()
    data = request.POST if request.method == "POST" else None
    form = BudgetForm(data, initial={"month_usd": month.cap_usd.quantize(Decimal("0.01"))})
    if request.method == "POST" and form.is_valid():
        by: Any = request.user
        spending.set_cap(command=command, month_usd=form.cleaned_data["month_usd"], by=by)
        messages.success(request, _("Saved. It counts from now on."))
        return redirect("headquarters_budget", slug=command.slug)
    context = {"command": command, "month": month, "form": form, "lines": lines}
    status = 422 if request.method == "POST" else 200
    return render(request, "headquarters/budget.html", context, status=status)


def _lines() -> list[Line]:
    """The caps that were set, the newest first: the row as it stands, then its olds."""
    now = Budget.objects.select_related("set_by").first()
    if now is None:
        return []
    events: Any = apps.get_model("socialfeeds", "BudgetEvent")
    olds = list(events.objects.filter(pgh_obj=now.pk, pgh_label="update").order_by("-pk")[:SHOWN])
    made = events.objects.filter(pgh_obj=now.pk, pgh_label="insert").first()
    first = made.pgh_created_at if made and len(olds) < SHOWN else None
    people = User.objects.in_bulk({old.set_by_id for old in olds if old.set_by_id})
    lines = [Line(now.month_usd, now.set_by.email if now.set_by else "", now.set_at)]
    for old, before in zip(olds, [*olds[1:], None], strict=True):
        setter = people.get(old.set_by_id)
        since = before.pgh_created_at if before else first
        lines.append(Line(old.month_usd, setter.email if setter else "", since, old.pgh_created_at))
    return lines
