"""Accounts, apps, tokens, posts, pictures, and the rules by which Mastodon takes a post."""

import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import db
from . import texts

DOMAIN = "sandbox.example"
ACCT = re.compile(r"[A-Za-z0-9_]{1,30}(@[a-z0-9.-]{1,60})?\Z")
VISIBILITIES = {"public", "unlisted", "private", "direct"}
CODE_LASTS_MS = 10 * 60 * 1000
PICTURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
BIGGEST_PICTURE, LONGEST_ALT, MOST_PICTURES = 16_777_216, 1500, 4
# How this server differs from others: whether it honours keys and has a search, how often a picture must be
# asked for until it is ready, how long a post may be.
SWITCHES = {"keys": 1, "search": 1, "slow_media": 0, "max_characters": 500}


class RefusedError(Exception):
    """The server says no, with a status and words."""

    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(frozen=True)
class Account:
    """Somebody: here without an @ in their name, elsewhere with their server's."""

    id: int
    acct: str
    name: str
    ours: bool
    followers: int

    @property
    def username(self) -> str:
        return self.acct.partition("@")[0]


@dataclass(frozen=True)
class Media:
    id: int
    account: int
    status: int | None
    mime: str
    alt: str
    looks_left: int


@dataclass(frozen=True)
class Status:
    id: int
    account: Account
    text: str
    visibility: str
    created: int
    reply_to: int | None
    favourites: int
    reblogs: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.created / 1000, UTC)

    @property
    def media(self) -> list[Media]:
        rows = _all(f"{MEDIA} WHERE status = ? ORDER BY id", self.id)
        return [Media(*row) for row in rows]

    @property
    def replies(self) -> int:
        found: int = _one("SELECT count(*) FROM md_statuses WHERE reply_to = ?", self.id)[0]
        return found


MEDIA = "SELECT id, account, status, mime, alt, looks_left FROM md_media"
STATUSES = """
    SELECT s.id, s.text, s.visibility, s.created, s.reply_to, s.favourites, s.reblogs,
        a.id AS who, a.acct, a.name, a.ours, a.followers
    FROM md_statuses s JOIN md_accounts a ON a.id = s.account
"""


def _one(sql: str, *values: Any) -> Any:
    return db.connection().execute(sql, values).fetchone()


def _all(sql: str, *values: Any) -> list[sqlite3.Row]:
    return db.connection().execute(sql, values).fetchall()


def _status(row: sqlite3.Row) -> Status:
    author = Account(row["who"], row["acct"], row["name"], bool(row["ours"]), row["followers"])
    return Status(
        row["id"],
        author,
        row["text"],
        row["visibility"],
        row["created"],
        row["reply_to"],
        row["favourites"],
        row["reblogs"],
    )


# --- switches, accounts, apps ----------------------------------------------------------------------------


def switches() -> dict[str, int]:
    return SWITCHES | {row["name"]: row["value"] for row in _all("SELECT * FROM md_switches")}


def switch(**values: int) -> None:
    with db.writing() as conn:
        conn.executemany("INSERT OR REPLACE INTO md_switches VALUES (?, ?)", list(values.items()))


def _account(row: sqlite3.Row | None) -> Account | None:
    return Account(**{**dict(row), "ours": bool(row["ours"])}) if row else None


def account_by(name: int | str) -> Account | None:
    """By number, or by name; of those here the server's own name may stand behind it."""
    if isinstance(name, int):
        return _account(_one("SELECT * FROM md_accounts WHERE id = ?", name))
    return _account(_one("SELECT * FROM md_accounts WHERE acct = ?", name.lower().removesuffix(f"@{DOMAIN}")))


def accounts(*, ours: bool) -> list[Account]:
    rows = _all("SELECT * FROM md_accounts WHERE ours = ? ORDER BY name", ours)
    return [found for row in rows if (found := _account(row))]


def save_account(*, acct: str, name: str, ours: bool, token: str = "", followers: int = 0) -> Account:
    with db.writing() as conn:
        known = account_by(acct)
        number = known.id if known else db.new_id(conn)
        conn.execute(
            "INSERT INTO md_accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, ours = max(ours, excluded.ours), followers = excluded.followers",
            (number, acct, name, ours, followers),
        )
        if token:
            conn.execute("INSERT OR REPLACE INTO md_tokens VALUES (?, ?, 'read write', 0)", (token, number))
    found = account_by(acct)
    assert found
    return found


def new_app(name: str, redirect_uris: str, scopes: str) -> tuple[str, str]:
    client_id, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with db.writing() as conn:
        conn.execute(
            "INSERT INTO md_apps VALUES (?, ?, ?, ?, ?)", (client_id, secret, name, redirect_uris, scopes)
        )
    return client_id, secret


