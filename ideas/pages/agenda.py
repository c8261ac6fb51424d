"""What this community wants done first: for everybody, and on one sheet of paper."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from ideas.agenda import Agenda, drawing
from ideas.agenda import agenda as agenda_of
from ideas.board import board_context
from precincts.access import in_command
from precincts.models import Command

# How long the longest bar is, in its own units.
BAR = 100


@require_safe
@in_command
def agenda(request: HttpRequest, command: Command) -> HttpResponse:
    found = agenda_of(request.participant)  # type: ignore[attr-defined]
    return render(request, "ideas/agenda.html", context_of(request, command, found))


def context_of(request: HttpRequest, command: Command, found: Agenda) -> dict[str, Any]:
    """What the page shows, to everybody and at the desk alike."""
    board_url = settings.BASE_URL + reverse("ideas", args=[command.slug])
    return board_context(request, command) | {
        "first": _lines(found.first, found.most),
        "longest": _lines(found.longest, found.most),
        "map": drawing(command, found.first),
        "today": timezone.localdate(),
        "board_url": board_url,
        "qr": qr(board_url),
    }


def _lines(ideas: list[Any], most: int) -> list[dict[str, Any]]:
    return [
        {"idea": idea, "bar": round(BAR * max(idea.score, 0) / most) if most > 0 else 0} for idea in ideas
    ]


def qr(url: str) -> str:
    """A QR code as SVG, black on white: a camera reads it in any light."""
    drawn = segno.make(url, error="m", micro=False)
    return mark_safe(  # noqa: S308 - made here, of numbers alone
        drawn.svg_inline(
            scale=4, border=2, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
        )
    )
