"""Bluesky, by its XRPC calls through atproto.

Bluesky is idempotent where it is let: a post is a record whose key we choose, from the delivery's own. So
the same delivery can make one post at most, and whether it stands is asked by that key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from socialfeeds.networks import bluesky_text
from socialfeeds.networks.base import (
    MENTION,
    REPLY,
    WATCHED,
    Asked,
    Cannot,
    Connection,
    Counts,
    Dead,
    Expired,
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
)
from socialfeeds.networks.bluesky_calls import (
    Refused,
    Server,
    address_of_server,
    before_it_is_said,
    expires_at,
    scope_of,
    server_of,
)

if TYPE_CHECKING:
    from socialfeeds.models import Account

POST, GATE = "app.bsky.feed.post", "app.bsky.feed.threadgate"
PAGE, POSTS_AT_ONCE = 100, 25
# Further back than this many pages nothing is read: ten thousand notices between two visits.
MOST_PAGES = 100
# What is said can come late, with the time at which it was written. So much is read twice, and given once.
OVERLAP = timedelta(minutes=10)
MOST_HIDDEN = 300
WHOLE_ACCOUNT = "com.atproto.access"
# A record's key is a moment in microseconds and the number of a clock, in letters that sort. Ours come from
# years before Bluesky, so that none is ever another program's.
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
BEGIN, YEARS = 1_200_000_000_000_000, 12 * 31_536_000_000_000


class Bluesky:
    """The network, as base.Network describes it."""

    name = "bluesky"
    pictures = PictureRules(most=4, bytes=1_000_000, alt=2000)

    def limit(self, account: Account | None = None) -> int:
        return bluesky_text.LIMIT

    def length(self, text: str) -> int:
        return bluesky_text.length(text)

    def fit(self, text: str, link: str) -> str:
        return bluesky_text.fit(text, link)

    def micros(self, text: str, parts: int = 1) -> int:
        return 0

    # Saying.

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        key = key_of(outgoing.key)
        with before_it_is_said():
            record = _record(account, outgoing)
        said = {
            "repo": account.external_id,
            "collection": POST,
            "rkey": key,
            "record": record,
            # Only where nothing stands yet: what people have answered to keeps its words and its time.
            "swapRecord": None,
        }
        if outgoing.pictures:
            outgoing.check()
        try:
            answer = server_of(account).do("com.atproto.repo.putRecord", said)
        except Refused as refused:
            if refused.name != "InvalidSwap":
                raise
            return self._standing(account, key) or _nowhere()
        if not answer.get("uri"):
            raise MayBeSent(_("Bluesky answered, but did not say where the post stands."))
        return Posted(str(answer["uri"]), raw=answer)

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        """By its key: what does not stand there was not sent, whatever else stands on the timeline."""
        if found := self._standing(account, key_of(outgoing.key)):
            yield found

    def _standing(self, account: Account, key: str) -> Posted | None:
        record = _own_record(account, POST, key)
        return Posted(str(record["uri"]), raw=record) if record else None

    def delete(self, account: Account, external_id: str) -> Any:
        repo, collection, key = _parts(external_id)
        if (repo, collection) != (account.external_id, POST):
            raise Cannot(_("That is not a post of this account."))
        said = {"repo": repo, "collection": collection, "rkey": key}
        return server_of(account).do("com.atproto.repo.deleteRecord", said)

    # Hearing.

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        server = server_of(account)

        def page(after: str) -> tuple[list[Any], str]:
            body = server.get(
                "app.bsky.notification.listNotifications",
                reasons=["mention", "reply", "quote"],
                limit=PAGE,
                cursor=after,
            )
            return _list(body, "notifications"), str(body.get("cursor") or "")

        return _new_ones(page, _heard, cursor=cursor, since=since, most=most)

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        server, mark = server_of(account), _Mark.read(cursor)
        from_then = (mark.at - OVERLAP if mark else since).strftime("%Y-%m-%dT%H:%M:%SZ")

        def page(after: str) -> tuple[list[Any], str]:
            body = server.get(
                "app.bsky.feed.searchPosts", q=words, sort="latest", since=from_then, limit=PAGE, cursor=after
            )
            return _list(body, "posts"), str(body.get("cursor") or "")

        heard = _new_ones(page, _found, cursor=cursor, since=since, most=most)
        others = [post for post in heard.posts if post.author_id != account.external_id]
        return Heard(others, heard.cursor, heard.more)

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        server, wanted = server_of(account), list(external_ids)
        profile = server.get("app.bsky.actor.getProfile", actor=account.external_id)
        posts: dict[str, PostCounts] = {}
        for start in range(0, len(wanted), POSTS_AT_ONCE):
            body = server.get("app.bsky.feed.getPosts", uris=wanted[start : start + POSTS_AT_ONCE])
            for one in _list(body, "posts"):
                posts[str(one.get("uri"))] = PostCounts(
                    reactions=_number(one, "likeCount"),
                    replies=_number(one, "replyCount"),
                    shares=_number(one, "repostCount") + _number(one, "quoteCount"),
                )
        return Counts(_number(profile, "followersCount"), posts)

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        # Whether its author lets us is said of the post, and looked at when the answer leaves.
        return ""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        """By the thread's gate, which only who began the thread can set."""
        with before_it_is_said():
            root, gate, before = _gate_over(account, external_id)
            hides = [one for one in gate.get("hiddenReplies", []) if one != external_id]
        if hidden:
            hides.append(external_id)
        if len(hides) > MOST_HIDDEN:
            raise NotSent(_("Bluesky hides no more than 300 replies of one thread."), permanent=True)
        said = {
            "repo": account.external_id,
            "collection": GATE,
            "rkey": _parts(root)[2],
            "record": {**gate, "hiddenReplies": hides},
            "swapRecord": before,
        }
        try:
            return server_of(account).do("com.atproto.repo.putRecord", said)
        except Refused as refused:
            if refused.name != "InvalidSwap":
                raise
            raise NotSent(_("Somebody else is changing who may answer there."), retry_at=_soon()) from refused

    # Connecting.

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        raise Cannot(_("Bluesky is connected with a handle and an app password."))

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        server = address_of_server(given.get("server", ""))
        who = given.get("handle", "").strip().lstrip("@").lower()
        said = {"identifier": who, "password": given.get("password", "").strip()}
        try:
            session = Server(server).do("com.atproto.server.createSession", said)
        except (Dead, Refused, Expired) as error:
            raise Dead(
                _("Bluesky does not know this handle with this app password. Make an app password there.")
            ) from error
        if scope_of(str(session.get("accessJwt", ""))) == WHOLE_ACCOUNT:
            raise NotSent(
                _(
                    "This is the account’s own password, which could do everything. Make an app password "
                    "under Settings, Privacy and security, and give that one."
                ),
                permanent=True,
            )
        if not session.get("did") or not session.get("refreshJwt"):
            raise NotSent(_("Bluesky did not say whose account this is."))
        return [
            Connection(
                external_id=str(session["did"]),
                handle=str(session.get("handle", who))[:120],
                credentials=_credentials(session),
                server=server,
                expires_at=expires_at(str(session["accessJwt"])),
            )
        ]

    def refresh(self, account: Account) -> Refreshed | None:
        try:
            session = server_of(account, "refresh").do("com.atproto.server.refreshSession")
        except (Refused, Expired) as error:
            raise Dead(_("Bluesky ended this account’s session. Connect the account again.")) from error
        if not session.get("accessJwt") or not session.get("refreshJwt"):
            raise MayBeSent(_("Bluesky answered, but gave no new session."))
        return Refreshed(_credentials(session), expires_at(str(session["accessJwt"])))

    def profile_of(self, account: Account) -> str:
        return f"{settings.BLUESKY_WEB_URL}/profile/{account.handle}"

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        repo, _collection, key = _parts(external_id)
        return f"{settings.BLUESKY_WEB_URL}/profile/{handle or repo}/post/{key}"


