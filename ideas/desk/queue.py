"""The queue of one command, and its first item."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas.desk.item import show
from ideas.desk.lists import TABS, items_of
from ideas.models import Comment
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def queue(request: HttpRequest, command: Command) -> HttpResponse:
    """The list, and its first item."""
    tab = request.GET.get("show", "")
    items = items_of(tab if tab in TABS else "waiting")
    if tab not in TABS:
        tab = "waiting" if items or not _answers(request, command) else "unanswered"
        items = items or items_of(tab)
    first = items[0] if items else None
    if isinstance(first, Comment):
        return show(request, command, tab, comment=first, items=items, chosen_item=False)
    return show(request, command, tab, idea=first, items=items, chosen_item=False)


def _answers(request: HttpRequest, command: Command) -> bool:
    return Permission.ANSWER in permissions_at(request.user, command)
