"""RFC 9457 problems: what the API answers when it cannot do what it was asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


class Conflict(exceptions.APIException):
    """The thing has changed, or stands where this cannot be done."""

    status_code = 409
    default_code = "conflict"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as a problem. Anything unforeseen stays Django's to log."""
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


def problem(status: int, *, detail: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A problem's body. `errors` are {"pointer": a JSON pointer into what was sent, "detail": a sentence}."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return body


def _details(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"detail": _("Some of what was sent cannot be taken."), "errors": list(_flatten(error.detail))}
    return {"detail": str(getattr(error, "detail", error))}


def _flatten(detail: Any, pointer: str = "") -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list):
        for value in detail:
            yield from _flatten(value, pointer)
    else:
        yield {"pointer": f"#{pointer}", "detail": str(detail)}