network = Bluesky()


def key_of(key: str) -> str:
    """The key of the record that a delivery makes: the same at every attempt, and no other's."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:12])
    moment, clock = BEGIN + (number >> 10) % YEARS, number % 1024
    whole = moment << 10 | clock
    return "".join(LETTERS[whole >> shift & 31] for shift in range(60, -1, -5))


# --- saying ----------------------------------------------------------------------------------------------


def _record(account: Account, outgoing: Outgoing) -> dict[str, Any]:
    """The post as a record. Names are looked up, and pictures stand with the server, before it is said."""
    server = server_of(account)
    record: dict[str, Any] = {"$type": POST, "text": outgoing.text, "createdAt": _as_text(timezone.now())}
    if found := bluesky_text.facets(outgoing.text, lambda name: _did_of(server, name)):
        record["facets"] = found
    if outgoing.reply_to:
        record["reply"] = _reply(account, server, outgoing)
    if outgoing.pictures:
        images = [_image(server, picture) for picture in outgoing.pictures]
        record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
    return record


def _did_of(server: Server, name: str) -> str:
    try:
        return str(server.get("com.atproto.identity.resolveHandle", handle=name).get("did", ""))
    except Refused:
        return ""  # nobody's name: the words stay words


def _reply(account: Account, server: Server, outgoing: Outgoing) -> dict[str, Any]:
    """What it answers, and where that thread began, each with the hash that it has now."""
    if _parts(outgoing.reply_to)[0] == account.external_id:
        # Our own post stands with our server at once, and with everybody else's a little later.
        parent = _own_record(account, POST, _parts(outgoing.reply_to)[2]) or {}
        said = parent.get("value", {})
    else:
        parent = _seen(server, outgoing.reply_to) or {}
        said = parent.get("record", {})
        if parent.get("viewer", {}).get("replyDisabled"):
            raise NotSent(_("Its author does not let this account answer on Bluesky."), permanent=True)
    if not parent.get("cid"):
        raise NotSent(_("What this answers is no longer on Bluesky."), permanent=True)
    this = {"uri": outgoing.reply_to, "cid": parent["cid"]}
    root = said.get("reply", {}).get("root") if isinstance(said, dict) else None
    return {"root": root or this, "parent": this}


def _image(server: Server, picture: Picture) -> dict[str, Any]:
    blob = server.upload(picture.data, picture.mime).get("blob")
    return {
        "image": blob,
        "alt": picture.alt,
        "aspectRatio": {"width": picture.width, "height": picture.height},
    }


def _own_record(account: Account, collection: str, key: str) -> dict[str, Any] | None:
    """A record of the account, from its own server; None where there is none."""
    try:
        return server_of(account).get(
            "com.atproto.repo.getRecord", repo=account.external_id, collection=collection, rkey=key
        )
    except Refused as refused:
        if refused.name == "RecordNotFound":
            return None
        raise


def _seen(server: Server, uri: str) -> dict[str, Any] | None:
    """A post as everybody sees it."""
    found = _list(server.get("app.bsky.feed.getPosts", uris=[uri]), "posts")
    return found[0] if found else None


def _gate_over(account: Account, reply: str) -> tuple[str, dict[str, Any], str | None]:
    """The root of a reply's thread, the gate over it, and that gate's hash, if it has one already."""
    post = _seen(server_of(account), reply)
    if post is None:
        raise NotSent(_("The reply is no longer on Bluesky."), permanent=True)
    root = str(post.get("record", {}).get("reply", {}).get("root", {}).get("uri", ""))
    if _parts(root)[0] != account.external_id:
        raise Cannot(_("On Bluesky only who began a thread can hide a reply in it."))
    stands = _own_record(account, GATE, _parts(root)[2])
    if stands:
        return root, dict(stands["value"]), str(stands["cid"])
    return root, {"$type": GATE, "post": root, "createdAt": _as_text(timezone.now())}, None


def _nowhere() -> Posted:
    raise MayBeSent(_("Bluesky says that the post stands already, and does not show it."))


def _parts(uri: str) -> tuple[str, str, str]:
    """Repository, collection and key of a record's address."""
    found = re.fullmatch(r"at://([^/]+)/([^/]+)/([^/]+)", uri)
    return (found[1], found[2], found[3]) if found else ("", "", "")


