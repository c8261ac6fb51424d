"""What the header of every page asks of this floor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ideas.notices import inbox


def notices(request: HttpRequest) -> dict[str, Any]:
    """`notice_count`: how many notices are unread; None for who never took part."""
    return {"notice_count": SimpleLazyObject(lambda: _count(request))}


def _count(request: HttpRequest) -> dict[str, Any]:
    participant = getattr(request, "participant", None)
    if not participant:
        return {}
    unread = inbox.unread_count(participant)
    return {"unread": unread, "shown": f"{inbox.MANY}+" if unread > inbox.MANY else str(unread)}
