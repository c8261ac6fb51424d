"""What stands on X: lists of posts page by page, and where to go on in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from socialfeeds.networks.base import (
    MENTION,
    REPLY,
    WATCHED,
    Counts,
    Heard,
    NetworkError,
    Post,
    PostCounts,
)
from socialfeeds.networks.x_calls import Client, a_dict, a_list, call, clean, data

if TYPE_CHECKING:
    from socialfeeds.models import Account

PAGE = 100
# X shows no more of a timeline than this.
MOST_OWN_POSTS = 3200
# Recent search knows the last seven days, and refuses an older bound. An hour is for clocks that differ.
SEARCHED = timedelta(days=7) - timedelta(hours=1)
LONGEST_QUERY = 512
# X's ids begin with the time, in milliseconds from here.
EPOCH, TIME_BITS = 1288834974657, 22
FIELDS = {
    "tweet_fields": [
        "created_at",
        "author_id",
        "entities",
        "note_tweet",
        "conversation_id",
        "in_reply_to_user_id",
        "referenced_tweets",
    ]
}
WITH_AUTHORS: dict[str, Any] = {"expansions": ["author_id"], "user_fields": ["username", "name"]}
OWN_PICTURE = re.compile(r"/status/\d+/(?:photo|video)/\d+$")


# --- hearing -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cursor:
    """Where a list was left: all up to `known` is fetched, and where `lowest` is set all from it to `newest`.

    X gives the newest first. So a fetch that ends in mid-list leaves a gap behind it, which the next ones
    fill from above before anything newer is asked for.
    """

    known: str = ""
    newest: str = ""
    lowest: str = ""

    @classmethod
    def read(cls, text: str) -> Cursor:
        found = re.fullmatch(r"(\d*)(?::(\d+):(\d+))?", text)
        return cls(*(part or "" for part in found.groups())) if found else cls()

    def __str__(self) -> str:
        return f"{self.known}:{self.newest}:{self.lowest}" if self.lowest else self.known

    def bounds(self, since: datetime) -> dict[str, Any]:
        bound: dict[str, Any] = {"since_id": self.known} if self.known else {"start_time": since}
        return bound | ({"until_id": self.lowest} if self.lowest else {})

    def after(self, found: list[dict[str, Any]], *, whole: bool) -> Cursor:
        """Where things stand after a fetch that found these, newest first."""
        ids = sorted((int(one["id"]) for one in found), reverse=True)
        newest = self.newest or (str(ids[0]) if ids else "")
        if whole:
            return Cursor(known=newest or self.known)
        return Cursor(self.known, newest, str(ids[-1]) if ids else self.lowest)


def hear(account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
    """What mentions the account. Of the first time, the newest `most` are all that is ever fetched."""
    method = Client("mentions", account).get_users_mentions
    pages = _Pages(method, "pagination_token", id=account.external_id, **WITH_AUTHORS)
    return _heard(account, pages, cursor, since, most)


def search(account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
    """What others say with these words, in the week that X searches."""
    oldest = timezone.now() - SEARCHED
    at = Cursor.read(cursor)
    if at.known and moment_of(at.known) < oldest:
        at = replace(at, known="")
    if at.lowest and moment_of(at.lowest) < oldest:
        at = Cursor(known=at.newest if moment_of(at.newest) > oldest else "")
    method = Client("search", account).search_recent_tweets
    pages = _Pages(method, "next_token", least=10, query=query_for(account, words), **WITH_AUTHORS)
    heard = _heard(account, pages, str(at), max(since, oldest), most)
    return replace(heard, posts=[replace(post, kind=WATCHED) for post in heard.posts])


def query_for(account: Account, words: str) -> str:
    """A tag as it is, anything else as a phrase: nobody's words become an operator of the query."""
    words = " ".join(words.replace('"', " ").split())
    what = words if re.fullmatch(r"[#@]\w+", words) else f'"{words}"'
    return f"{what[: LONGEST_QUERY - 60]} -from:{account.handle} -is:retweet"


def _heard(account: Account, pages: _Pages, cursor: str, since: datetime, most: int) -> Heard:
    at = Cursor.read(cursor)
    found: list[dict[str, Any]] = []
    whole = True
    try:
        for page in pages.fetch(most, **at.bounds(since)):
            found += page
    except NetworkError:
        # What came before it is paid for and worth keeping; the error comes again where there was nothing.
        if not found or not cursor:
            raise
        whole = False
    # The first time is bounded: what is older than the newest so many is left where it is.
    whole = whole and (pages.ended or not cursor)
    posts = [post(one, pages.authors, account) for one in found if not _is_own(one, account)]
    posts.sort(key=lambda one: int(one.external_id))
    return Heard(posts, str(at.after(found, whole=whole)), more=not whole, reads=len(found))


def _is_own(one: dict[str, Any], account: Account) -> bool:
    return str(one.get("author_id", "")) == account.external_id


