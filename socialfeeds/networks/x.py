"""X, by its API v2 through tweepy.

X has no field that makes a post idempotent, so what counts here is to say exactly whether a post can have
been taken. tweepy builds the calls; everything that decides that question is in this module.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
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
from urllib3.exceptions import NewConnectionError

from socialfeeds.networks import x_length
from socialfeeds.networks.base import (
    Asked,
    Cannot,
    Connection,
    Counts,
    Dead,
    Duplicate,
    Heard,
    MayBeSent,
    NetworkError,
    NotSent,
    Outgoing,
    PictureRules,
    Post,
    Posted,
    Refreshed,
    matching,
)

if TYPE_CHECKING:
    from socialfeeds.models import Account

PAGE = 100
# X shows no more of a timeline than this.
MOST_OWN_POSTS = 3200
# A 429 that does not say until when.
USUAL_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(hours=25)
FIELDS = {"tweet_fields": ["created_at", "author_id", "entities", "note_tweet"]}


class X:
    """The network, as base.Network describes it."""

    name = "x"
    pictures = PictureRules(most=4, bytes=5_000_000, alt=1000)

    def limit(self, account: Account | None = None) -> int:
        return x_length.LIMIT

    def length(self, text: str) -> int:
        return x_length.length(text)

    def fit(self, text: str, link: str) -> str:
        return x_length.fit(text, link)

    def micros(self, text: str, parts: int = 1) -> int:
        return parts * (200_000 if "://" in text else 15_000)

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        reply = {"in_reply_to_tweet_id": outgoing.reply_to} if outgoing.reply_to else {}
        body = _call(_client(account).create_tweet, text=outgoing.text, **reply)
        external_id = str(_data(body, dict).get("id", ""))
        if not external_id.isdecimal():
            raise MayBeSent(_("X answered, but did not say under which number the post stands."))
        return Posted(external_id, raw=body)

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        return matching(self.own_posts(account, since), outgoing)

    def delete(self, account: Account, external_id: str) -> Any:
        return _call(_client(account).delete_tweet, id=external_id)

    def own_posts(self, account: Account, since: datetime) -> Iterator[Post]:
        call = _client(account).get_users_tweets
        for post in _pages(call, id=account.external_id, start_time=since, most=MOST_OWN_POSTS):
            yield _post(post, {account.external_id: account.handle})

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        bound: dict[str, Any] = {"since_id": cursor} if cursor else {"start_time": since}
        handles: dict[str, str] = {}
        call = _client(account).get_users_mentions
        found = list(
            _pages(
                call,
                id=account.external_id,
                most=most,
                expansions=["author_id"],
                user_fields=["username"],
                handles=handles,
                **bound,
            )
        )
        posts = [_post(one, handles) for one in reversed(found)]
        newest = max([cursor, *(one.external_id for one in posts)], key=lambda one: (len(one), one))
        return Heard(posts, newest, reads=len(posts))

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        raise Cannot(_("X is not searched yet."))

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        raise Cannot(_("X is not counted yet."))

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        return ""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        raise Cannot(_("X does not hide yet."))

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        raise Cannot(_("X is connected by a token."))

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        data = _data(_call(_Client(given["access_token"]).get_me), dict)
        if not data.get("id") or not data.get("username"):
            raise NotSent(_("X did not say whose token this is."))
        return [Connection(str(data["id"]), str(data["username"]), given)]

    def refresh(self, account: Account) -> Refreshed | None:
        return None

    def profile_of(self, account: Account) -> str:
        return f"{settings.X_WEB_URL}/{account.handle}"

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        # X leads from any name to the right post; "i" is its word for "whoever wrote it".
        return f"{settings.X_WEB_URL}/{handle or 'i'}/status/{external_id}"


network = X()


# --- calling -------------------------------------------------------------------------------------------


class _Client(tweepy.Client):
    """tweepy's client with our address, a timeout, and no sleeping."""

    def __init__(self, token: str) -> None:
        # The token is put on in the session: so tweepy, which logs its headers, never holds it.
        super().__init__(bearer_token="in the session", return_type=dict, wait_on_rate_limit=False)  # noqa: S106
        self.session = _Session(settings.X_API_URL, token, settings.X_TIMEOUT_SECONDS)


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Session(requests.Session):
    """Sends to our address, and turns whatever goes wrong into what it proves."""

    def __init__(self, base_url: str, token: str, seconds: float) -> None:
        super().__init__()
        self._base_url = base_url
        self._timeout = (seconds, seconds)
        self.auth = _Bearer(token)

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        # tweepy's host is written into its code.
        address = self._base_url + urlsplit(url).path
        kwargs |= {"timeout": self._timeout, "allow_redirects": False}
        try:
            response = super().request(method, address, **kwargs)
        except requests.RequestException as error:
            raise _unanswered(error) from error
        if not 200 <= response.status_code < 300:
            raise _refusal(response)
        return response


def _client(account: Account) -> _Client:
    try:
        return _Client(account.credentials["access_token"])
    except InvalidToken as error:
        raise NotSent(
            _("The key that opens this account’s token is missing. The operator must set ENGAGE_TOKEN_KEYS.")
        ) from error


