"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from precincts import second_factor
from precincts.access import Permission, may, memberships


def engage(request: HttpRequest) -> dict[str, Any]:
    return {
        "demo_mode": settings.ENGAGE_DEMO,
        "single_sign_on": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "second_factor_waived": not second_factor.is_required(),
        "tile_url": settings.TILE_URL,
        "tile_attribution": settings.TILE_ATTRIBUTION,
        "desks": SimpleLazyObject(lambda: _desks(request)),
    }


def _desks(request: HttpRequest) -> list[dict[str, str]]:
    """The desks of whoever is signed in, for the header."""
    user = getattr(request, "user", None)
    commands = {m.command_id: m.command for m in memberships(user) if m.command is not None}
    desks = [{"name": c.short_name, "url": reverse("desk", args=[c.slug])} for c in commands.values()]
    if may(user, Permission.SEE_CITY):
        desks.append({"name": _("Headquarters"), "url": reverse("headquarters")})
    return desks
