"""Calls of X's API, through tweepy: whose they are, how long they may take, and what each answer proves."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import tweepy
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from requests.auth import AuthBase
from requests_oauthlib import OAuth1
from urllib3.exceptions import NewConnectionError

from socialfeeds.networks import limits
from socialfeeds.networks.base import Dead, Duplicate, MayBeSent, NetworkError, NotSent

if TYPE_CHECKING:
    from socialfeeds.models import Account

# A 429 that does not say until when.
USUAL_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(hours=25)
# What they write down to look for mistakes of theirs holds tokens.
for name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(name).setLevel(logging.INFO)


class Gone(NotSent):
    """It is not there, or no longer."""


class Client(tweepy.Client):
    """tweepy's client with our address, a timeout, no sleeping, and the limits that all workers share.

    `bucket` is what X counts together. `account` is None while an account is being connected.
    """

    def __init__(
        self,
        bucket: str,
        account: Account | None = None,
        credentials: Mapping[str, str] | None = None,
        *,
        seconds: float = 0,
    ) -> None:
        # The token is put on in the session: so tweepy, which logs its headers, never holds it.
        super().__init__(bearer_token="in the session", return_type=dict, wait_on_rate_limit=False)  # noqa: S106
        credentials = opened(account) if credentials is None and account is not None else credentials
        auth = _auth(credentials or {})
        self.session = Session(bucket, account, auth, seconds or settings.X_TIMEOUT_SECONDS)


class Session(requests.Session):
    """Sends to our address, and turns whatever goes wrong into what it proves."""

    def __init__(self, bucket: str, account: Account | None, auth: AuthBase, seconds: float) -> None:
        super().__init__()
        self._counted = ("x", bucket, account)
        self._seconds = seconds
        self.auth = auth

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        # tweepy's host is written into its code.
        address = settings.X_API_URL + urlsplit(url).path
        kwargs |= {"timeout": (settings.X_TIMEOUT_SECONDS, self._seconds), "allow_redirects": False}
        limits.take(*self._counted)
        try:
            response = super().request(method, address, **kwargs)
        except requests.RequestException as error:
            proof = unanswered(error)
            if isinstance(proof, NotSent):
                limits.unanswered(*self._counted)
            raise proof from error
        limits.note(*self._counted, response.headers)
        if not 200 <= response.status_code < 300:
            refused = refusal(response)
            if isinstance(refused, NotSent) and refused.retry_at:
                limits.rest(*self._counted, refused.retry_at)
            raise refused
        return response


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _auth(credentials: Mapping[str, str]) -> AuthBase:
    """OAuth 1.0a where there is a secret beside the token: signed anew for each call. Else OAuth 2."""
    if not credentials.get("secret"):
        return _Bearer(credentials["access_token"])
    if not settings.X_CONSUMER_KEY:
        raise NotSent(_("This account is connected by OAuth 1.0a. The operator must set X_CONSUMER_KEY."))
    signed: AuthBase = OAuth1(
        settings.X_CONSUMER_KEY,
        settings.X_CONSUMER_SECRET,
        credentials["access_token"],
        credentials["secret"],
    )
    return signed


def opened(account: Account) -> dict[str, str]:
    try:
        return account.credentials
    except InvalidToken as error:
        raise NotSent(
            _("The key that opens this account’s token is missing. The operator must set ENGAGE_TOKEN_KEYS.")
        ) from error


def call(method: Any, **params: Any) -> dict[str, Any]:
    """One call of tweepy's: a JSON object, or an error that says what it proves."""
    try:
        return an_object(method(user_auth=False, **params))
    except (requests.RequestException, ValueError) as error:
        raise MayBeSent(_("X answered with something that is not to be understood.")) from error


def an_object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        error = MayBeSent(_("X answered with something that is not to be understood."))
        error.raw = body
        raise error
    return body


def data(body: dict[str, Any], kind: type) -> Any:
    """`data` of an answer. A 200 can carry errors instead, and then proves nothing.

    But a list of which nothing is there any more is an empty one.
    """
    found = body.get("data")
    errors = body.get("errors")
    if found is None and (not errors or (kind is list and all(_is_missing(one) for one in errors))):
        return kind()
    if not isinstance(found, kind):
        error = MayBeSent(_("X answered with an error: %(words)s") % {"words": words_of(body)})
        error.raw = body
        raise error
    return found


def _is_missing(error: Any) -> bool:
    return isinstance(error, dict) and str(error.get("type", "")).endswith("/resource-not-found")


def a_dict(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def a_list(body: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
    """The objects of a list that goes by one of these names."""
    for name in names:
        if isinstance(found := body.get(name), list):
            return [one for one in found if isinstance(one, dict)]
    return []


# --- what an error proves ------------------------------------------------------------------------------


def unanswered(error: requests.RequestException) -> NetworkError:
    """There was no answer. Only where no connection stood is that proof."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotSent(_("X could not be reached."))
    if isinstance(error, requests.Timeout):
        return MayBeSent(_("X did not answer in time."))
    return MayBeSent(_("The connection to X broke off before it had answered."))


def refusal(response: requests.Response) -> NetworkError:
    """There was an answer, and it was no."""
    body = json_of(response)
    error = _what_it_proves(response, words_of(body) or f"{response.status_code} {response.reason}")
    error.raw = body or clean(response.text[:2000])
    return error


def _what_it_proves(response: requests.Response, words: str) -> NetworkError:
    status = response.status_code
    if status == 429:
        return NotSent(_("X takes no more calls for the moment."), retry_at=_rests_until(response))
    if status == 401:
        return Dead(_("X no longer accepts this account’s token. Connect the account again."))
    if status == 403 and "duplicate content" in words.lower():
        return Duplicate(_("X says that this account has already said exactly this."))
    if status in (404, 410):
        return Gone(_("X refused it: %(words)s") % {"words": words}, permanent=True)
    if 400 <= status < 500 and status != 408:
        return NotSent(_("X refused it: %(words)s") % {"words": words}, permanent=True)
    return MayBeSent(_("X had an error of its own: %(words)s") % {"words": words})


def json_of(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def words_of(body: dict[str, Any]) -> str:
    """What X says went wrong, shortened: problem+json's detail, or the messages of a list of errors."""
    said = [
        one.get("detail") or one.get("message") or one.get("title") or "" for one in a_list(body, "errors")
    ]
    if detail := body.get("detail"):
        said = [detail, *said]
    return clean("; ".join(str(one) for one in said if one))[:200]


def _rests_until(response: requests.Response) -> datetime:
    """When X takes calls again: the latest reset among the limits that are used up."""
    now, headers = timezone.now(), response.headers
    windows = [name.removesuffix("-remaining") for name in headers if name.lower().endswith("-remaining")]
    used_up = [name for name in windows if headers[f"{name}-remaining"].strip() == "0"]
    resets = [headers.get(f"{name}-reset", "") for name in (used_up or ["x-rate-limit"])]
    moments = [datetime.fromtimestamp(int(one), UTC) for one in resets if re.fullmatch(r"\d{1,10}", one)]
    until = max(moments, default=now + USUAL_REST)
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_REST)


def clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
