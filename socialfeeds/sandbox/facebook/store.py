"""Pages, people, posts, comments, photos and tokens, and the rules by which Facebook takes a post."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import db

LONGEST_POST, LONGEST_COMMENT = 63_206, 8_000
DUPLICATE_MS = 24 * 3600 * 1000
CODE_LASTS_MS = 10 * 60 * 1000
# What a picture begins with. Facebook takes no WebP here.
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
BIGGEST_PICTURE = 10_000_000


class RefusedError(Exception):
    """The Graph says no: a code, perhaps a second one, and words."""

    def __init__(self, code: int, words: str, subcode: int = 0):
        super().__init__(words)
        self.code, self.words, self.subcode = code, words, subcode


@dataclass(frozen=True)
class Page:
    id: int
    username: str
    name: str
    manager: int
    followers: int


@dataclass(frozen=True)
class Token:
    """Whose token it is: a person's (short or long), or a Page's by way of a person."""

    token: str
    kind: str
    person: int
    page: int | None
    dead: bool


@dataclass(frozen=True)
class Photo:
    id: int
    page: int
    object: int | None
    mime: str
    alt: str


@dataclass(frozen=True)
class Object:
    """A post, or a comment under one."""

    id: int
    wall: int
    author: int
    author_name: str
    message: str
    created: int
    updated: int
    post: int | None
    parent: int | None
    hidden: bool
    reactions: int
    shares: int

    @property
    def name(self) -> str:
        """The Graph's name of it: whose wall and which post, or which post and which comment."""
        return f"{self.post or self.wall}_{self.id}"

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.created / 1000, UTC)

    @property
    def photos(self) -> list[Photo]:
        rows = _all("SELECT id, page, object, mime, alt FROM fb_photos WHERE object = ? ORDER BY id", self.id)
        return [Photo(*row) for row in rows]

    @property
    def comment_count(self) -> int:
        found: int = _one("SELECT count(*) FROM fb_objects WHERE post = ? OR parent = ?", self.id, self.id)[0]
        return found


def _one(sql: str, *values: Any) -> Any:
    return db.connection().execute(sql, values).fetchone()


def _all(sql: str, *values: Any) -> list[sqlite3.Row]:
    return db.connection().execute(sql, values).fetchall()


def _object(row: sqlite3.Row | None) -> Object | None:
    return Object(**{**dict(row), "hidden": bool(row["hidden"])}) if row else None


# --- people, Pages, tokens -------------------------------------------------------------------------------


def person(name: str) -> int:
    """The person of that name, made the first time."""
    with db.writing() as conn:
        known = _one("SELECT id FROM fb_people WHERE name = ?", name)
        if known:
            return int(known["id"])
        fresh = db.new_id(conn)
        conn.execute("INSERT INTO fb_people VALUES (?, ?)", (fresh, name))
        return fresh


def managers() -> list[tuple[int, str, list[Page]]]:
    """Everybody who has Pages, with them."""
    rows = _all("SELECT * FROM fb_people WHERE id IN (SELECT manager FROM fb_pages) ORDER BY name")
    return [(row["id"], row["name"], pages_of(row["id"])) for row in rows]


def pages_of(manager: int) -> list[Page]:
    return [Page(**row) for row in _all("SELECT * FROM fb_pages WHERE manager = ? ORDER BY name", manager)]


def pages() -> list[Page]:
    return [Page(**row) for row in _all("SELECT * FROM fb_pages ORDER BY name")]


def page_by(name: int | str) -> Page | None:
    """A Page by its number or its name."""
    column = "id" if isinstance(name, int) or name.isdecimal() else "username"
    row = _one(f"SELECT * FROM fb_pages WHERE {column} = ?", name)  # noqa: S608 (one of two words)
    return Page(**row) if row else None


