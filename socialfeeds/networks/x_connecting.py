"""Connecting an account on X: OAuth 2 with PKCE and refreshed tokens; OAuth 1.0a; or a token alone."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from socialfeeds.networks.base import (
    Asked,
    Cannot,
    Connection,
    Dead,
    MayBeSent,
    NetworkError,
    NotSent,
    Refreshed,
)
from socialfeeds.networks.x_calls import Client, call, clean, data, json_of, opened, refusal, unanswered

if TYPE_CHECKING:
    from socialfeeds.models import Account

# What a desk needs: to read, post with pictures, hide replies, and to go on tomorrow.
SCOPES = ("tweet.read", "tweet.write", "users.read", "tweet.moderate.write", "media.write", "offline.access")
# The same, once the renaming of tweet.* to post.* is done.
RENAMED = {scope: scope.replace("tweet.", "post.") for scope in SCOPES}


def ask(*, redirect_to: str, state: str) -> Asked:
    if not settings.X_CLIENT_ID:
        raise Cannot(
            _("Engage is not registered with X. The operator must set X_CLIENT_ID; or type the tokens.")
        )
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": settings.X_CLIENT_ID,
        "redirect_uri": redirect_to,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return Asked(f"{settings.X_WEB_URL}/i/oauth2/authorize?{urlencode(query)}", {"verifier": verifier})


def connections(*, given: Mapping[str, str], redirect_to: str) -> list[Connection]:
    """Whose code, or whose tokens, these are."""
    if given.get("error"):
        raise NotSent(_("X was not allowed to connect the account."), permanent=True)
    expires_at = None
    if given.get("code"):
        answer = _exchange(given, redirect_to)
        credentials, expires_at = _credentials(answer), _expires_at(answer)
    else:
        names = ("access_token", "secret", "refresh_token")
        credentials = {name: given[name].strip() for name in names if given.get(name, "").strip()}
    if not credentials.get("access_token"):
        raise Dead(_("There is no token."))
    who = data(call(Client("lookup", credentials=credentials).get_me), dict)
    if not who.get("id") or not who.get("username"):
        raise NotSent(_("X did not say whose token this is."))
    handle, name = clean(str(who["username"])), clean(str(who.get("name", "")))[:120]
    return [Connection(str(who["id"]), handle, credentials, name=name, expires_at=expires_at)]


def refresh(account: Account) -> Refreshed | None:
    """New tokens for the refresh token, which is good for one time: an answer that is lost takes it along."""
    token = opened(account).get("refresh_token")
    if not token:
        return None
    answer = _ask_for_tokens({"grant_type": "refresh_token", "refresh_token": token})
    credentials = {"refresh_token": token} | _credentials(answer)
    return Refreshed(credentials, _expires_at(answer))


def _exchange(given: Mapping[str, str], redirect_to: str) -> dict[str, Any]:
    answer = _ask_for_tokens(
        {
            "grant_type": "authorization_code",
            "code": given["code"],
            "redirect_uri": redirect_to,
            "code_verifier": given.get("verifier", ""),
        }
    )
    granted = set(str(answer.get("scope", "")).split())
    lacking = [one for one in SCOPES if one not in granted and RENAMED[one] not in granted]
    if granted and lacking:
        raise NotSent(
            _("X did not allow all that is needed. It is missing: %(scopes)s.")
            % {"scopes": ", ".join(lacking)},
            permanent=True,
        )
    return answer


def _ask_for_tokens(form: dict[str, str]) -> dict[str, Any]:
    """One call of the token endpoint. It counts against no limit, and nothing of it is written anywhere."""
    if not settings.X_CLIENT_ID:
        raise NotSent(_("Engage is not registered with X. The operator must set X_CLIENT_ID."))
    seconds = settings.X_TIMEOUT_SECONDS
    auth = (settings.X_CLIENT_ID, settings.X_CLIENT_SECRET) if settings.X_CLIENT_SECRET else None
    try:
        response = requests.post(
            f"{settings.X_API_URL}/2/oauth2/token",
            data=form if auth else form | {"client_id": settings.X_CLIENT_ID},
            auth=auth,
            timeout=(seconds, seconds),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        # Not "from error": it carries the request, and that carries the token.
        raise unanswered(error) from None
    if response.status_code != 200:
        raise _no_tokens(response)
    answer = json_of(response)
    if not answer.get("access_token"):
        raise MayBeSent(_("X answered with something that is not to be understood."))
    return answer


def _no_tokens(response: requests.Response) -> NetworkError:
    """A refused token is dead. That X does not know *us* is the operator's business, and no account's end."""
    body = json_of(response)
    kind = str(body.get("error", ""))
    error: NetworkError
    if response.status_code == 401 or kind in ("invalid_client", "unauthorized_client"):
        error = NotSent(
            _("X does not know Engage. The operator must look at X_CLIENT_ID and X_CLIENT_SECRET.")
        )
    elif response.status_code == 400 and kind in ("invalid_request", "invalid_grant"):
        error = Dead(_("X no longer accepts what this account was connected with. Connect it again."))
    else:
        return refusal(response)
    error.raw = body
    return error


def _credentials(answer: dict[str, Any]) -> dict[str, str]:
    return {name: str(answer[name]) for name in ("access_token", "refresh_token") if answer.get(name)}


def _expires_at(answer: dict[str, Any]) -> datetime | None:
    seconds = answer.get("expires_in")
    return timezone.now() + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
