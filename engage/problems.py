"""RFC 9457 problems: what the API answers when it cannot do what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
API = "/api/"


class Problem(exceptions.APIException):
    """An error with a status of its own, and facts that a program may read beside the sentence."""

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.facts = facts


class Conflict(Problem):
    """The thing has changed, or stands where this cannot be done."""

    status_code = 409


class Forbidden(Problem):
    """Not for this person as things stand; the sentence says what would help."""

    status_code = 403


class Unprocessable(Problem):
    """Understood, and still not taken."""

    status_code = 422


class BadQuery(exceptions.ValidationError):
    """Something is wrong with the address's parameters, and not with a body."""


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as a problem. Anything unforeseen stays Django's to log."""
    if isinstance(error, RequestDataTooBig):
        from engage.parsers import TooLarge  # DRF reads both modules while it is itself being read

        error = TooLarge()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response.data = problem(response.status_code, **_details(error))
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, *, detail: str = "", **facts: Any) -> dict[str, Any]:
    """A problem's body.

    Among the facts, `errors` are {"pointer": a JSON pointer into what was sent, "detail": a sentence}; for
    the parameters of an address, "parameter" stands where "pointer" does.
    """
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return body | facts


def _details(error: Exception) -> dict[str, Any]:
    if isinstance(error, BadQuery):
        errors = [
            {"parameter": e["pointer"].lstrip("#/"), "detail": e["detail"]} for e in _flatten(error.detail)
        ]
        return {"detail": _("Something in the address cannot be taken."), "errors": errors}
    if isinstance(error, exceptions.ValidationError):
        return {"detail": _("Some of what was sent cannot be taken."), "errors": list(_flatten(error.detail))}
    return {"detail": _sendable(str(getattr(error, "detail", error))), **getattr(error, "facts", {})}


def _flatten(detail: Any, pointer: str = "") -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list):
        for value in detail:
            yield from _flatten(value, pointer)
    else:
        yield {"pointer": f"#{pointer}", "detail": _sendable(str(detail))}


def _sendable(text: str) -> str:
    """A message may quote what was sent: half a surrogate pair, which UTF-8 has no bytes for."""
    return text.encode(errors="backslashreplace").decode()


class ProblemMiddleware:
    """Under /api/, what goes wrong before or beside DRF is a problem too, and not a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code >= 400
            and request.path_info.startswith(API)
            and response.get("Content-Type") != MEDIA_TYPE
        ):
            response.content = json.dumps(
                problem(response.status_code, detail=_detail(response.status_code))
            ).encode()
            response["Content-Type"] = MEDIA_TYPE
            response["Content-Length"] = str(len(response.content))
        return response


def _detail(status: int) -> str:
    if status == 400:
        return _("This request cannot be read.")
    if status >= 500:
        return _("Something went wrong here. It has been noted; try again in a while.")
    return ""
