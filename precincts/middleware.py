"""What every request passes: input that no view should see, and the participant's cookie."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from urllib.error import URLError

import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from precincts import participants, second_factor
from precincts.limits import TooMany

log = logging.getLogger(__name__)
# What taking apart raises that no provider sent: no XML, no base64, an entity, a field that is not there.
NONSENSE = (ValueError, LookupError, SyntaxError)

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


class SessionUserMiddleware(AuthenticationMiddleware):
    """request.user, who knows the session that they came with."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(  # type: ignore[assignment]
            lambda: second_factor.remember_session(get_user(request), request.session)
        )


class SigningInMiddleware:
    """What allauth's views show is for one person: codes, secrets, addresses. Nothing keeps a copy.

    And the way to a provider of single sign-on goes over a page that leads on. A redirect would be the end of
    a form, and our policy lets no form end elsewhere.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match and request.resolver_match.func.__module__.startswith("allauth."):
            response = self._lead_on(request, response)
            add_never_cache_headers(response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The provider does not answer; or somebody brings an answer that makes no sense."""
        if not _of_single_sign_on(request) or not isinstance(error, (*_away(), *NONSENSE)):
            return None
        log.warning("Single sign-on failed: %s: %s", type(error).__name__, error)
        status = 503 if isinstance(error, _away()) else 401
        return render(request, "socialaccount/authentication_error.html", status=status)

    @staticmethod
    def _lead_on(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        target = response.get("Location", "")
        if (
            request.method != "POST"
            or not _of_single_sign_on(request)
            or not target
            or url_has_allowed_host_and_scheme(target, {request.get_host()})
        ):
            return response
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": target})


def _away() -> tuple[type[Exception], ...]:
    from onelogin.saml2.errors import OneLogin_Saml2_Error  # large, and wanted by those alone who use it

    return OAuth2Error, OneLogin_Saml2_Error, URLError, requests.RequestException


def _of_single_sign_on(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and match.func.__module__.startswith("allauth.socialaccount."))


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