def _call(method: Any, **params: Any) -> dict[str, Any]:
    """One call: a JSON object, or an error that says what it proves."""
    try:
        body = method(user_auth=False, **params)
    except (requests.RequestException, ValueError) as error:
        raise MayBeSent(_("X answered with something that is not to be understood.")) from error
    if not isinstance(body, dict):
        raise MayBeSent(_("X answered with something that is not to be understood."))
    return body


def _data(body: dict[str, Any], kind: type) -> Any:
    """`data` of an answer. A 200 can carry errors instead, and then proves nothing."""
    data = body.get("data")
    if data is None and not body.get("errors"):
        return kind()
    if not isinstance(data, kind):
        raise MayBeSent(_("X answered with an error: %(words)s") % {"words": _words(body)})
    return data


def _pages(
    call: Any, *, most: int, handles: dict[str, str] | None = None, **params: Any
) -> Iterator[dict[str, Any]]:
    """The posts of a list, newest first, page by page; `handles` takes the names of their authors."""
    token, left = None, most
    while left > 0:
        # X refuses pages of fewer than five.
        size = max(5, min(PAGE, left))
        body = _call(call, max_results=size, pagination_token=token, **FIELDS, **params)
        posts = [post for post in _data(body, list) if isinstance(post, dict) and post.get("id")]
        for user in _dict(body, "includes").get("users", []):
            if handles is not None:
                handles[str(user.get("id"))] = str(user.get("username", ""))
        yield from posts[:left]
        left -= len(posts)
        token = _dict(body, "meta").get("next_token")
        if not token or not posts:
            return


def _dict(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


# --- what an error proves ------------------------------------------------------------------------------


def _unanswered(error: requests.RequestException) -> NetworkError:
    """There was no answer. Only where no connection stood is that proof."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotSent(_("X could not be reached."))
    if isinstance(error, requests.Timeout):
        return MayBeSent(_("X did not answer in time."))
    return MayBeSent(_("The connection to X broke off before it had answered."))


def _refusal(response: requests.Response) -> NetworkError:
    """There was an answer, and it was no."""
    status = response.status_code
    words = _words(_json(response)) or f"{status} {response.reason}"
    if status == 429:
        return NotSent(_("X takes no more calls for the moment."), retry_at=_rests_until(response))
    if status == 401:
        return Dead(_("X no longer accepts this account’s token. Connect the account again."))
    if status == 403 and "duplicate content" in words.lower():
        return Duplicate(_("X says that this account has already said exactly this."))
    if 400 <= status < 500 and status != 408:
        return NotSent(_("X refused it: %(words)s") % {"words": words}, permanent=True)
    return MayBeSent(_("X had an error of its own: %(words)s") % {"words": words})


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _words(body: dict[str, Any]) -> str:
    """What X says went wrong, shortened: problem+json's detail, or the messages of a list of errors."""
    errors = body.get("errors")
    errors = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    said = [one.get("detail") or one.get("message") or one.get("title") or "" for one in errors]
    if detail := body.get("detail"):
        said = [detail, *said]
    return _clean("; ".join(str(one) for one in said if one))[:200]


def _rests_until(response: requests.Response) -> datetime:
    """When X takes calls again: the latest reset among the limits that are used up."""
    now, headers = timezone.now(), response.headers
    windows = [name.removesuffix("-remaining") for name in headers if name.lower().endswith("-remaining")]
    used_up = [name for name in windows if headers[f"{name}-remaining"].strip() == "0"]
    resets = [headers.get(f"{name}-reset", "") for name in (used_up or ["x-rate-limit"])]
    moments = [datetime.fromtimestamp(int(one), UTC) for one in resets if re.fullmatch(r"\d{1,10}", one)]
    until = max(moments, default=now + USUAL_REST)
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_REST)


# --- reading -------------------------------------------------------------------------------------------


def _post(post: dict[str, Any], handles: dict[str, str]) -> Post:
    """One post. The specification is renaming tweet.* to post.*: both are understood."""
    long = post.get("note_post") or post.get("note_tweet")
    told = long if isinstance(long, dict) and long.get("text") else post
    return Post(
        external_id=str(post["id"]),
        author_handle=_clean(handles.get(str(post.get("author_id", "")), ""))[:60],
        text=_clean(_spelled_out(str(told.get("text", "")), _dict(told, "entities"))),
        posted_at=_moment(str(post.get("created_at", "")), str(post["id"])),
    )


def _spelled_out(text: str, entities: dict[str, Any]) -> str:
    """The text as it was written: nothing escaped, short links in full."""
    text = html.unescape(text)
    for link in entities.get("urls") or []:
        short, full = link.get("url"), link.get("expanded_url")
        if short and full:
            text = text.replace(short, full)
    return text


def _moment(text: str, external_id: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        # X's ids begin with the time.
        number = int(external_id) if external_id.isdecimal() else 0
        return datetime.fromtimestamp(((number >> 22) + 1288834974657) / 1000, UTC)


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