def save_page(*, username: str, name: str, manager: str, token: str = "", followers: int = 0) -> Page:
    """Make a Page or bring it up to date; `token` is one that it can be asked with."""
    with db.writing() as conn:
        who, known = person(manager), page_by(username)
        page_id = known.id if known else db.new_id(conn)
        conn.execute(
            "INSERT INTO fb_pages VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " username = excluded.username, name = excluded.name, manager = excluded.manager,"
            " followers = excluded.followers",
            (page_id, username, name, who, followers),
        )
        if token:
            conn.execute(
                "INSERT OR REPLACE INTO fb_tokens VALUES (?, 'page', ?, ?, 0)", (token, who, page_id)
            )
    found = page_by(username)
    assert found
    return found


def token_by(token: str) -> Token | None:
    row = _one("SELECT * FROM fb_tokens WHERE token = ?", token)
    return Token(**{**dict(row), "dead": bool(row["dead"])}) if row else None


def new_token(kind: str, who: int, page: int | None = None) -> str:
    """A token; of a Page there is one for each person, as long as it lives."""
    known = _one("SELECT token FROM fb_tokens WHERE page = ? AND person = ? AND NOT dead", page, who)
    if known:
        return str(known["token"])
    token = f"EAA{kind}{secrets.token_hex(24)}"
    with db.writing() as conn:
        conn.execute("INSERT INTO fb_tokens VALUES (?, ?, ?, ?, 0)", (token, kind, who, page))
    return token


def kill_tokens(manager: str) -> int:
    """A changed password: every token that came by way of this person is dead."""
    with db.writing() as conn:
        return conn.execute("UPDATE fb_tokens SET dead = 1 WHERE person = ?", (person(manager),)).rowcount


def new_code(who: int, redirect: str) -> str:
    code = secrets.token_hex(20)
    with db.writing() as conn:
        conn.execute("INSERT INTO fb_codes VALUES (?, ?, ?, ?)", (code, who, redirect, db.now_ms()))
    return code


def use_code(code: str, redirect: str) -> int:
    """Whose code it is; once, soon, and for the same address."""
    with db.writing() as conn:
        row = _one("SELECT * FROM fb_codes WHERE code = ?", code)
        conn.execute("DELETE FROM fb_codes WHERE code = ?", (code,))
    if not row or row["created"] + CODE_LASTS_MS < db.now_ms():
        raise RefusedError(100, "This authorization code has expired or was used.", 36009)
    if row["redirect"] != redirect:
        raise RefusedError(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one"
            " you used in the OAuth dialog request",
            36008,
        )
    return int(row["person"])


# --- posts and comments ----------------------------------------------------------------------------------


def object_by(name: str) -> Object | None:
    """A post or comment by the Graph's whole name of it."""
    _, _, number = name.rpartition("_")
    row = _one("SELECT * FROM fb_objects WHERE id = ?", number) if number.isdecimal() else None
    found = _object(row)
    return found if found and found.name == name else None


def object_at(number: int) -> Object | None:
    return _object(_one("SELECT * FROM fb_objects WHERE id = ?", number))


def listed(sql: str, *values: Any, newest_first: bool, since: int, after: int, limit: int) -> list[Object]:
    """Objects in the order of time; `sql` says which. `after` is the last one that was seen."""
    way, order = ("<", "DESC") if newest_first else (">", "ASC")
    rows = _all(
        f"SELECT o.* FROM fb_objects o WHERE {sql} AND o.created >= ? AND (? = 0 OR o.id {way} ?)"  # noqa: S608
        f" ORDER BY o.id {order} LIMIT ?",
        *(*values, since, after, after, limit),
    )
    return [found for row in rows if (found := _object(row))]


ON_WALL = "o.wall = ? AND o.post IS NULL"
TAGGING = "o.id IN (SELECT object FROM fb_tags WHERE page = ?)"
UNDER = "? IN (o.post, o.parent)"
RIGHT_UNDER = "(o.parent = ? OR (o.post = ? AND o.parent IS NULL))"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _check(author: int, wall: int, message: str, under: Object | None, photos: list[int]) -> None:
    if not message.strip() and not photos:
        raise RefusedError(100, "(#100) Missing message or attachment")
    if len(message) > (LONGEST_COMMENT if under else LONGEST_POST):
        raise RefusedError(100, "(#100) The message is too long")
    rows = _all(
        "SELECT message FROM fb_objects WHERE author = ? AND wall = ? AND created > ? AND post IS ?"
        " AND (? IS NULL OR coalesce(parent, post) = ?)",
        *(author, wall, db.now_ms() - DUPLICATE_MS, under and (under.post or under.id)),
        *(under and under.id, under and under.id),
    )
    if message.strip() and any(_plain(row["message"]) == _plain(message) for row in rows):
        if under:
            raise RefusedError(368, "The action attempted has been deemed abusive or is otherwise disallowed")
        raise RefusedError(506, "Duplicate status message")