# --- hearing ---------------------------------------------------------------------------------------------


class _Mark:
    """How far was heard: the newest moment, and what was given of the minutes before it, with its own."""

    def __init__(self, at: datetime, given: Mapping[str, datetime]) -> None:
        self.at = at
        self.given = {name: moment for name, moment in given.items() if moment >= at - OVERLAP}

    @classmethod
    def read(cls, cursor: str) -> _Mark | None:
        try:
            said = json.loads(cursor)
            given = {name: datetime.fromisoformat(moment) for name, moment in said["given"].items()}
            return cls(datetime.fromisoformat(said["at"]), given)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self) -> str:
        given = {name: moment.isoformat() for name, moment in self.given.items()}
        return json.dumps({"at": self.at.isoformat(), "given": given})


def _new_ones(
    page: Callable[[str], tuple[list[Any], str]],
    read: Callable[[dict[str, Any]], tuple[datetime, Post] | None],
    *,
    cursor: str,
    since: datetime,
    most: int,
) -> Heard:
    """From pages that go back in time: what is new since the mark, the oldest first, `most` at once."""
    mark = _Mark.read(cursor)
    bound = mark.at - OVERLAP if mark else since
    enough = MOST_PAGES * PAGE if mark else most
    new: list[tuple[datetime, Post]] = []
    after = ""
    for _page in range(MOST_PAGES):
        said, after = page(after)
        read_now = [one for one in map(read, said) if one]
        new += [one for one in read_now if one[0] >= bound and not (mark and _short(one[1]) in mark.given)]
        if not after or not said or (read_now and read_now[-1][0] < bound) or len(new) >= enough:
            break
    new = new[:enough]
    new.sort(key=lambda one: one[0])
    given = new[:most]
    return Heard([post for _at, post in given], _moved(mark, given, bound).write(), more=len(new) > most)


