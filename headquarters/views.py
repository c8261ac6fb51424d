"""The whole city, for those at headquarters: read, never written."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import goals
from ideas.models import Status, StatusCount
from precincts.access import Permission, staff_of_city
from precincts.models import Command

COLUMNS = {
    "waiting": [Status.WAITING],
    "spoken": [Status.SPOKEN, Status.HEARD, Status.ACTING, Status.ACTED, Status.REFERRED],
    "heard": [Status.HEARD, Status.ACTING, Status.ACTED],
    "acted": [Status.ACTED],
    "screened": [Status.SCREENED],
}


@require_safe
@never_cache
@staff_of_city(Permission.SEE_CITY)
def city(request: HttpRequest) -> HttpResponse:
    """Every command with what stands on its board, from the counters that triggers keep."""
    rows = _rows()
    total = {name: sum(row["counts"][name] for row in rows) for name in COLUMNS}
    total["late"] = sum(row["late"] for row in rows)
    busy = [row for row in rows if any(row["counts"].values())]
    return render(
        request,
        "headquarters/city.html",
        {"rows": busy, "total": total, "quiet": len(rows) - len(busy)},
    )


def _rows() -> list[dict[str, Any]]:
    counts: dict[int, dict[str, int]] = {}
    for command_id, status, n in StatusCount.objects.values_list("command", "status", "n"):
        counts.setdefault(command_id, {})[status] = n
    late = goals.late_by_command(goals.in_force())
    rows = [
        {
            "command": command,
            "late": late.get(command.pk, 0),
            "counts": {
                name: sum(counts.get(command.pk, {}).get(status, 0) for status in statuses)
                for name, statuses in COLUMNS.items()
            },
        }
        for command in Command.objects.all()
    ]
    return sorted(rows, key=lambda row: -row["counts"]["spoken"])
