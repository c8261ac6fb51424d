"""What the API's handlers share: who may ask, how input is read, how an answer and a page of a list look."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from engage.problems import BadQuery, Forbidden
from ideas import finding
from ideas.api.serializers import (
    IdeaDetailSerializer,
)
from ideas.models import Appeal, Comment, Idea
from ideas.reading import steps_of
from ideas.taking_part import Part, missing
from precincts import participants, tenancy
from precincts.access import Permission, permissions_at
from precincts.history import acts_as_staff
from precincts.models import Command

Handler = Callable[..., Response]


def in_command(handler: Handler) -> Handler:
    """handler(self, request, command, …), inside the command that the address names.

    Who asks is known by then: that is looked up outside, where a token's use is noted.
    """

    @wraps(handler)
    def entered(self: APIView, request: Request, slug: str, **kwargs: Any) -> Response:
        command = get_object_or_404(Command, slug=slug)
        with tenancy.enter(command):
            return handler(self, request, command, **kwargs)

    return entered


def staff(permission: Permission) -> Callable[[Handler], Handler]:
    """in_command, for those who hold a permission there: 401 for nobody, 403 for anybody else."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(self: APIView, request: Request, command: Command, **kwargs: Any) -> Response:
            if not request.user.is_authenticated:
                raise exceptions.NotAuthenticated
            if permission not in permissions_at(request.user, command):
                raise exceptions.PermissionDenied
            acts_as_staff(plain(request))
            return handler(self, request, command, **kwargs)

        return in_command(checked)

    return decorate


@method_decorator(never_cache, name="dispatch")
class BoardView(APIView):
    """An address below a command. What it answers is for who asked, so no cache keeps it."""


def plain(request: Request) -> HttpRequest:
    """Django's own request: it carries the participant, and takes the one whose cookie is to be given.

    DRF has put the user there that a personal token names, before anything asks for the participant.
    """
    return request._request


def may_take_part(request: Request, command: Command, part: Part) -> None:
    if lacking := missing(plain(request), command, part):
        raise Forbidden(lacking.message, requires=lacking.who.value)


def body_of(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def query_of(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data={name: request.query_params[name] for name in request.query_params})
    if not given.is_valid():
        raise BadQuery(given.errors)
    return given.validated_data


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


def page_of(
    request: Request, shape: type[serializers.Serializer[Any]], rows: list[Any], cursor: str
) -> Response:
    results = shape(rows, many=True, context={"request": request}).data
    url = replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None
    return Response({"results": results, "next": url})


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
