"""Facebook Pages, by the Graph.

A Page's token does not end by itself, but dies with a changed password or a lost role. Facebook answers an
error after it has posted (code 2 with status 500), so an error of theirs is looked for and never sent again
blindly; what each answer proves stands in facebook_calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from socialfeeds.networks.base import (
    COMMENT,
    MENTION,
    REPLY,
    TAG,
    Asked,
    Cannot,
    Connection,
    Counts,
    Dead,
    Duplicate,
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
from socialfeeds.networks.facebook_calls import VERSION, Gone, Graph, clean, part_of
from socialfeeds.networks.facebook_hooks import parse, verify

if TYPE_CHECKING:
    from socialfeeds.models import Account

__all__ = ["Facebook", "network", "parse", "verify"]

LIMIT = 63_206
SCOPES = [
    *("pages_show_list", "pages_manage_posts", "pages_manage_engagement", "pages_manage_metadata"),
    *("pages_read_engagement", "pages_read_user_content"),
]
# For so long the comments under a post are asked for. Later ones come by webhook alone.
COMMENTED_FOR = timedelta(days=30)
# What was written at the same moment does not appear at the same moment: asked for once more.
OVERLAP = timedelta(minutes=2)
POST = "id,message,created_time,from,permalink_url"
COUNTED = "reactions.summary(true).limit(0),comments.summary(true).filter(stream).limit(0),shares"
COUNTED_AT_ONCE = 50


class Facebook:
    """The network, as base.Network describes it."""

    name = "facebook"
    pictures = PictureRules(
        most=10, bytes=4_000_000, alt=1000, types=("image/jpeg", "image/png", "image/gif")
    )

    # --- counting -------------------------------------------------------------------------------------

    def limit(self, account: Account | None = None) -> int:
        return LIMIT

    def length(self, text: str) -> int:
        return len(text)

    def fit(self, text: str, link: str) -> str:
        text, room = text.strip(), LIMIT - len(link) - 1
        if len(text) > room:
            kept = text[: room - 1]
            text = f"{kept.rsplit(None, 1)[0] if ' ' in kept else kept}…"
        return f"{text} {link}".strip()

    def micros(self, text: str, parts: int = 1) -> int:
        return 0

    # --- saying ---------------------------------------------------------------------------------------

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        graph = _graph(account)
        if outgoing.reply_to and len(outgoing.pictures) > 1:
            raise Cannot(_("A comment on Facebook takes one picture."))
        attached: dict[str, Any]
        photos = [_upload(graph, account, picture) for picture in outgoing.pictures]
        if outgoing.reply_to:
            attached = {"attachment_id": photos[0]} if photos else {}
            path = f"{_part(outgoing.reply_to)}/comments"
        else:
            attached = {
                f"attached_media[{number}]": json.dumps({"media_fbid": photo})
                for number, photo in enumerate(photos)
            }
            path = f"{_part(account.external_id)}/feed"
        body = graph.post(path, message=outgoing.text, **attached)
        if not isinstance(body.get("id"), str) or not body["id"]:
            raise MayBeSent(_("Facebook answered, but did not say under which number the post stands."))
        return Posted(body["id"], raw=body)

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        graph, bound = _graph(account), _seconds(since)
        if outgoing.reply_to:
            path = f"{_part(outgoing.reply_to)}/comments"
            found = graph.each(path, fields=POST, filter="stream", order="reverse_chronological", since=bound)
        else:
            found = graph.each(f"{_part(account.external_id)}/feed", fields=POST, since=bound)
        own = (_post(one) for one in found)
        return matching((one for one in own if one.author_id in {"", account.external_id}), outgoing)

    def delete(self, account: Account, external_id: str) -> Any:
        try:
            return _graph(account).delete(_part(external_id))
        except Gone as error:
            return error.raw

    # --- hearing --------------------------------------------------------------------------------------

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        """The cursor is the time up to which all was handed over; the last of it is handed over again."""
        told_until = _time(cursor)
        begin = told_until or since
        look = begin - OVERLAP if told_until else begin
        graph = _graph(account)
        streams = [self._tags(graph, account, look), *self._wall(graph, account, look)]
        found: dict[str, Post] = {}
        for stream in streams:
            for post in _oldest(stream, begin, most):
                found.setdefault(post.external_id, post)
        posts = sorted(found.values(), key=_order)
        again = [one for one in posts if one.posted_at <= begin]
        new = [one for one in posts if one.posted_at > begin]
        handed = [*again, *new[:most]]
        newest = max((one.posted_at for one in handed), default=begin)
        return Heard(handed, max(newest, begin).isoformat(), more=len(new) > most)

    def _tags(self, graph: Graph, account: Account, look: datetime) -> Iterable[Post]:
        """Public posts elsewhere that name the Page, oldest first: there are few."""
        path = f"{_part(account.external_id)}/tagged"
        found = [_post(one, TAG) for one in graph.each(path, fields=POST, since=_seconds(look))]
        return reversed([one for one in found if _theirs(one, account, look)])

    def _wall(self, graph: Graph, account: Account, look: datetime) -> Iterator[Iterable[Post]]:
        """What others posted on the Page, and the comments under each post that has changed."""
        oldest = min(look, timezone.now() - COMMENTED_FOR)
        path = f"{_part(account.external_id)}/feed"
        wall = list(graph.each(path, fields=f"{POST},updated_time", since=_seconds(oldest)))
        visits = [_post(one, MENTION) for one in reversed(wall)]
        yield [one for one in visits if _theirs(one, account, look)]
        for one in wall:
            if (_time(one.get("updated_time")) or look) >= look:
                yield self._comments(graph, account, str(one["id"]), look)

    def _comments(self, graph: Graph, account: Account, post_id: str, look: datetime) -> Iterator[Post]:
        found = graph.each(
            f"{_part(post_id)}/comments",
            fields=f"{POST},parent{{id,from}}",
            filter="stream",
            order="chronological",
            since=_seconds(look),
        )
        for one in found:
            comment = _comment(one, post_id, account.external_id)
            if _theirs(comment, account, look):
                yield comment

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        raise Cannot(_("Facebook has no search that a Page may use."))

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        graph = _graph(account)
        page = graph.get(_part(account.external_id), fields="followers_count")
        followers = page.get("followers_count")
        posts: dict[str, PostCounts] = {}
        wanted = list(external_ids)
        for start in range(0, len(wanted), COUNTED_AT_ONCE):
            posts |= _counted(graph, wanted[start : start + COUNTED_AT_ONCE])
        return Counts(followers if isinstance(followers, int) else None, posts)

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        return ""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        return _graph(account).post(_part(external_id), is_hidden="true" if hidden else "false")

    # --- connecting -----------------------------------------------------------------------------------

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        _set_up()
        query = {
            "client_id": settings.FACEBOOK_APP_ID,
            "redirect_uri": redirect_to,
            "state": state,
            "response_type": "code",
            "scope": ",".join(SCOPES),
        }
        return Asked(f"{settings.FACEBOOK_WEB_URL}/{VERSION}/dialog/oauth?{urlencode(query)}", {})

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        _set_up()
        if token := given.get("access_token"):
            return [_connection(Graph(token).get("me", fields="id,name,username,followers_count"), token)]
        if not given.get("code"):
            raise NotSent(_("Facebook did not grant it. Nothing was connected."), permanent=True)
        person = Graph(_exchanged(code=given["code"], redirect_uri=redirect_to))
        fields = "id,name,username,access_token,tasks"
        pages = [one for one in person.each("me/accounts", fields=fields) if _may_post(one)]
        if not pages:
            raise NotSent(
                _("Facebook names no Page that you may post for. Choose the Page while you grant it."),
                permanent=True,
            )
        return [_connection(page, str(page["access_token"])) for page in pages]

    def refresh(self, account: Account) -> Refreshed | None:
        return None

    def profile_of(self, account: Account) -> str:
        return f"{settings.FACEBOOK_WEB_URL}/{account.external_id}"

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        return f"{settings.FACEBOOK_WEB_URL}/{external_id}"


network = Facebook()


# --- calling -------------------------------------------------------------------------------------------


def _graph(account: Account) -> Graph:
    _set_up()
    try:
        return Graph(account.credentials["access_token"], account)
    except InvalidToken as error:
        raise NotSent(
            _("The key that opens this account’s token is missing. The operator must set ENGAGE_TOKEN_KEYS.")
        ) from error


def _set_up() -> None:
    if not settings.FACEBOOK_APP_ID or not settings.FACEBOOK_APP_SECRET:
        raise Cannot(
            _("Facebook is not set up here. The operator must set FACEBOOK_APP_ID and FACEBOOK_APP_SECRET.")
        )


def _part(name: str) -> str:
    """A network's name as a part of an address, and nothing but one part."""
    return quote(name, safe="")


