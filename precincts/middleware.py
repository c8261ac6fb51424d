"""What every request passes: input that no view should see, and the participant's cookie."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from precincts import participants
from precincts.limits import TooMany

GetResponse = Callable[[HttpRequest], HttpResponse]


class BadInputMiddleware:
    """A NUL in an address can mean nothing, and PostgreSQL refuses it: 400, before any view asks it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        values = [value for key in request.GET for value in (key, *request.GET.getlist(key))]
        if any("\x00" in value for value in (request.path, *values)):
            raise BadRequest("NUL in the address")


class TooManyMiddleware:
    """A page, or JSON for a script of ours, for who did something too often. The API speaks for itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMany):
            return None
        minutes = math.ceil(error.retry_after / 60)
        response: HttpResponse
        if request.headers.get("Accept", "").startswith("application/json"):
            response = JsonResponse({"detail": str(error.detail)}, status=429)
        else:
            response = render(request, "429.html", {"minutes": minutes}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response


class SigningInMiddleware:
    """What allauth's views show is for one person: codes, secrets, addresses. Nothing keeps a copy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match and request.resolver_match.func.__module__.startswith("allauth."):
            add_never_cache_headers(response)
        return response


class ParticipantMiddleware:
    """request.participant, looked up when first asked for; its cookie, when it is new."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.participant = SimpleLazyObject(lambda: participants.find(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if new := getattr(request, "new_participant", None):
            participants.give_cookie(response, new, secure=settings.SESSION_COOKIE_SECURE)
        elif getattr(request, "forget_participant", False):
            response.delete_cookie(participants.COOKIE, samesite="Lax")
        return response
