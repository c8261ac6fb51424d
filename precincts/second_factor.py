"""A second factor for everybody who works here, beside the password: an app's code, or a passkey.

Whoever holds a role and no second factor may do what a resident may, and no more: access.py asks here before
it gives anything. settings.SECOND_FACTOR waives that, for the demonstration.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import decrypt, encrypt
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from precincts.models import User

# Recovery codes stand in for one of these, and are none themselves.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# In the session: how somebody signed in, by allauth; and where they were going when they were led here.
RECORDS = "account_authentication_methods"
GOING_TO = "second_step_next"


def is_required() -> bool:
    return settings.SECOND_FACTOR == "required"


def is_missing(user: Any) -> bool:
    """Whether the user has to set one up before any role of theirs counts."""
    return is_required() and not has(user)


def has(user: Any) -> bool:
    """Whether the user has a second factor. Asked for once a request."""
    if not hasattr(user, "engage_second_factor"):
        own = Authenticator.objects.filter(user=user.pk, type__in=FACTORS)
        user.engage_second_factor = own.exists() or _provider_asks(user)
    return user.engage_second_factor


# --- the provider of single sign-on, where it asks for a second factor itself ----------------------------


def remember_session(user: Any, session: SessionBase) -> Any:
    """The user, who knows the session that they came with: how they signed in stands there."""
    user.engage_session = session
    return user


def provider_asked(session: SessionBase, user: User | None) -> bool:
    """Whether the user signed in to this session by a provider that settings trust to ask."""
    if settings.SSO_SECOND_FACTOR != "provider" or user is None:
        return False
    accounts = set(SocialAccount.objects.filter(user=user.pk).values_list("provider", "uid"))
    return any((record.get("provider"), record.get("uid")) in accounts for record in _records(session))


def _provider_asks(user: Any) -> bool:
    if settings.SSO_SECOND_FACTOR != "provider":
        return False
    if (session := getattr(user, "engage_session", None)) is not None:
        return provider_asked(session, user)
    # A personal token: it got its scopes in a session that had one.
    return hasattr(user, "engage_token") and SocialAccount.objects.filter(user=user.pk).exists()


def drop_records_of_others(session: SessionBase, user: User | None) -> None:
    """From what allauth keeps of how somebody signed in to this session: what is not this user's."""
    records = _records(session)
    if user is None or not records:
        return
    factors = set(Authenticator.objects.filter(user=user.pk).values_list("pk", flat=True))
    accounts = set(SocialAccount.objects.filter(user=user.pk).values_list("provider", "uid"))
    session[RECORDS] = [
        record
        for record in records
        if (record.get("method") != "mfa" or record.get("id") in factors)
        and (
            record.get("method") != "socialaccount" or (record.get("provider"), record.get("uid")) in accounts
        )
    ]


def _records(session: SessionBase) -> list[dict[str, Any]]:
    return session.get(RECORDS, [])


# --- being led there -------------------------------------------------------------------------------------


def lead_to_it(request: HttpRequest) -> HttpResponse:
    """To the page that says why and how; from there back to where they were going."""
    request.session[GOING_TO] = _way_back(request)
    return redirect("second_step")


def where_to(request: HttpRequest) -> str:
    """Where they were going, once; empty if nowhere."""
    return request.session.pop(GOING_TO, "")


def _way_back(request: HttpRequest) -> str:
    """A page that can be opened again: of a form that was sent, the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(sent_from, {request.get_host()}):
        parts = urlsplit(sent_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return ""


# --- setting one up, and losing it ----------------------------------------------------------------------


@receiver(post_save, sender=Authenticator)
def end_sessions(sender: Any, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """With the first second factor: a session that was opened with a password alone must not gain by it."""
    before = Authenticator.objects.filter(user=instance.user_id, type__in=FACTORS).exclude(pk=instance.pk)
    if created and instance.type in FACTORS and not before.exists():
        instance.user.end_sessions()


@receiver(authenticator_added)
def keep_this_session(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """The one in which it was set up goes on."""
    if authenticator.type in FACTORS and request.user == user:
        user.refresh_from_db(fields=["sessions_key"])
        update_session_auth_hash(request, user)


def forget(user: User) -> int:
    """Take away every second factor, for somebody who lost theirs. They sign in anew and set up another.

    Returns how many there were, recovery codes counted.
    """
    with transaction.atomic():
        user.end_sessions()
        return Authenticator.objects.filter(user=user).delete()[0]


def reseal() -> tuple[int, list[str]]:
    """Seal every secret anew with the first key. Returns how many, and whose no key opens."""
    count, lost = 0, []
    secret = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
    for pk in Authenticator.objects.filter(type__in=secret).values_list("pk", flat=True):
        with transaction.atomic():
            one = Authenticator.objects.select_related("user").select_for_update(of=["self"]).filter(pk=pk)
            if (found := one.first()) is None:
                continue
            name = secret[Authenticator.Type(found.type)]
            try:
                found.data[name] = encrypt(decrypt(found.data[name]))
            except InvalidToken:
                lost.append(found.user.email)
                continue
            found.save(update_fields=["data"])
            count += 1
    return count, lost