def _upload(graph: Graph, account: Account, picture: Picture) -> str:
    """A picture that nobody sees yet. Whatever becomes of this call, nothing was posted."""
    name = f"picture.{picture.mime.rpartition('/')[2]}"
    try:
        body = graph.post(
            f"{_part(account.external_id)}/photos",
            files={"source": (name, picture.data, picture.mime)},
            published="false",
            temporary="true",
            alt_text_custom=picture.alt,
        )
    except (MayBeSent, Duplicate) as error:
        raise NotSent(_("A picture could not be handed over: %(why)s") % {"why": error}) from error
    if not body.get("id"):
        raise NotSent(_("Facebook took a picture, but did not say under which number."))
    return str(body["id"])


def _exchanged(*, code: str, redirect_uri: str) -> str:
    """A person's token for a code; the long-lived one, whose Pages' tokens do not end."""
    app = {"client_id": settings.FACEBOOK_APP_ID, "client_secret": settings.FACEBOOK_APP_SECRET}
    ask: Callable[..., dict[str, Any]] = Graph().post
    short = ask("oauth/access_token", code=code, redirect_uri=redirect_uri, **app)
    long = ask(
        "oauth/access_token",
        grant_type="fb_exchange_token",
        fb_exchange_token=str(short.get("access_token", "")),
        **app,
    )
    if not long.get("access_token"):
        raise NotSent(_("Facebook gave no token. Connect the Page again."), permanent=True)
    return str(long["access_token"])


