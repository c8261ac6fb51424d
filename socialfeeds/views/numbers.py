"""How the command's accounts stand, day by day: drawn by the server, with the numbers beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds.models import Account, AccountDay

SPANS = (30, 90, 365)
WIDTH, HEIGHT, EDGE = 320, 96, 6
COUNTED = {
    "followers": _("Followers"),
    "reach": _("Reach"),
    "reactions": _("Reactions"),
    "replies": _("Replies"),
    "shares": _("Shares"),
}
# What is worth a drawing; the rest stands in the table.
DRAWN = ("followers", "reach", "reactions")


@dataclass(frozen=True)
class Chart:
    """One line: where it goes, and what it says in words and numbers."""

    name: Any
    lines: list[str]  # points of an SVG polyline; a day that was not counted breaks it
    dots: list[tuple[float, float]]  # a day alone, between two that were not counted
    last: tuple[float, float]
    newest: int
    change: int
    least: int
    most: int


@require_safe
@staff_of_command(Permission.SEE_DESK)
def numbers(request: HttpRequest, command: Command) -> HttpResponse:
    asked = request.GET.get("days", "")
    span = int(asked) if asked in map(str, SPANS) else SPANS[0]
    since = timezone.localdate() - timedelta(days=span)
    counted = list(AccountDay.objects.filter(day__gte=since).order_by("account_id", "day"))
    accounts = [
        _of_account(account, [row for row in counted if row.account_id == account.pk])
        for account in Account.objects.order_by("network", "handle")
    ]
    allowed = permissions_at(request.user, command)
    context = {
        "command": command,
        "may": {one.value: one in allowed for one in Permission},
        "accounts": accounts,
        "columns": COUNTED.values(),
        "span": span,
        "spans": SPANS,
    }
    return render(request, "socialfeeds/numbers.html", context)


def _of_account(account: Account, days: list[AccountDay]) -> dict[str, Any]:
    charts = [_chart(COUNTED[name], [(row.day, getattr(row, name)) for row in days]) for name in DRAWN]
    return {
        "account": account,
        "charts": [chart for chart in charts if chart],
        # The newest first, as one reads them.
        "rows": [(row.day, [getattr(row, name) for name in COUNTED]) for row in reversed(days)],
    }


def _chart(name: Any, counted: Sequence[tuple[date, int | None]]) -> Chart | None:
    """A line over the days; None where nothing was counted."""
    known = [(day, number) for day, number in counted if number is not None]
    if not known:
        return None
    numbers = [number for _day, number in known]
    least, most = min(numbers), max(numbers)
    first, days = known[0][0], max((known[-1][0] - known[0][0]).days, 1)

    def point(day: date, number: int) -> tuple[float, float]:
        right = EDGE + (WIDTH - 2 * EDGE) * (day - first).days / days
        up = (number - least) / (most - least) if most > least else 0.5
        return round(right, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * up, 1)

    pieces: list[list[tuple[float, float]]] = []
    before: date | None = None
    for day, number in known:
        if before is None or day - before > timedelta(days=1):
            pieces.append([])
        pieces[-1].append(point(day, number))
        before = day
    return Chart(
        name=name,
        lines=[" ".join(f"{x},{y}" for x, y in piece) for piece in pieces if len(piece) > 1],
        dots=[piece[0] for piece in pieces if len(piece) == 1],
        last=point(*known[-1]),
        newest=numbers[-1],
        change=numbers[-1] - numbers[0],
        least=least,
        most=most,
    )
