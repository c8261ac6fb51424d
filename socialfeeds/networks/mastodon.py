"""Mastodon, any server of it, through Mastodon.py.

Each post carries its delivery's key, and a server that honours it posts once however often it is asked. Some
do not, so what has no answer is looked for like everywhere. Nothing is ever scheduled there: of what a server
schedules it honours no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import regex
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from socialfeeds.networks import mastodon_apps, mastodon_text
from socialfeeds.networks.base import (
    MENTION,
    REPLY,
    WATCHED,
    Asked,
    Cannot,
    Connection,
    Counts,
    Heard,
    MayBeSent,
    NotSent,
    Outgoing,
    Picture,
    PictureRules,
    Post,
    PostCounts,
    Posted,
    Refreshed,
    matching,
)
from socialfeeds.networks.mastodon_calls import Gone, call, clean, client

if TYPE_CHECKING:
    from mastodon import Mastodon as Client

    from socialfeeds.models import Account

PAGE = 40
MOST_PAGES = 200
COUNTED_AT_ONCE = 20
# How many threads are looked up in one go; the first post of the others is taken to be what they answer.
MOST_ROOTS = 20
# How long a picture that was handed over waits for its post. Servers throw it away after a day.
PICTURE_WAITS = 20 * 3600
HASHTAG = regex.compile(r"#(\w*[^\W\d_]\w*)")


class Mastodon:
    """The network, as base.Network describes it."""

    name = mastodon_apps.NAME
    pictures = PictureRules(most=4, bytes=16_000_000, alt=1500)

    # --- counting -------------------------------------------------------------------------------------

    def limit(self, account: Account | None = None) -> int:
        told = account.limits.get("characters") if account else None
        return told if isinstance(told, int) and told > 0 else mastodon_text.USUAL_LIMIT

    def length(self, text: str) -> int:
        return mastodon_text.length(text)

    def fit(self, text: str, link: str) -> str:
        return mastodon_text.fit(text, link)

    def micros(self, text: str, parts: int = 1) -> int:
        return 0

    # --- saying ---------------------------------------------------------------------------------------

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        server = _client(account)
        text = _before(self._addressed, server, account, outgoing)
        media = [
            _before(_picture, server, picture, f"mastodon:picture:{outgoing.key}:{number}")
            for number, picture in enumerate(outgoing.pictures)
        ]
        body = call(
            server.status_post,
            text,
            in_reply_to_id=outgoing.reply_to or None,
            media_ids=media or None,
            visibility="public",
            idempotency_key=outgoing.key,
        )
        if not isinstance(body, dict) or not body.get("id"):
            raise MayBeSent(_("The server answered, but did not say under which number the post stands."))
        return Posted(str(body["id"]), raw=body)

    def _addressed(self, server: Client, account: Account, outgoing: Outgoing) -> str:
        """Whom a reply answers is told of it only where it names them, so it does where there is room."""
        if not outgoing.reply_to:
            return outgoing.text
        answered = call(server.status, _part(outgoing.reply_to))
        author = _dict(answered, "account")
        handle = str(author.get("acct", ""))
        names = {f"@{handle}".lower(), f"@{handle.partition('@')[0]}".lower()}
        written = {found.lower().rstrip(".,:;!?") for found in outgoing.text.split()}
        if not handle or str(author.get("id")) == account.external_id or names & written:
            return outgoing.text
        text = f"@{handle} {outgoing.text}"
        return text if self.length(text) <= self.limit(account) else outgoing.text

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        """By its words alone: no server says under which key a post came."""
        server = _client(account)
        wanted = replace(outgoing, text=mastodon_text.short_mentions(outgoing.text))
        found = _newest_first(
            server.account_statuses, _part(account.external_id), since=since, exclude_reblogs=True
        )
        return matching((post for one in found for post in _as_sent(one, wanted)), wanted)

    def delete(self, account: Account, external_id: str) -> Any:
        try:
            return call(_client(account).status_delete, _part(external_id))
        except Gone as error:
            return error.raw

    # --- hearing --------------------------------------------------------------------------------------

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        server = _client(account)
        told, more = _told(server.notifications, cursor, since, most, types=["mention"])
        roots = _Roots(server)
        posts = []
        for one in told:
            status = _dict(one, "status")
            if one.get("type") == "mention" and status.get("id") and not _is_own(status, account):
                to_us = str(status.get("in_reply_to_account_id")) == account.external_id
                posts.append(_post(status, REPLY if to_us else MENTION, roots.of(status)))
        return Heard(posts, str(told[-1]["id"]) if told else cursor, more=more)

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        """A tag has a timeline everywhere. Other words are found where the server has a search for us."""
        server = _client(account)
        try:
            if tag := HASHTAG.fullmatch(words.strip()):
                told, more = _told(server.timeline_hashtag, cursor, since, most, _part(tag[1]))
            else:
                told, more = _searched(server, words, cursor, since, most)
        except NotSent as error:
            if not error.permanent:
                raise
            raise Cannot(_("This Mastodon server has no search for us. Watch a hashtag instead.")) from error
        posts = [_post(one, WATCHED, str(one["id"])) for one in told if not _is_own(one, account)]
        return Heard(posts, str(told[-1]["id"]) if told else cursor, more=more)

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        server = _client(account)
        who = call(server.account_verify_credentials)
        followers = who.get("followers_count") if isinstance(who, dict) else None
        wanted, posts = list(external_ids), {}
        for start in range(0, len(wanted), COUNTED_AT_ONCE):
            for one in _statuses(server, wanted[start : start + COUNTED_AT_ONCE]):
                posts[str(one["id"])] = PostCounts(
                    reactions=_number(one, "favourites_count"),
                    replies=_number(one, "replies_count"),
                    shares=_number(one, "reblogs_count"),
                )
        return Counts(followers if isinstance(followers, int) else None, posts)

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        return ""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        raise Cannot(_("Mastodon cannot hide what somebody else wrote."))

    # --- connecting -----------------------------------------------------------------------------------

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        if not server.strip():
            raise Cannot(_("Say at which server the account is, for example mastodon.social."))
        named = mastodon_apps.server_named(server)
        mastodon_apps.instance(named)
        url = mastodon_apps.address_to_ask(named, redirect_to=redirect_to, state=state)
        return Asked(url, {"server": named})

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        server = mastodon_apps.server_named(given.get("server", ""))
        token = given.get("access_token", "")
        if not token and not given.get("code"):
            raise NotSent(_("The server did not grant it. Nothing was connected."), permanent=True)
        if not token:
            token = mastodon_apps.token_for(server, code=given["code"], redirect_to=redirect_to)
        return [mastodon_apps.connection(server, token)]

    def refresh(self, account: Account) -> Refreshed | None:
        return None

    def profile_of(self, account: Account) -> str:
        return f"{account.server}/@{account.handle.partition('@')[0]}"

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        return f"{account.server}/@{handle or account.handle.partition('@')[0]}/{external_id}"


network = Mastodon()


# --- calling -------------------------------------------------------------------------------------------


def _client(account: Account) -> Client:
    try:
        return client(account.server, account.credentials["access_token"], account)
    except InvalidToken as error:
        raise NotSent(
            _("The key that opens this account’s token is missing. The operator must set ENGAGE_TOKEN_KEYS.")
        ) from error


def _part(name: str) -> str:
    """A network's name as a part of an address, and nothing but one part."""
    return quote(name, safe="")


