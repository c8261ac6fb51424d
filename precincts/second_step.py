"""The page that leads staff to their second factor, and afterwards on to where they were going."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from precincts import access, second_factor


@require_safe
@never_cache
@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Why, and how. For who has one already, or needs none: on."""
    needs_one = bool(access.memberships(request.user)) and second_factor.is_missing(request.user)
    if not needs_one:
        return redirect(second_factor.where_to(request) or "mfa_index")
    return render(
        request,
        "precincts/second_step.html",
        {"roles": access.memberships(request.user), "going_to": request.session.get(second_factor.GOING_TO)},
    )
