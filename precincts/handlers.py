"""What the API's handlers share on every floor: who may ask, how input is read, how a list's page looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from engage.problems import BadQuery
from precincts import tenancy
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


def body_of(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def query_of(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data={name: request.query_params[name] for name in request.query_params})
    if not given.is_valid():
        raise BadQuery(given.errors)
    return given.validated_data


def page_of(
    request: Request, shape: type[serializers.Serializer[Any]], rows: list[Any], cursor: str
) -> Response:
    results = shape(rows, many=True, context={"request": request}).data
    url = replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None
    return Response({"results": results, "next": url})