def publish(page: Page, message: str, *, under: Object | None = None, photos: list[int]) -> Object:
    """A Page posts or comments: every rule holds, and two at once cannot both pass that of duplicates."""
    with db.writing() as conn:
        wall = under.wall if under else page.id
        _check(page.id, wall, message, under, photos)
        for photo in photos:
            row = _one("SELECT * FROM fb_photos WHERE id = ?", photo)
            if not row or row["page"] != page.id or row["object"]:
                raise RefusedError(100, "(#100) Invalid photo id, or it is used already", 1_366_046)
        made = _add(wall, (page.id, page.name), message, under, None)
        for photo in photos:
            conn.execute("UPDATE fb_photos SET object = ? WHERE id = ?", (made.id, photo))
        return made


def write(
    *,
    author: str,
    message: str,
    page: Page | None = None,
    tagging: bool = False,
    under: Object | None = None,
    at_ms: int | None = None,
) -> Object:
    """A neighbor writes: on a Page, under something, or elsewhere with the Page tagged."""
    with db.writing() as conn:
        who = person(author)
        if under:
            return _add(under.wall, (who, author), message, under, at_ms)
        assert page
        made = _add(who if tagging else page.id, (who, author), message, None, at_ms)
        if tagging:
            conn.execute("INSERT INTO fb_tags VALUES (?, ?)", (page.id, made.id))
        return made


def _add(wall: int, author: tuple[int, str], message: str, under: Object | None, at_ms: int | None) -> Object:
    """Keep it; the write transaction is the caller's."""
    conn = db.connection()
    moment = db.now_ms() if at_ms is None else at_ms
    number = db.new_id(conn) if at_ms is None else _past_id(at_ms)
    post = (under.post or under.id) if under else None
    parent = under.id if under and under.post else None
    conn.execute(
        "INSERT INTO fb_objects (id, wall, author, author_name, message, created, updated, post, parent)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, wall, *author, message, moment, moment, post, parent),
    )
    if post:
        conn.execute("UPDATE fb_objects SET updated = max(updated, ?) WHERE id = ?", (moment, post))
    made = object_at(number)
    assert made
    return made


def _past_id(ms: int) -> int:
    wanted = db.first_id_at(ms)
    while object_at(wanted):
        wanted += 1
    return wanted


def change(found: Object, **values: int) -> None:
    """Hide or show it, or let people react."""
    with db.writing() as conn:
        for name, value in values.items():
            conn.execute(f"UPDATE fb_objects SET {name} = ? WHERE id = ?", (value, found.id))  # noqa: S608


def delete(found: Object) -> None:
    with db.writing() as conn:
        conn.execute("DELETE FROM fb_objects WHERE id = ?", (found.id,))


def add_photo(page: Page, data: bytes, alt: str) -> int:
    """A photo that nobody sees until something is posted with it."""
    mime = next((mime for begin, mime in PICTURES.items() if data.startswith(begin)), "")
    if not mime or len(data) > BIGGEST_PICTURE:
        raise RefusedError(324, "(#324) Missing or invalid image file")
    with db.writing() as conn:
        number = db.new_id(conn)
        conn.execute("INSERT INTO fb_photos VALUES (?, ?, NULL, ?, ?, ?)", (number, page.id, data, mime, alt))
        return number


def photo_data(number: int) -> tuple[bytes, str] | None:
    row = _one("SELECT data, mime FROM fb_photos WHERE id = ? AND object IS NOT NULL", number)
    return (row["data"], row["mime"]) if row else None
