"""Calling a Bluesky server (a PDS) through atproto, and what its refusals prove.

atproto builds the calls. They go through reaching.py: to an address that was looked at, with one deadline
for all of it. Nothing is repeated and nobody is signed in behind our back: the session is the account's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx
from atproto_client.client.base import ClientBase
from atproto_client.exceptions import RequestErrorBase
from atproto_client.models.common import XrpcError
from atproto_client.request import Request
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from engage import reaching
from socialfeeds.networks.base import Dead, Expired, MayBeSent, NetworkError, NotSent

if TYPE_CHECKING:
    from socialfeeds.models import Account

MOST_READ = 8_000_000
USUAL_REST, LONGEST_REST = timedelta(minutes=5), timedelta(hours=25)
# What it says of a token that is over. Whether another can be had, only the refresh says.
OVER = {"ExpiredToken", "InvalidToken"}


class Server:
    """One server, asked as somebody, or as nobody."""

    def __init__(self, url: str, token: str = "") -> None:
        request = Request(transport=_Reaching(loopback=url == settings.BLUESKY_URL))
        if token:
            request.add_additional_header("Authorization", f"Bearer {token}")
        self._client = ClientBase(url, request)

    def get(self, method: str, **params: Any) -> dict[str, Any]:
        asked = urlencode({name: value for name, value in params.items() if value != ""}, doseq=True)
        return self._asked(lambda: self._client.invoke_query(f"{method}?{asked}"))

    def do(self, method: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
        """A procedure. Only this can change anything there."""
        # Written here: atproto's models leave out what is null, and null has a meaning.
        content, headers = b"", {}
        if said is not None:
            content, headers = json.dumps(said).encode(), {"Content-Type": "application/json"}
        call = self._client.invoke_procedure
        return self._asked(lambda: call(method, content=content, headers=headers))

    def upload(self, data: bytes, mime: str) -> dict[str, Any]:
        """Bytes, which stand nowhere until a record names them."""
        call = self._client.invoke_procedure
        method = "com.atproto.repo.uploadBlob"
        return self._asked(lambda: call(method, content=data, headers={"Content-Type": mime}))

    def _asked(self, call: Any) -> dict[str, Any]:
        try:
            answer = call()
        except (RequestErrorBase, httpx.HTTPError) as error:
            raise _refusal(error) from error
        except ValueError as error:
            raise MayBeSent(_("Bluesky answered with something that is not to be understood.")) from error
        if not answer.content:
            return {}
        if not isinstance(answer.content, dict):
            raise MayBeSent(_("Bluesky answered with something that is not to be understood."))
        return answer.content


def server_of(account: Account, credential: str = "access") -> Server:
    """The account's server, asked as the account."""
    try:
        token = account.credentials[credential]
    except InvalidToken as error:
        raise NotSent(
            _("The key that opens this account’s token is missing. The operator must set ENGAGE_TOKEN_KEYS.")
        ) from error
    return Server(account.server or settings.BLUESKY_URL, token)


def address_of_server(typed: str) -> str:
    """The server that somebody typed, as an address; the usual one where nothing was."""
    typed = typed.strip().rstrip("/")
    if not typed:
        return settings.BLUESKY_URL
    url = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(url)
        if url != settings.BLUESKY_URL:
            reaching.place_of(url)
    except (ValueError, reaching.CannotReach) as error:
        raise NotSent(str(error), permanent=True) from error
    return f"{parts.scheme}://{parts.netloc}".lower()


@contextmanager
def before_it_is_said() -> Iterator[None]:
    """What goes wrong in here is proof that the post itself was not made."""
    try:
        yield
    except MayBeSent as error:
        raise NotSent(str(error)) from error


def expires_at(token: str) -> datetime | None:
    """When an access token ends, as it says itself."""
    said = _inside(token).get("exp")
    return datetime.fromtimestamp(said, UTC) if isinstance(said, int) else None


def scope_of(token: str) -> str:
    return str(_inside(token).get("scope", ""))


def _inside(token: str) -> dict[str, Any]:
    """What a token says. It is the server's word to itself, so nobody here has to check its seal."""
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


# --- how it gets there -----------------------------------------------------------------------------------


class _Reaching(httpx.BaseTransport):
    """httpx's way out: through reaching.py, so that no typed address leads into our own network."""

    def __init__(self, *, loopback: bool) -> None:
        self._loopback = loopback

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        try:
            place = reaching.place_of(str(request.url), loopback=self._loopback)
            answer = reaching.ask(
                place,
                request.method,
                headers,
                request.read(),
                seconds=settings.BLUESKY_TIMEOUT_SECONDS,
                most=MOST_READ,
            )
        except reaching.Unanswered as error:
            raise httpx.ReadError(str(error)) from error
        except reaching.CannotReach as error:
            raise httpx.ConnectError(str(error)) from error
        if not answer.whole:
            raise httpx.ReadError(_("The connection broke before there was an answer."))
        kept = [(name, value) for name, value in answer.headers if name.lower() != "transfer-encoding"]
        return httpx.Response(answer.status, headers=kept, content=answer.body, request=request)


# --- what an error proves --------------------------------------------------------------------------------


class Refused(NotSent):
    """Bluesky said no, and gave the no a name."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(
            _("Bluesky refused it: %(words)s") % {"words": _clean(words or name)[:200]}, permanent=True
        )
        self.name = name


def _refusal(error: Exception) -> NetworkError:
    response = getattr(error, "response", None)
    if response is None:
        return _unanswered(error.__cause__ or error)
    name, words = _named(response.content)
    status = response.status_code
    if status == 429:
        return NotSent(_("Bluesky takes no more calls for the moment."), retry_at=_rests_until(response))
    if name in OVER:
        return Expired(_("This account’s session at Bluesky is over."))
    if status == 401:
        return Dead(_("Bluesky does not accept this: %(words)s") % {"words": _clean(words or name)[:200]})
    if 400 <= status < 500 and status != 408:
        return Refused(name, words or f"{status}")
    said = _clean(words or name or str(status))[:200]
    return MayBeSent(_("Bluesky had an error of its own: %(words)s") % {"words": said})


def _unanswered(error: BaseException) -> NetworkError:
    """There was no answer. Only where no connection stood is that proof."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return NotSent(_("Bluesky could not be reached: %(why)s") % {"why": error})
    return MayBeSent(_("Bluesky gave no answer: %(why)s") % {"why": error})


def _named(content: Any) -> tuple[str, str]:
    if isinstance(content, XrpcError):
        return str(content.error or ""), str(content.message or "")
    if isinstance(content, dict):
        return str(content.get("error") or ""), str(content.get("message") or "")
    return "", ""


def _rests_until(response: Any) -> datetime:
    now, said = timezone.now(), str(response.headers.get("ratelimit-reset", ""))
    until = (
        datetime.fromtimestamp(int(said), UTC) if said.isdecimal() and len(said) < 12 else now + USUAL_REST
    )
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_REST)


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
