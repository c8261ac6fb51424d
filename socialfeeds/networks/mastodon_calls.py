"""Calls to a Mastodon server through Mastodon.py, and what each answer proves.

The server is whoever somebody has named: it is asked as engage/reaching.py allows it. Mastodon.py builds the
calls; its own ways of waiting, of reading limits and of telling errors apart are never reached, for the
session below raises for whatever is no answer, and keeps the answer as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from mastodon import Mastodon
from requests.structures import CaseInsensitiveDict

from engage import reaching
from socialfeeds.networks import limits
from socialfeeds.networks.base import Dead, MayBeSent, NetworkError, NotSent

if TYPE_CHECKING:
    from socialfeeds.models import Account

# A page of forty long posts stays far below.
MOST_READ = 5_000_000
USUAL_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=25)
# What endpoints Mastodon.py may use: given, so that it does not go and ask.
VERSION = "4.3.0"
NOTHING = object()
# Mastodon.py raises where it cannot read these, also when the post was taken.
KEPT_BACK = re.compile(r"x-ratelimit-.*|deprecation|mastodon-async-refresh", re.IGNORECASE)


class Gone(NotSent):
    """What was named is not there, or not for us."""

    def __init__(self, words: str) -> None:
        super().__init__(words, permanent=True)


class _Session(requests.Session):
    """Asks safely, and turns what goes wrong into what it proves. `account` is whose calls are counted."""

    def __init__(self, account: Account | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self.headers = CaseInsensitiveDict({"User-Agent": "Engage", "Accept": "application/json"})
        self.account = account
        self.answer: Any = NOTHING

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """All calls go through here."""
        asked = ("headers", "params", "data", "files", "json")
        parts = {name: kwargs[name] for name in asked if kwargs.get(name)}
        prepared = self.prepare_request(requests.Request(method, url, **parts))
        headers = {name: _text(value) for name, value in prepared.headers.items()}
        counted = ("mastodon", _bucket(method, url), self.account)
        limits.take(*counted)
        try:
            answer = reaching.ask(
                reaching.place_of(str(prepared.url), loopback=settings.MASTODON_TO_LOOPBACK),
                method,
                headers,
                _bytes(prepared.body),
                seconds=settings.MASTODON_TIMEOUT_SECONDS,
                most=MOST_READ,
            )
        except reaching.CannotReach as error:
            proof = _unanswered(error)
            if isinstance(proof, NotSent):
                limits.unanswered(*counted)
            raise proof from error
        # Who connects is nobody's account yet: servers are strangers to each other.
        if self.account is not None:
            limits.note(*counted, dict(answer.headers))
        self.answer = _read(answer)
        return _as_response(answer)


def _bucket(method: str, url: str) -> str:
    """What Mastodon counts together."""
    if method == "DELETE":
        return "delete"
    return "media" if method == "POST" and "/media" in url else "api"


def client(server: str, token: str = "", account: Account | None = None) -> Mastodon:
    """Mastodon.py for one server, with our session."""
    made = Mastodon(
        api_base_url=server,
        session=_Session(account),
        ratelimit_method="throw",
        mastodon_version=VERSION,
        version_check_mode="created",
        user_agent="Engage",
    )
    # Not by its constructor: that takes a token which is a file's name for a file, and reads it. The server
    # chooses the token.
    made.access_token = token or None
    # It would ask what the server is before each look at a timeline.
    made.timeline_is_available = lambda *_args, **_options: True  # type: ignore[method-assign]
    return made


def call(method: Callable[..., Any], *args: Any, **params: Any) -> Any:
    """What the server answered to a call of Mastodon.py, as JSON, or an error that says what it proves."""
    session: _Session = method.__self__.session  # type: ignore[attr-defined]
    session.answer = NOTHING
    try:
        method(*args, **params)
    except Exception as error:
        if ours := _ours(error):
            raise ours from None
        # It was answered, but not as Mastodon.py's types would have it: the answer counts.
        if session.answer is NOTHING:
            raise
    return session.answer


def send(server: str, path: str, **data: Any) -> Any:
    """A call that belongs to no account: registering the app, and what a code is worth."""
    session = _Session()
    session.request("POST", f"{server}{path}", data=data)
    return session.answer


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _bytes(body: Any) -> bytes:
    """What is sent: a form comes as text, and with pictures as bytes."""
    sent: bytes = body.encode() if isinstance(body, str) else body or b""
    return sent


def _ours(error: BaseException | None) -> NetworkError | None:
    """Mastodon.py wraps what its session raises."""
    while error is not None and not isinstance(error, NetworkError):
        error = error.__cause__ or error.__context__
    return error


def _read(answer: reaching.Answer) -> Any:
    """The JSON of an answer that says yes."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = NOTHING
    if not 200 <= answer.status < 300:
        refusal = _refusal(answer, body if isinstance(body, dict) else {})
        refusal.raw = None if body is NOTHING else body
        raise refusal
    if body is NOTHING or not answer.whole:
        raise MayBeSent(_("The server answered with something that is not to be understood."))
    return body


def _as_response(answer: reaching.Answer) -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason = answer.status, answer.reason
    response._content = answer.body
    for name, value in answer.headers:
        if not KEPT_BACK.fullmatch(name):
            response.headers[name] = value
    return response


# --- what an error proves ------------------------------------------------------------------------------


def _unanswered(error: reaching.CannotReach) -> NetworkError:
    """There was no answer. Only where no connection stood is that proof."""
    words = _("The Mastodon server could not be asked. %(why)s") % {"why": error}
    return MayBeSent(words) if isinstance(error, reaching.Unanswered) else NotSent(words)


def _refusal(answer: reaching.Answer, body: dict[str, Any]) -> NetworkError:
    """There was an answer, and it was no."""
    status = answer.status
    said = body.get("error_description") or body.get("error") or f"{status} {answer.reason}"
    words = clean(str(said))[:200]
    if status == 429:
        return NotSent(_("The server takes no more calls for the moment."), retry_at=_rests_until(answer))
    if status == 401:
        return Dead(_("The server no longer accepts this account’s token. Connect the account again."))
    if status in (404, 410):
        return Gone(_("The server has no such post, or does not show it to this account."))
    if status == 422 and "processing" in words.lower():
        return NotSent(_("The server is still working on a picture."))
    if 400 <= status < 500 and status != 408:
        return NotSent(_("The server refused it: %(words)s") % {"words": words}, permanent=True)
    return MayBeSent(_("The server had an error of its own: %(words)s") % {"words": words})


def _rests_until(answer: reaching.Answer) -> datetime:
    """When it takes calls again: a time in Mastodon, seconds since 1970 in some of its kin."""
    now, told = timezone.now(), answer.header("X-RateLimit-Reset")
    try:
        until = datetime.fromtimestamp(int(told[:11]), UTC) if told.isdecimal() else _moment(told)
    except (ValueError, OverflowError):
        until = now + USUAL_REST
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_REST)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
