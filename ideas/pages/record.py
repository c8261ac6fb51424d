"""A command's record, for everybody: in numbers, drawn, and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ideas.board import board_context
from ideas.record import Month, Period, record
from precincts.access import in_command
from precincts.models import Command

PERIODS = {
    Period.MONTHS: gettext_lazy("Last 12 months"),
    Period.YEAR: gettext_lazy("This year"),
    Period.ALL: gettext_lazy("All time"),
}
# The drawing's units. A month is a group of three bars.
HEIGHT, BAR, GAP, GROUP = 120, 12, 2, 56


@dataclass(frozen=True)
class Bar:
    kind: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Group:
    month: Month
    middle: int
    bars: list[Bar]


@require_safe
@in_command
def page(request: HttpRequest, command: Command) -> HttpResponse:
    asked = request.GET.get("period", "")
    period = Period(asked) if asked in set(Period) else Period.MONTHS
    found = record(period)
    context = board_context(request, command) | {
        "record": found,
        "periods": [
            {"name": name, "url": f"?period={one.value}", "current": one == period}
            for one, name in PERIODS.items()
        ],
        "chart": chart_of(found.months),
    }
    return render(request, "ideas/record.html", context)


def chart_of(months: list[Month]) -> dict[str, Any]:
    """Three bars a month, as high as they count: ideas that came in, were heard, were acted on."""
    most = max([1, *(n for month in months for n in (month.came_in, month.heard, month.acted))])
    groups = []
    for index, month in enumerate(months):
        left = index * GROUP + (GROUP - 3 * BAR - 2 * GAP) // 2
        bars = []
        for place, (kind, n) in enumerate(
            [("spoken", month.came_in), ("heard", month.heard), ("acted", month.acted)]
        ):
            height = round(HEIGHT * n / most, 1)
            bars.append(Bar(kind, left + place * (BAR + GAP), HEIGHT - height, height))
        groups.append(Group(month, index * GROUP + GROUP // 2, bars))
    return {
        "groups": groups,
        "most": most,
        "width": max(1, len(months)) * GROUP,
        "height": HEIGHT,
        "bar": BAR,
    }
