"""Accounts and posts: the rows, and the rules of X that decide whether a post is taken."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from . import db, length, texts

HANDLE = re.compile(rf"{texts.HANDLE}\Z")
RESERVED = {"sandbox", "2", "i", "facebook", "mastodon"}  # these begin other addresses
DUPLICATE_MS = 24 * 3600 * 1000  # X does not say how long it remembers a text; a day is long enough to matter
POSTS = """
    SELECT p.*, a.handle, a.name, a.token, a.created AS joined, r.handle AS reply_to_handle,
        EXISTS (SELECT 1 FROM x_hidden h WHERE h.post_id = p.id) AS hidden,
        (SELECT count(*) FROM x_post_media m WHERE m.post_id = p.id) AS pictures
    FROM posts p JOIN accounts a ON a.id = p.account_id LEFT JOIN accounts r ON r.id = p.reply_to_account
"""


class RefusedError(Exception):
    """X would not take this post. `kind` says which rule; the message is what X would say."""

    def __init__(self, kind: str, detail: str):
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Account:
    """Somebody on the network. Who has no token is a neighbor: a person without an app."""

    id: int
    handle: str
    name: str
    token: str | None
    created: int

    @property
    def joined(self) -> datetime:
        """When the account was made."""
        return datetime.fromtimestamp(self.created / 1000, UTC)


@dataclass(frozen=True)
class Post:
    """One post, with who wrote it."""

    id: int
    text: str
    created: int
    reply_to: int | None
    reply_to_account: int | None
    reply_to_handle: str | None
    conversation: int
    author: Account
    hidden: bool = False
    pictures: int = 0

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return datetime.fromtimestamp(self.created / 1000, UTC)


def _account(row: sqlite3.Row | None) -> Account | None:
    return Account(row["id"], row["handle"], row["name"], row["token"], row["created"]) if row else None


def _post(row: sqlite3.Row) -> Post:
    author = Account(row["account_id"], row["handle"], row["name"], row["token"], row["joined"])
    return Post(
        row["id"],
        row["text"],
        row["created"],
        row["reply_to"],
        row["reply_to_account"],
        row["reply_to_handle"],
        row["conversation"],
        author,
        bool(row["hidden"]),
        row["pictures"],
    )


def account_by_token(token: str) -> Account | None:
    """Whose token this is."""
    return _account(db.connection().execute("SELECT * FROM accounts WHERE token = ?", (token,)).fetchone())


def account_by_handle(handle: str) -> Account | None:
    """Who goes by this handle, in any case of letters."""
    return _account(db.connection().execute("SELECT * FROM accounts WHERE handle = ?", (handle,)).fetchone())


def account_by_id(account_id: int) -> Account | None:
    """Who has this id."""
    return _account(db.connection().execute("SELECT * FROM accounts WHERE id = ?", (account_id,)).fetchone())


def save_account(*, handle: str, name: str, token: str | None = None) -> tuple[Account, bool]:
    """Make the account or bring it up to date, and say whether it is new. No two share a token."""
    with db.writing() as conn:
        known = account_by_handle(handle)
        holder = account_by_token(token) if token else None
        if holder and (not known or holder.id != known.id):
            raise RefusedError("token", f"That token belongs to @{holder.handle}.")
        if known:
            conn.execute(
                "UPDATE accounts SET handle = ?, name = ?, token = coalesce(?, token) WHERE id = ?",
                (handle, name, token, known.id),
            )
        else:
            conn.execute(
                "INSERT INTO accounts (id, handle, name, token, created) VALUES (?, ?, ?, ?, ?)",
                (db.new_id(conn), handle, name, token, db.now_ms()),
            )
        saved = account_by_handle(handle)
    assert saved
    return saved, known is None


def writer(handle: str, name: str = "") -> Account:
    """The account of that handle; a neighbor's is made the first time."""
    known = account_by_handle(handle)
    return known or save_account(handle=handle, name=name or handle)[0]


def post_by_id(post_id: int) -> Post | None:
    """One post, if it is still there."""
    row = db.connection().execute(f"{POSTS} WHERE p.id = ?", (post_id,)).fetchone()
    return _post(row) if row else None


def posts(
    *,
    of: Account | None = None,
    mentioning: str = "",
    replying_to: int = 0,
    since: int = 0,
    until: int = 0,
    limit: int = -1,
) -> Iterator[Post]:
    """Posts, newest first; `since` and `until` are ids and themselves left out."""
    wheres: list[str] = ["p.id > ?"]
    values: list[int | str] = [since]
    wanted: list[tuple[str, int | str | None]] = [
        ("p.id < ?", until),
        ("p.account_id = ?", of.id if of else None),
        ("p.id IN (SELECT post_id FROM mentions WHERE handle = ?)", mentioning),
        ("p.reply_to = ?", replying_to),
    ]
    for where, value in wanted:
        if value:
            wheres.append(where)
            values.append(value)
    sql = f"{POSTS} WHERE {' AND '.join(wheres)} ORDER BY p.id DESC LIMIT ?"
    for row in db.connection().execute(sql, (*values, limit)):
        yield _post(row)


def check_text(text: str, *, may_be_empty: bool = False) -> None:
    """Refuse what X refuses in any text."""
    if not text.strip() and not may_be_empty:
        raise RefusedError("empty", "Your post has no text.")
    if length.weighted_length(text) > length.LIMIT:
        raise RefusedError("long", "Your Tweet text is too long.")
    if length.has_invalid_characters(text):
        raise RefusedError("characters", "Your Tweet text has characters that are not allowed.")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _check_duplicate(account: Account, text: str) -> None:
    oldest = db.first_id_at(db.now_ms() - DUPLICATE_MS)
    if any(_plain(post.text) == _plain(text) for post in posts(of=account, since=oldest)):
        raise RefusedError("duplicate", "You are not allowed to create a Tweet with duplicate content.")