def _before(step: Callable[..., str], *args: Any) -> str:
    """What is done before the post: whatever becomes of it, nothing was posted."""
    try:
        return step(*args)
    except MayBeSent as error:
        raise NotSent(str(error)) from error


def _picture(server: Client, picture: Picture, memory: str) -> str:
    """A ready picture, by its number. A server that is slow with it is asked again, not sent it again."""
    if known := cache.get(memory):
        try:
            return _ready(call(server.media, known))
        except Gone:
            cache.delete(memory)
    body = call(
        server.media_post,
        picture.data,
        mime_type=picture.mime,
        description=picture.alt,
        file_name=f"picture.{picture.mime.rpartition('/')[2]}",
    )
    if isinstance(body, dict) and body.get("id"):
        cache.set(memory, str(body["id"]), PICTURE_WAITS)
    return _ready(body)


def _ready(body: Any) -> str:
    if not isinstance(body, dict) or not body.get("id"):
        raise NotSent(_("The server took a picture, but did not say under which number."))
    if not body.get("url"):
        raise NotSent(_("The server is still working on a picture."))
    return str(body["id"])


# --- lists ---------------------------------------------------------------------------------------------


def _page(method: Callable[..., Any], *args: Any, **params: Any) -> list[dict[str, Any]]:
    body = call(method, *args, limit=PAGE, **params)
    return [one for one in body if isinstance(one, dict) and one.get("id")] if isinstance(body, list) else []


def _newest_first(
    method: Callable[..., Any], *args: Any, since: datetime, **params: Any
) -> Iterator[dict[str, Any]]:
    """A list back to a time, page by page."""
    before: dict[str, str] = {}
    for _turn in range(MOST_PAGES):
        page = _page(method, *args, **params, **before)
        for one in page:
            if _time(one) < since:
                return
            yield one
        if not page:
            return
        before = {"max_id": str(page[-1]["id"])}


