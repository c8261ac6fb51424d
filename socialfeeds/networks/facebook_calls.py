"""Calls to Facebook's Graph, and what each of its answers proves."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from socialfeeds.networks import limits
from socialfeeds.networks.base import Dead, Duplicate, MayBeSent, NetworkError, NotSent

if TYPE_CHECKING:
    from socialfeeds.models import Account

VERSION = "v26.0"
PAGE = 100
# A list that never ends is not believed.
MOST_PAGES = 200
# Throttled, and not told for how long: what Facebook counts, it counts by the hour.
USUAL_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(hours=25)
DEAD = {102, 190}
# Of the app, the person, the Page, and of "business use cases"; and of calls of one kind.
THROTTLED = {4, 17, 32, 341, 613, *range(80000, 80015)}
DUPLICATE = {368, 506}
# "Unknown" and "temporarily unavailable": either can come after the post was taken.
THEIRS = {1, 2}
GONE = (100, 33)


class Graph:
    """The Graph, for one token (or none: the app itself asks). `account` is whose calls are counted."""

    def __init__(self, token: str = "", account: Account | None = None) -> None:
        self._token = token
        self._account = account

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._call("GET", path, params=params)

    def post(self, path: str, *, files: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
        return self._call("POST", path, data=data, files=files)

    def delete(self, path: str) -> dict[str, Any]:
        return self._call("DELETE", path, params={})

    def each(self, path: str, *, pages: int = MOST_PAGES, **params: Any) -> Iterator[dict[str, Any]]:
        """The objects of a list, page by page, in the order in which Facebook gives them."""
        after: dict[str, str] = {}
        for _page in range(pages):
            body = self.get(path, limit=PAGE, **params, **after)
            found = [one for one in body.get("data") or [] if isinstance(one, dict) and one.get("id")]
            yield from found
            # The whole address of the next page stands there too, with the token in it: it is not used.
            paging = part_of(body, "paging")
            cursor = part_of(paging, "cursors").get("after")
            if not paging.get("next") or not cursor or not found:
                return
            after = {"after": cursor}

    def _call(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """One call: a JSON object, or an error that says what it proves. All calls go through here."""
        where = kwargs["data"] if method == "POST" else kwargs["params"]
        if self._token:
            where["appsecret_proof"] = proof(self._token)
        seconds = settings.FACEBOOK_TIMEOUT_SECONDS
        counted = ("facebook", "graph", self._account)
        limits.take(*counted)
        try:
            response = requests.request(
                method,
                f"{settings.FACEBOOK_API_URL}/{VERSION}/{path}",
                auth=_Bearer(self._token),
                timeout=(seconds, seconds),
                allow_redirects=False,
                **kwargs,
            )
        except requests.RequestException as error:
            proof_of = _unanswered(error)
            if isinstance(proof_of, NotSent):
                limits.unanswered(*counted)
            raise proof_of from error
        limits.note(*counted, response.headers)
        body = _json(response)
        # A 200 can hold an error too.
        if not 200 <= response.status_code < 300 or "error" in body:
            raise _refusal(response, body)
        if not body:
            raise MayBeSent(_("Facebook answered with something that is not to be understood."))
        return body


class _Bearer(AuthBase):
    """The token goes into a header: an address is written into logs, a header is not."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def proof(token: str) -> str:
    """Proof that whoever brings the token is the app: a stolen one is worth nothing elsewhere."""
    return hmac.new(settings.FACEBOOK_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


# --- what an error proves ------------------------------------------------------------------------------


def _unanswered(error: requests.RequestException) -> NetworkError:
    """There was no answer. Only where no connection stood is that proof."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotSent(_("Facebook could not be reached."))
    if isinstance(error, requests.Timeout):
        return MayBeSent(_("Facebook did not answer in time."))
    return MayBeSent(_("The connection to Facebook broke off before it had answered."))


def _refusal(response: requests.Response, body: dict[str, Any]) -> NetworkError:
    """There was an answer, and it was no. The code says which; the status says little."""
    error = part_of(body, "error")
    words = _words(error) or f"{response.status_code} {response.reason}"
    refusal = _by_code(response, error, words)
    refusal.raw = body or None
    return refusal


def _by_code(response: requests.Response, error: dict[str, Any], words: str) -> NetworkError:
    status, code = response.status_code, error.get("code")
    if code in DEAD:
        return Dead(_("Facebook no longer accepts this Page’s token. Connect the Page again."))
    if code in THROTTLED or status == 429:
        return NotSent(_("Facebook takes no more calls for the moment."), retry_at=_rests_until(response))
    if code in DUPLICATE:
        return Duplicate(
            _("Facebook says that this Page has already said this: %(words)s") % {"words": words}
        )
    if (code, error.get("error_subcode")) == GONE:
        return Gone(_("Facebook has no such post, or does not show it to this Page."))
    if 400 <= status < 500 and status != 408 and code not in THEIRS and not error.get("is_transient"):
        return NotSent(_("Facebook refused it: %(words)s") % {"words": words}, permanent=True)
    return MayBeSent(_("Facebook had an error of its own: %(words)s") % {"words": words})


class Gone(NotSent):
    """What was named is not there, or not for us."""

    def __init__(self, words: str) -> None:
        super().__init__(words, permanent=True)


def _words(error: dict[str, Any]) -> str:
    """What Facebook says went wrong: what is meant for people, else what is meant for programs."""
    said = error.get("error_user_msg") or error.get("message") or ""
    return clean(str(said))[:200]


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _rests_until(response: requests.Response) -> datetime:
    """When the Page may ask again. Facebook says it in minutes, among how much was used of what."""
    minutes = max(_minutes(response.headers.get("X-Business-Use-Case-Usage", "")), default=0)
    rest = timedelta(minutes=minutes) if minutes else USUAL_REST
    return timezone.now() + min(rest, LONGEST_REST)


def _minutes(header: str) -> Iterator[int]:
    try:
        used = json.loads(header)
    except ValueError:
        return
    for cases in used.values() if isinstance(used, dict) else ():
        for case in cases if isinstance(cases, list) else ():
            minutes = case.get("estimated_time_to_regain_access") if isinstance(case, dict) else None
            if isinstance(minutes, int) and 0 < minutes < 100_000:
                yield minutes


def part_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in an object, whatever stands there."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