def _check_reply(account: Account, target: Post) -> None:
    """A self-serve app may answer only who has mentioned it, and itself."""
    if target.author.id == account.id:
        return
    if not next(posts(of=target.author, mentioning=account.handle, limit=1), None):
        raise RefusedError(
            "reply",
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to.",
        )


def _add(account: Account, text: str, target: Post | None, at_ms: int | None) -> Post:
    """Keep a post; the write transaction is the caller's."""
    conn = db.connection()
    post_id = db.new_id(conn) if at_ms is None else db.past_id(conn, at_ms)
    conn.execute(
        "INSERT INTO posts (id, account_id, text, created, reply_to, reply_to_account, conversation)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            post_id,
            account.id,
            text,
            db.now_ms() if at_ms is None else at_ms,
            target and target.id,
            target and target.author.id,
            target.conversation if target else post_id,
        ),
    )
    conn.executemany(
        "INSERT INTO mentions (handle, post_id) VALUES (?, ?)",
        [(handle, post_id) for handle in texts.mentioned(text)],
    )
    post = post_by_id(post_id)
    assert post
    return post


def _addressed(text: str, account: Account, target: Post | None) -> str:
    """A reply begins with whom it answers, as X puts it there."""
    if not target or target.author.id == account.id or target.author.handle.lower() in texts.mentioned(text):
        return text
    return f"@{target.author.handle} {text}"


def publish(
    *, account: Account, text: str, reply_to: int | None = None, media_ids: list[int] | None = None
) -> Post:
    """Post through the API: every rule of X holds. Two at once cannot both pass the rule on duplicates."""
    check_text(text, may_be_empty=bool(media_ids))
    with db.writing():
        target = post_by_id(reply_to) if reply_to else None
        if reply_to and not target:
            raise RefusedError(
                "gone", "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        if target:
            _check_reply(account, target)
        full = _addressed(text, account, target)
        _check_duplicate(account, full)
        post = _add(account, full, target, None)
        db.connection().executemany(
            "INSERT INTO x_post_media VALUES (?, ?, ?)",
            [(post.id, position, media_id) for position, media_id in enumerate(media_ids or [])],
        )
        return replace(post, pictures=len(media_ids or []))


def write(
    *, handle: str, text: str, name: str = "", reply_to: int | None = None, at_ms: int | None = None
) -> Post:
    """Post by hand, as anybody: only the text is checked."""
    check_text(text)
    with db.writing():
        account = writer(handle, name)
        target = post_by_id(reply_to) if reply_to else None
        if reply_to and not target:
            raise RefusedError("gone", "That post is not here any more.")
        return _add(account, _addressed(text, account, target), target, at_ms)


def hide(post: Post, account: Account, *, hidden: bool) -> None:
    """Hide a reply, or show it again: for whoever began the conversation."""
    began = post_by_id(post.conversation)
    if not post.reply_to or not began or began.author.id != account.id or post.author.id == account.id:
        raise RefusedError("hide", "You are not permitted to hide this reply.")
    with db.writing() as conn:
        conn.execute("DELETE FROM x_hidden WHERE post_id = ?", (post.id,))
        if hidden:
            conn.execute("INSERT INTO x_hidden VALUES (?)", (post.id,))


def numbers(subject: int) -> dict[str, int]:
    """The numbers that were laid down for a post or an account."""
    rows = db.connection().execute("SELECT name, value FROM x_numbers WHERE subject = ?", (subject,))
    return {row["name"]: row["value"] for row in rows}


def set_numbers(subject: int, values: dict[str, int]) -> None:
    """Lay numbers down."""
    with db.writing() as conn:
        conn.executemany(
            "INSERT OR REPLACE INTO x_numbers VALUES (?, ?, ?)",
            [(subject, name, value) for name, value in values.items()],
        )


def delete(post: Post) -> None:
    """Take a post away, with its mentions."""
    with db.writing() as conn:
        conn.execute("DELETE FROM posts WHERE id = ?", (post.id,))


def _count(sql: str, value: int | str) -> int:
    found: int = db.connection().execute(sql, (value,)).fetchone()[0]
    return found


def written(account: Account) -> int:
    """How many posts an account has written."""
    return _count("SELECT count(*) FROM posts WHERE account_id = ?", account.id)


def mentions(account: Account) -> int:
    """How many posts mention an account."""
    return _count("SELECT count(*) FROM mentions WHERE handle = ?", account.handle)


def reply_count(post: Post) -> int:
    """How many answers a post has."""
    return _count("SELECT count(*) FROM posts WHERE reply_to = ?", post.id)


@dataclass(frozen=True)
class Listed:
    """An account in the list of all."""

    account: Account
    posts: int
    last: datetime | None


def listed(*, skip: int, limit: int) -> list[Listed]:
    """Accounts with a token first, then neighbors; who posted last comes first."""
    rows = db.connection().execute(
        "SELECT a.*, count(p.id) AS posts, max(p.created) AS last FROM accounts a"
        " LEFT JOIN posts p ON p.account_id = a.id"
        " GROUP BY a.id ORDER BY a.token IS NULL, last DESC, a.handle LIMIT ? OFFSET ?",
        (limit, skip),
    )
    out = []
    for row in rows:
        account = _account(row)
        assert account
        last = datetime.fromtimestamp(row["last"] / 1000, UTC) if row["last"] else None
        out.append(Listed(account, row["posts"], last))
    return out
