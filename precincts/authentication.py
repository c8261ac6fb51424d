"""The API's personal tokens: Authorization: Bearer engage_…"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from precincts.models import PersonalToken, User

SCOPES = """A personal token, made under your account.

It does what you may do, as far as its scopes reach; without any scope, what a resident may. What changes
something at a desk needs `see_desk` as well.

| Scope | What it allows |
| --- | --- |
"""


class PersonalTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = (
            PersonalToken.objects.select_related("user")
            .filter(digest=PersonalToken.digest_of(key.strip()), user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is not known. Make a new one under your account."))
        if token.has_expired:
            raise AuthenticationFailed(_("This token has expired. Make a new one under your account."))
        self._touch(token)
        token.user.engage_token = token  # type: ignore[attr-defined]  # access.permissions_at asks for it
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    @staticmethod
    def _touch(token: PersonalToken) -> None:
        """When it was last used, to the hour: enough to find one that can go."""
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > timedelta(hours=1):
            PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now)


class PersonalTokenScheme(OpenApiAuthenticationExtension):
    target_class = PersonalTokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        from precincts.access import Permission  # it needs DRF's views, which are reading this module

        return {
            "type": "http",
            "scheme": "bearer",
            "description": SCOPES + "".join(f"| `{one.value}` | {one.label} |\n" for one in Permission),
        }