def app_by(client_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = _one("SELECT * FROM md_apps WHERE client_id = ?", client_id)
    return row


def new_code(app: str, account: int, redirect: str, scopes: str) -> str:
    code = secrets.token_urlsafe(32)
    with db.writing() as conn:
        values = (code, app, account, redirect, scopes, db.now_ms())
        conn.execute("INSERT INTO md_codes VALUES (?, ?, ?, ?, ?, ?)", values)
    return code


def token_for(code: str, app: str, redirect: str) -> tuple[str, str]:
    """A token and its scopes for a code: once, soon, by the same app and for the same address."""
    with db.writing() as conn:
        row = _one("SELECT * FROM md_codes WHERE code = ?", code)
        conn.execute("DELETE FROM md_codes WHERE code = ?", (code,))
        fits = row and (row["app"], row["redirect"]) == (app, redirect)
        if not fits or row["created"] + CODE_LASTS_MS < db.now_ms():
            raise RefusedError(400, "The provided authorization grant is invalid, expired, or revoked.")
        token = secrets.token_urlsafe(32)
        conn.execute("INSERT INTO md_tokens VALUES (?, ?, ?, 0)", (token, row["account"], row["scopes"]))
    return token, row["scopes"]


def owner_of(token: str) -> tuple[Account, set[str]] | None:
    """Whose token it is and what it may, while it lives."""
    row = _one("SELECT * FROM md_tokens WHERE token = ? AND NOT revoked", token)
    account = account_by(row["account"]) if row else None
    return (account, set(row["scopes"].split())) if account else None


def revoke(acct: str) -> int:
    account = account_by(acct)
    with db.writing() as conn:
        number = account.id if account else 0
        return conn.execute("UPDATE md_tokens SET revoked = 1 WHERE account = ?", (number,)).rowcount


# --- posts -----------------------------------------------------------------------------------------------


def status_by(number: int) -> Status | None:
    rows = _all(f"{STATUSES} WHERE s.id = ?", number)
    return _status(rows[0]) if rows else None


@dataclass(frozen=True)
class Bounds:
    """Which part of a list: `least` takes the oldest of what comes after it, `since` the newest."""

    limit: int
    before: int = 0
    since: int = 0
    least: int = 0

    def apply(self, column: str) -> tuple[str, list[int], str]:
        after = max(self.since, self.least)
        sql, values = f"{column} > ?", [after]
        if self.before:
            sql, values = f"{sql} AND {column} < ?", [*values, self.before]
        return sql, values, "ASC" if self.least else "DESC"


def statuses(where: str, *values: Any, bounds: Bounds) -> list[Status]:
    """Posts, newest first, whichever end of the list they come from."""
    sql, more, order = bounds.apply("s.id")
    rows = _all(
        f"{STATUSES} WHERE {where} AND {sql} ORDER BY s.id {order} LIMIT ?", *values, *more, bounds.limit
    )
    return [_status(row) for row in (rows[::-1] if order == "ASC" else rows)]


OF = "s.account = ?"
ANSWERING = "s.reply_to = ?"
TAGGED = "s.visibility = 'public' AND s.id IN (SELECT status FROM md_tags WHERE tag = ?)"
WITH_WORDS = "s.visibility = 'public' AND instr(lower(s.text), lower(?))"
NAMING = "s.id IN (SELECT status FROM md_notifications WHERE account = ?)"


def notifications(account: Account, bounds: Bounds) -> list[tuple[int, Status]]:
    sql, values, order = bounds.apply("n.id")
    rows = _all(
        f"SELECT n.id, n.status FROM md_notifications n WHERE n.account = ? AND {sql}"  # noqa: S608
        f" ORDER BY n.id {order} LIMIT ?",
        *(account.id, *values, bounds.limit),
    )
    found = [(row["id"], status) for row in rows if (status := status_by(row["status"]))]
    return found[::-1] if order == "ASC" else found


def thread(status: Status) -> tuple[list[Status], list[Status]]:
    """What a post answers, back to the first; and what answers it, all the way down."""
    above: list[Status] = []
    one = status
    while one.reply_to and (parent := status_by(one.reply_to)):
        above.insert(0, parent)
        one = parent
    below, waiting = [], [status.id]
    while waiting:
        answers = statuses(ANSWERING, waiting.pop(0), bounds=Bounds(limit=1000))[::-1]
        below += answers
        waiting += [one.id for one in answers]
    return above, below


def publish(
    account: Account, text: str, *, key: str, visibility: str, reply_to: int | None, media: list[int]
) -> Status:
    """Post through the API. The same key gives the same post, where this server honours keys."""
    with db.writing() as conn:
        if key and switches()["keys"]:
            known = _one("SELECT status FROM md_keys WHERE account = ? AND key = ?", account.id, key)
            if known and (status := status_by(known["status"])):
                return status
        _check(account, text, visibility, media)
        if reply_to and not status_by(reply_to):
            raise RefusedError(404, "Record not found")
        made = _add(account, text, visibility, reply_to, None)
        for number in media:
            conn.execute("UPDATE md_media SET status = ? WHERE id = ?", (made.id, number))
        if key:
            conn.execute("INSERT OR REPLACE INTO md_keys VALUES (?, ?, ?)", (account.id, key, made.id))
        return made


def _check(account: Account, text: str, visibility: str, media: list[int]) -> None:
    most = switches()["max_characters"]
    if not text.strip() and not media:
        raise RefusedError(422, "Validation failed: Text can't be blank")
    if texts.length(text) > most:
        raise RefusedError(422, f"Validation failed: Text character limit of {most} exceeded")
    if visibility not in VISIBILITIES:
        raise RefusedError(422, "Validation failed: Visibility is not included in the list")
    if len(media) > MOST_PICTURES:
        raise RefusedError(422, "Cannot attach more than 4 files")
    for number in media:
        found = media_by(number, account)
        if not found or found.status:
            raise RefusedError(422, "Validation failed: a picture is not there, or used already")
        if found.looks_left:
            raise RefusedError(422, "Cannot attach files that have not finished processing. Try again later!")


def write(
    *, acct: str, text: str, name: str = "", reply_to: int | None = None, at_ms: int | None = None
) -> Status:
    """Anybody writes, here or elsewhere."""
    with db.writing():
        author = account_by(acct) or save_account(acct=acct, name=name or acct.partition("@")[0], ours=False)
        return _add(author, text, "public", reply_to, at_ms)


def _add(account: Account, text: str, visibility: str, reply_to: int | None, at_ms: int | None) -> Status:
    """Keep it, and tell whom it names; the write transaction is the caller's."""
    conn = db.connection()
    number = db.new_id(conn) if at_ms is None else db.first_id_at(at_ms)
    while status_by(number):
        number += 1
    conn.execute(
        "INSERT INTO md_statuses (id, account, text, visibility, created, reply_to)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (number, account.id, text, visibility, db.now_ms() if at_ms is None else at_ms, reply_to),
    )
    conn.executemany("INSERT INTO md_tags VALUES (?, ?)", [(tag, number) for tag in texts.tags(text)])
    named = {found.id for acct in texts.mentioned(text) if (found := account_by(acct))} - {account.id}
    conn.executemany(
        "INSERT INTO md_notifications (account, status) VALUES (?, ?)", [(who, number) for who in named]
    )
    made = status_by(number)
    assert made
    return made


def react(status: Status, **values: int) -> None:
    with db.writing() as conn:
        for name, value in values.items():
            conn.execute(f"UPDATE md_statuses SET {name} = ? WHERE id = ?", (value, status.id))  # noqa: S608


def delete(status: Status) -> None:
    with db.writing() as conn:
        conn.execute("DELETE FROM md_statuses WHERE id = ?", (status.id,))


# --- pictures --------------------------------------------------------------------------------------------


def add_media(account: Account, data: bytes, alt: str) -> Media:
    mime = next((mime for begin, mime in PICTURES.items() if data.startswith(begin)), "")
    if not mime:
        raise RefusedError(422, "Validation failed: File content type is invalid")
    if len(data) > BIGGEST_PICTURE:
        raise RefusedError(422, "Validation failed: File is too big")
    if len(alt) > LONGEST_ALT:
        raise RefusedError(422, f"Validation failed: Description is too long (maximum is {LONGEST_ALT})")
    with db.writing() as conn:
        number = db.new_id(conn)
        values = (number, account.id, data, mime, alt, switches()["slow_media"])
        conn.execute("INSERT INTO md_media VALUES (?, ?, NULL, ?, ?, ?, ?)", values)
    found = media_by(number, account)
    assert found
    return found


def media_by(number: int, account: Account) -> Media | None:
    row = _one(f"{MEDIA} WHERE id = ? AND account = ?", number, account.id)
    return Media(*row) if row else None


def look_at(media: Media) -> None:
    """Each look brings it nearer to being ready."""
    with db.writing() as conn:
        conn.execute("UPDATE md_media SET looks_left = max(looks_left - 1, 0) WHERE id = ?", (media.id,))


def media_data(number: int) -> tuple[bytes, str] | None:
    row = _one("SELECT data, mime FROM md_media WHERE id = ?", number)
    return (row["data"], row["mime"]) if row else None