def _told(
    method: Callable[..., Any], cursor: str, since: datetime, most: int, *args: Any, **params: Any
) -> tuple[list[dict[str, Any]], bool]:
    """What a list has after the cursor, oldest first, and whether there is more. At first: its newest."""
    if not cursor:
        newest = _newest_first(method, *args, since=since, **params)
        return list(islice(newest, most))[::-1], False
    told: list[dict[str, Any]] = []
    while len(told) < most:
        after = str(told[-1]["id"]) if told else cursor
        # min_id takes what comes next; each page has its newest on top all the same.
        page = _page(method, *args, min_id=after, **params)[::-1]
        told += page[: most - len(told)]
        if len(page) < PAGE:
            return told, False
    return told, True


def _searched(
    server: Client, words: str, cursor: str, since: datetime, most: int
) -> tuple[list[dict[str, Any]], bool]:
    """A search only goes back, so what is new is read to its end, and the oldest of it handed over."""
    found: list[dict[str, Any]] = []
    bounds = {"min_id": cursor} if cursor else {}
    for _turn in range(MOST_PAGES):
        body = call(
            server.search_v2,
            words,
            resolve=False,
            result_type="statuses",
            exclude_unreviewed=False,
            limit=PAGE,
            **bounds,
        )
        statuses = body.get("statuses") if isinstance(body, dict) else None
        page = [one for one in statuses or [] if isinstance(one, dict) and one.get("id")]
        found += [one for one in page if cursor or _time(one) >= since]
        if len(page) < PAGE or (not cursor and (_time(page[-1]) < since or len(found) >= most)):
            break
        bounds["max_id"] = str(page[-1]["id"])
    if not cursor:
        return found[:most][::-1], False
    return found[::-1][:most], len(found) > most


def _statuses(server: Client, ids: list[str]) -> list[dict[str, Any]]:
    """Several posts in one call; one by one where the server is older than that call."""
    try:
        found = call(server.statuses, ids)
    except Gone:
        found = []
        for one in ids:
            try:
                found.append(call(server.status, _part(one)))
            except Gone:
                continue
    return [one for one in found if isinstance(one, dict) and one.get("id")]


class _Roots:
    """The first post of a thread: no server names it, so it is looked up, once for each post answered."""

    def __init__(self, server: Client) -> None:
        self._server = server
        self._known: dict[str, str] = {}

    def of(self, status: dict[str, Any]) -> str:
        parent = status.get("in_reply_to_id")
        if not parent:
            return str(status["id"])
        if parent not in self._known:
            self._known[parent] = self._look_up(str(parent))
        return self._known[parent]

    def _look_up(self, parent: str) -> str:
        if len(self._known) >= MOST_ROOTS:
            return parent
        try:
            around = call(self._server.status_context, _part(parent))
        except (NotSent, MayBeSent):
            return parent
        before = around.get("ancestors") if isinstance(around, dict) else None
        return str(before[0]["id"]) if isinstance(before, list) and before else parent


# --- reading -------------------------------------------------------------------------------------------


def _post(status: dict[str, Any], kind: str, conversation: str) -> Post:
    author = _dict(status, "account")
    return Post(
        external_id=str(status["id"]),
        author_handle=clean(str(author.get("acct", "")))[:120],
        author_id=str(author.get("id", "")),
        author_name=clean(str(author.get("display_name") or author.get("username") or ""))[:200],
        text=clean(_text(status, _handles(status))),
        posted_at=_time(status),
        kind=kind,
        parent_id=str(status.get("in_reply_to_id") or ""),
        conversation_id=conversation,
        url=str(status.get("url") or "")[:500],
        raw=status,
    )


def _as_sent(status: dict[str, Any], wanted: Outgoing) -> Iterator[Post]:
    """One of our own posts as we may have sent it: with the name in front that was put there, or without."""
    text = mastodon_text.short_mentions(_text(status))
    post = replace(_post(status, MENTION, ""), text=text)
    yield post
    if wanted.reply_to and (bare := mastodon_text.LEADING.sub("", text, count=1)) != text:
        yield replace(post, text=bare)


def _text(status: dict[str, Any], handles: Mapping[str, str] | None = None) -> str:
    """What it says; behind a warning stands what is warned of."""
    warning = str(status.get("spoiler_text") or "").strip()
    text = mastodon_text.plain(str(status.get("content") or ""), handles)
    return f"{warning}\n\n{text}".strip() if warning else text


def _handles(status: dict[str, Any]) -> dict[str, str]:
    mentions = status.get("mentions")
    return {
        str(one.get("url")): str(one.get("acct"))
        for one in (mentions if isinstance(mentions, list) else [])
        if isinstance(one, dict) and one.get("acct")
    }


def _is_own(status: dict[str, Any], account: Account) -> bool:
    return str(_dict(status, "account").get("id")) == account.external_id


def _time(one: dict[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(one.get("created_at"))).astimezone(UTC)
    except ValueError:
        return timezone.now()


def _dict(body: Any, name: str) -> dict[str, Any]:
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _number(body: dict[str, Any], name: str) -> int | None:
    found = body.get(name)
    return found if isinstance(found, int) else None
