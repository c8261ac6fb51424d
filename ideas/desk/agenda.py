"""The agenda, as the desk takes it to the monthly council meeting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas.agenda import agenda as agenda_of
from ideas.pages.agenda import context_of
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def agenda(request: HttpRequest, command: Command) -> HttpResponse:
    """The same list that everybody sees; each entry opens on the desk."""
    allowed = permissions_at(request.user, command)
    context = context_of(request, command, agenda_of()) | {
        "may": {one.value: one in allowed for one in Permission},
        "at_desk": True,
    }
    return render(request, "ideas/desk_agenda.html", context)
