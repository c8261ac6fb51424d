"""What the handlers of the board and the desk share; precincts/handlers.py has what every floor does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage.problems import BadQuery, Forbidden
from ideas import finding
from ideas.api.serializers import (
    IdeaDetailSerializer,
)
from ideas.models import Appeal, Comment, Idea
from ideas.reading import steps_of
from ideas.taking_part import Part, missing
from precincts import participants
from precincts.handlers import BoardView, body_of, in_command, page_of, plain, query_of, staff
from precincts.models import Command

__all__ = [
    "BoardView",
    "after_cursor",
    "answer_with",
    "body_of",
    "idea_now",
    "in_command",
    "key_of",
    "keyset_page",
    "may_take_part",
    "page_of",
    "plain",
    "query_of",
    "read_cursor",
    "staff",
]


def may_take_part(request: Request, command: Command, part: Part) -> None:
    if lacking := missing(plain(request), command, part):
        raise Forbidden(lacking.message, requires=lacking.who.value)


def key_of(request: Request) -> UUID | None:
    text = request.headers.get("Idempotency-Key", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise exceptions.ParseError(_("The Idempotency-Key is not a UUID.")) from error


def idea_now(request: Request, command: Command, pk: int, status: int = 200) -> Response:
    """An idea as it stands now."""
    found = finding.for_cards(Idea.objects.filter(pk=pk), participants.find(plain(request))).get()
    found.command = command
    return answer_with(request, found, status)


def answer_with(request: Request, idea: Idea, status: int = 200) -> Response:
    idea.steps = steps_of(idea)  # type: ignore[attr-defined]
    return Response(IdeaDetailSerializer(idea, context={"request": request}).data, status=status)


# Lists in order of time, of one table or two: a cursor is the moment, the kind and the id of the last row.

KINDS = {Idea: "idea", Comment: "comment", Appeal: "appeal"}
Cursor = tuple[datetime, str, int]


def place_in_line(row: Idea | Comment | Appeal) -> Cursor:
    return row.created_at, KINDS[type(row)], row.pk


def after_cursor(rows: Any, cursor: Cursor | None, kind: str) -> Any:
    """Rows of a kind that come after the cursor, in order."""
    rows = rows.order_by("created_at", "pk")
    if cursor is None:
        return rows
    moment, last_kind, pk = cursor
    later = Q(created_at__gt=moment)
    if kind > last_kind:
        return rows.filter(later | Q(created_at=moment))
    return rows.filter(later | Q(created_at=moment, pk__gt=pk)) if kind == last_kind else rows.filter(later)


def keyset_page(
    request: Request,
    serializer: type[serializers.Serializer[Any]],
    rows: list[Any],
    limit: int,
    shape: Callable[[Any], Any] = lambda row: row,
) -> Response:
    """A page of `rows`, which are one more than the limit where there are more."""
    shown, cursor = rows[:limit], ""
    if len(rows) > limit:
        moment, kind, pk = place_in_line(shown[-1])
        text = json.dumps([moment.isoformat(), kind, pk])
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return page_of(request, serializer, [shape(row) for row in shown], cursor)


def read_cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        moment, kind, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        when = datetime.fromisoformat(moment)
        if kind in KINDS.values() and type(pk) is int and 0 < pk < 2**63 and when.tzinfo:
            return when, kind, pk
    except (ValueError, TypeError):
        pass
    raise BadQuery({"cursor": _("This cursor is not one of this list.")})