class _Pages:
    """A list, newest first, page by page. `ended` says that its end was reached; `authors` who wrote."""

    def __init__(self, method: Any, token_name: str, *, least: int = 5, **params: Any) -> None:
        self.method, self.token_name, self.least, self.params = method, token_name, least, params
        self.ended = False
        self.authors: dict[str, dict[str, Any]] = {}

    def fetch(self, most: int, **bounds: Any) -> Iterator[list[dict[str, Any]]]:
        token, left = None, most
        while left > 0:
            # X refuses pages that are too small.
            size = max(self.least, min(PAGE, left))
            fields = FIELDS | self.params | bounds
            body = call(self.method, max_results=size, **{self.token_name: token}, **fields)
            posts = [one for one in data(body, list) if isinstance(one, dict) and _has_id(one)]
            for user in a_list(a_dict(body, "includes"), "users"):
                self.authors[str(user.get("id"))] = user
            token = a_dict(body, "meta").get("next_token")
            self.ended = (not token or not posts) and len(posts) <= left
            yield posts[:left]
            left -= len(posts)
            if self.ended:
                return


def _has_id(one: dict[str, Any]) -> bool:
    return re.fullmatch(r"\d{1,20}", str(one.get("id", ""))) is not None


# --- our own -------------------------------------------------------------------------------------------


def own_posts(account: Account, since: datetime) -> Iterator[Post]:
    method = Client("timeline", account).get_users_tweets
    pages = _Pages(method, "pagination_token", id=account.external_id)
    for page in pages.fetch(MOST_OWN_POSTS, start_time=since):
        for one in page:
            yield replace(post(one, pages.authors, account), author_handle=account.handle)


def counts(account: Account, external_ids: list[str]) -> Counts:
    """Followers, and what people did with these posts. Every object that comes is paid for."""
    client = Client("lookup", account)
    users = data(call(client.get_users, ids=[account.external_id], user_fields=["public_metrics"]), list)
    followers = _number(a_dict(users[0], "public_metrics"), "followers_count") if users else None
    reads, posts = len(users), {}
    for start in range(0, len(external_ids), PAGE):
        body = call(
            client.get_tweets, ids=external_ids[start : start + PAGE], tweet_fields=["public_metrics"]
        )
        for one in data(body, list):
            reads += 1
            posts[str(one.get("id", ""))] = _post_counts(a_dict(one, "public_metrics"))
    return Counts(followers, posts, reads)


def _post_counts(metrics: dict[str, Any]) -> PostCounts:
    shared = [_number(metrics, "repost_count", "retweet_count"), _number(metrics, "quote_count")]
    return PostCounts(
        reach=_number(metrics, "impression_count"),
        reactions=_number(metrics, "like_count"),
        replies=_number(metrics, "reply_count"),
        shares=None if shared == [None, None] else sum(one or 0 for one in shared),
    )


def _number(found: dict[str, Any], *names: str) -> int | None:
    return next((found[name] for name in names if isinstance(found.get(name), int)), None)


# --- one post ------------------------------------------------------------------------------------------


def post(one: dict[str, Any], authors: dict[str, dict[str, Any]], account: Account) -> Post:
    """One post. The specification is renaming tweet.* to post.*: both are understood."""
    long = one.get("note_post") or one.get("note_tweet")
    told = long if isinstance(long, dict) and long.get("text") else one
    external_id, author_id = str(one["id"]), str(one.get("author_id", ""))
    author = authors.get(author_id, {})
    parent = next(
        (
            str(each.get("id", ""))
            for each in a_list(one, "referenced_posts", "referenced_tweets")
            if each.get("type") == "replied_to"
        ),
        "",
    )
    to_us = parent and str(one.get("in_reply_to_user_id", "")) == account.external_id
    return Post(
        external_id=external_id,
        author_handle=clean(str(author.get("username", "")))[:60],
        author_id=author_id,
        author_name=clean(str(author.get("name", "")))[:200],
        text=clean(_spelled_out(str(told.get("text", "")), a_dict(told, "entities"))),
        posted_at=_posted_at(str(one.get("created_at", "")), external_id),
        kind=REPLY if to_us else MENTION,
        parent_id=parent,
        conversation_id=str(one.get("conversation_id") or external_id),
        raw=one,
    )


def _spelled_out(text: str, entities: dict[str, Any]) -> str:
    """The text as it was written: nothing escaped, links in full, no link to the post's own pictures."""
    text = html.unescape(text)
    for link in a_list(entities, "urls"):
        short, full = str(link.get("url") or ""), str(link.get("expanded_url") or "")
        if not short or not full:
            continue
        if link.get("media_key") or OWN_PICTURE.search(full):
            text = text.replace(f" {short}", "").replace(short, "")
        else:
            text = text.replace(short, full)
    return text


def _posted_at(text: str, external_id: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment_of(external_id)


def moment_of(external_id: str) -> datetime:
    """When a post was made, by its id."""
    number = int(external_id) if re.fullmatch(r"\d{1,19}", external_id) else 0
    return datetime.fromtimestamp(((number >> TIME_BITS) + EPOCH) / 1000, UTC)
