"""The SQLite file that holds everything, safe with several threads and processes."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from socialfeeds.sandbox import settings, x_tables
from socialfeeds.sandbox.facebook import schema as facebook
from socialfeeds.sandbox.mastodon import schema as mastodon

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    token TEXT UNIQUE,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    text TEXT NOT NULL,
    created INTEGER NOT NULL,
    reply_to INTEGER,
    reply_to_account INTEGER REFERENCES accounts (id),
    conversation INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS posts_of_account ON posts (account_id, id);
CREATE INDEX IF NOT EXISTS posts_replying ON posts (reply_to) WHERE reply_to IS NOT NULL;
CREATE TABLE IF NOT EXISTS mentions (
    handle TEXT NOT NULL COLLATE NOCASE,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (handle, post_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mentions_of_post ON mentions (post_id);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    handle TEXT COLLATE NOCASE,
    path TEXT,
    method TEXT,
    seconds REAL
);
CREATE TABLE IF NOT EXISTS limits (
    bucket TEXT PRIMARY KEY,
    user INTEGER NOT NULL,
    user_seconds REAL NOT NULL,
    app INTEGER NOT NULL,
    app_seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS usage (
    bucket TEXT NOT NULL,
    subject TEXT NOT NULL,
    started REAL NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (bucket, subject)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counters VALUES ('last_id', 0), ('clearings', 0);
"""
EPOCH_MS = 1288834974657  # where X's ids begin to count
TIME_BITS = 22

_local = threading.local()


def connection() -> sqlite3.Connection:
    """This thread's connection; a forked child opens its own."""
    if getattr(_local, "pid", None) != os.getpid():
        _local.db = _open()
        _local.pid = os.getpid()
    db: sqlite3.Connection = _local.db
    return db


def _open() -> sqlite3.Connection:
    path = settings.SANDBOX_DB
    path.parent.mkdir(parents=True, exist_ok=True)
    # One at a time: SQLite does not wait when two processes change a new file's journal at once.
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA journal_mode = WAL")  # readers and the one writer do not wait for each other
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(SCHEMA + x_tables.SCHEMA + facebook.SCHEMA + mastodon.SCHEMA)
    return db


@contextmanager
def _immediate(db: sqlite3.Connection) -> Iterator[None]:
    # The write lock comes first: a transaction that read before it wrote could be refused halfway.
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """One write transaction; nobody else writes until it ends. A nested one is part of the outer."""
    db = connection()
    if db.in_transaction:
        yield db
        return
    with _immediate(db):
        yield db


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def first_id_at(ms: int) -> int:
    """The smallest id that a post of that moment can have."""
    return max(ms - EPOCH_MS, 0) << TIME_BITS


def new_id(db: sqlite3.Connection) -> int:
    """An id greater than every other made now, in X's form: time first."""
    last: int = db.execute("SELECT value FROM counters WHERE name = 'last_id'").fetchone()[0]
    fresh = max(first_id_at(now_ms()), last + 1)
    db.execute("UPDATE counters SET value = ? WHERE name = 'last_id'", (fresh,))
    return fresh


def past_id(db: sqlite3.Connection, ms: int) -> int:
    """A free id of a moment in the past, for posts that are laid down as history."""
    wanted = first_id_at(ms)
    while db.execute("SELECT 1 FROM posts WHERE id = ?", (wanted,)).fetchone():
        wanted += 1
    return wanted


def wipe() -> None:
    """Empty every table. Ids keep growing, so a cursor kept elsewhere stays true."""
    with writing() as db:
        db.execute("PRAGMA defer_foreign_keys = ON")
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for (table,) in tables.fetchall():
            if table != "counters":
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the schema)
        db.execute("UPDATE counters SET value = value + 1 WHERE name = 'clearings'")