def _moved(mark: _Mark | None, given: list[tuple[datetime, Post]], bound: datetime) -> _Mark:
    at = max([moment for moment, _post in given] + [mark.at if mark else bound])
    return _Mark(at, (mark.given if mark else {}) | {_short(post): moment for moment, post in given})


def _short(post: Post) -> str:
    return hashlib.sha256(post.external_id.encode()).hexdigest()[:12]


def _heard(notice: dict[str, Any]) -> tuple[datetime, Post] | None:
    kind = REPLY if notice.get("reason") == "reply" else MENTION
    return _as_post(notice, notice.get("record"), kind)


def _found(post: dict[str, Any]) -> tuple[datetime, Post] | None:
    return _as_post(post, post.get("record"), WATCHED)


def _as_post(view: dict[str, Any], record: Any, kind: str) -> tuple[datetime, Post] | None:
    """A post and when it came; None for what is not to be understood."""
    at, author = _moment(view.get("indexedAt")), view.get("author")
    if at is None or not isinstance(record, dict) or not isinstance(author, dict) or not view.get("uri"):
        return None
    reply: Any = record.get("reply")
    if not isinstance(reply, dict):
        reply = {}
    uri = str(view["uri"])
    return at, Post(
        external_id=uri,
        author_handle=_clean(str(author.get("handle", "")))[:120],
        author_id=str(author.get("did", "")),
        author_name=_clean(str(author.get("displayName") or ""))[:200],
        text=_clean(bluesky_text.spelled_out(record)),
        # Its author's clock says when; nothing was written after it came.
        posted_at=min(_moment(record.get("createdAt")) or at, at),
        kind=kind,
        parent_id=_uri(reply, "parent"),
        conversation_id=_uri(reply, "root") or uri,
        raw=view,
    )


def _uri(reply: dict[str, Any], name: str) -> str:
    found = reply.get(name)
    return str(found.get("uri", "")) if isinstance(found, dict) else ""


# --- small things ----------------------------------------------------------------------------------------


def _credentials(session: dict[str, Any]) -> dict[str, str]:
    return {"access": str(session["accessJwt"]), "refresh": str(session["refreshJwt"])}


def _list(body: dict[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _number(body: dict[str, Any], name: str) -> int:
    found = body.get(name)
    return found if isinstance(found, int) and found >= 0 else 0


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _soon() -> datetime:
    return timezone.now() + timedelta(seconds=5)


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