def _may_post(page: dict[str, Any]) -> bool:
    """Whether this person's role on the Page lets them post. Where no tasks are told, Facebook will say."""
    tasks = page.get("tasks")
    return bool(page.get("access_token")) and (not isinstance(tasks, list) or "CREATE_CONTENT" in tasks)


def _connection(page: dict[str, Any], token: str) -> Connection:
    if not page.get("id") or not page.get("name"):
        raise Dead(_("That is not the token of a Page."))
    name = clean(str(page["name"]))[:120]
    return Connection(
        external_id=str(page["id"]),
        handle=str(page.get("username") or name)[:120],
        name=name,
        credentials={"access_token": token},
        limits={"characters": LIMIT},
    )


# --- reading -------------------------------------------------------------------------------------------


def _post(one: dict[str, Any], kind: str = MENTION) -> Post:
    """A post. `from` is missing where its author does not show themselves to apps."""
    author = part_of(one, "from")
    name = clean(str(author.get("name", "")))
    return Post(
        external_id=str(one["id"]),
        author_handle=name[:120],
        author_id=str(author.get("id", "")),
        author_name=name[:200],
        text=clean(str(one.get("message") or "")),
        posted_at=_time(one.get("created_time")) or timezone.now(),
        kind=kind,
        conversation_id=str(one["id"]),
        url=str(one.get("permalink_url") or ""),
        raw=one,
    )


def _comment(one: dict[str, Any], post_id: str, page: str) -> Post:
    post, parent = _post(one, COMMENT), part_of(one, "parent")
    answers_us = str(part_of(parent, "from").get("id", "")) == page
    return Post(
        **{
            **vars(post),
            "kind": REPLY if answers_us else COMMENT,
            "parent_id": str(parent.get("id") or post_id),
            "conversation_id": post_id,
        }
    )


def _order(post: Post) -> tuple[datetime, int]:
    """Facebook tells whole seconds; within one the numbers grow."""
    number = post.external_id.rpartition("_")[2]
    return post.posted_at, int(number) if number.isdecimal() else 0


def _theirs(post: Post, account: Account, look: datetime) -> bool:
    return post.author_id != account.external_id and post.posted_at >= look


def _oldest(posts: Iterable[Post], begin: datetime, most: int) -> Iterator[Post]:
    """Of a stream that begins with the oldest: what was told already, and enough of what is new."""
    new = 0
    for post in posts:
        yield post
        new += post.posted_at > begin
        if new > most:
            return


def _counted(graph: Graph, ids: list[str]) -> dict[str, PostCounts]:
    """One that is gone makes Facebook refuse them all: so halves are asked, down to that one."""
    try:
        body = graph.get("", ids=",".join(ids), fields=COUNTED)
    except NotSent as error:
        if not error.permanent:
            raise
        if len(ids) == 1:
            return {}
        middle = len(ids) // 2
        return _counted(graph, ids[:middle]) | _counted(graph, ids[middle:])
    return {name: _count_of(body[name]) for name in ids if isinstance(body.get(name), dict)}


def _count_of(one: dict[str, Any]) -> PostCounts:
    def total(edge: str) -> int | None:
        found = part_of(part_of(one, edge), "summary").get("total_count")
        return found if isinstance(found, int) else None

    # Nobody has shared it: Facebook leaves it out.
    shares = part_of(one, "shares").get("count", 0)
    return PostCounts(reactions=total("reactions"), replies=total("comments"), shares=shares)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None
