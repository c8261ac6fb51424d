"""A refusal by the API that says what would help."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import exceptions
from rest_framework.response import Response

from engage import problems
from precincts import access


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: Engage's own, that knows of the people who ask."""
    if _says_nothing_more(error):
        error = access.why_not(context["request"].user) or error
    return problems.problem_handler(error, context)


def _says_nothing_more(error: Exception) -> bool:
    if isinstance(error, exceptions.PermissionDenied):
        return error.detail == exceptions.PermissionDenied.default_detail
    return isinstance(error, PermissionDenied)
