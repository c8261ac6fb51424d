"""Leading a person back from a page of ours to the app that asked."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def page(
    request: HttpRequest, *, network: str, app: str, choices: list[tuple[str, str]], back_to: str
) -> HttpResponse:
    """Who are you, and do you grant it?"""
    context = {"network": network, "app": app, "choices": choices}
    return _may_lead_to(render(request, "sandbox/grant.html", context), back_to)


def back(back_to: str, **given: str) -> HttpResponse:
    """Back to the app, with what it is given."""
    sign = "&" if urlsplit(back_to).query else "?"
    return _may_lead_to(redirect(f"{back_to}{sign}{urlencode(given)}"), back_to)


def _may_lead_to(response: HttpResponse, address: str) -> HttpResponse:
    """A browser holds the policy of forms against where they lead in the end."""
    parts = urlsplit(address)
    policy: dict[str, Any] = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}
    response._csp_update = policy  # type: ignore[attr-defined]
    return response
