"""Rate limits as X has them: a window for each user and one for the whole app, for each kind of call."""

import time
from dataclasses import dataclass

from . import db

QUARTER = 15 * 60
DAY = 24 * 3600


@dataclass(frozen=True)
class Limit:
    """How many calls in how many seconds, for one user and for the app."""

    user: int
    user_seconds: float
    app: int
    app_seconds: float


DEFAULTS = {
    "post": Limit(100, QUARTER, 10_000, DAY),
    "media": Limit(500, QUARTER, 50_000, DAY),
    "hide": Limit(50, QUARTER, 10_000, QUARTER),
    "delete": Limit(50, QUARTER, 10_000, DAY),
    "mentions": Limit(300, QUARTER, 450, QUARTER),
    "search": Limit(300, QUARTER, 450, QUARTER),
    "timeline": Limit(900, QUARTER, 10_000, QUARTER),
    "lookup": Limit(900, QUARTER, 10_000, QUARTER),
}
# Facebook's for a Page (by the hour, in the documentation by the number of people it reached), and Mastodon's
# for an account: `app` stands for the address that asks.
DEFAULTS |= {
    "facebook": Limit(4800, 3600, 200_000, 3600),
    "mastodon": Limit(300, 300, 7500, 300),
    "mastodon_media": Limit(30, 1800, 7500, 300),
    "mastodon_delete": Limit(30, 1800, 7500, 300),
}


@dataclass(frozen=True)
class Window:
    """What is left of a limit, and when it starts anew."""

    limit: int
    remaining: int
    reset: int


@dataclass(frozen=True)
class Taken:
    """The answer to one call: both windows, and which of them refused it ("", "user" or "app")."""

    user: Window
    app: Window
    app_seconds: float
    refused_by: str

    def headers(self) -> dict[str, str]:
        """The headers of every answer."""
        shown = self.app if self.refused_by == "app" else self.user
        out = {
            "x-rate-limit-limit": str(shown.limit),
            "x-rate-limit-remaining": str(shown.remaining),
            "x-rate-limit-reset": str(shown.reset),
        }
        if self.app_seconds >= DAY:
            out["x-app-limit-24hour-limit"] = str(self.app.limit)
            out["x-app-limit-24hour-remaining"] = str(self.app.remaining)
            out["x-app-limit-24hour-reset"] = str(self.app.reset)
        return out


def limit_of(bucket: str) -> Limit:
    """The limit now in force."""
    row = db.connection().execute("SELECT * FROM limits WHERE bucket = ?", (bucket,)).fetchone()
    return (
        Limit(row["user"], row["user_seconds"], row["app"], row["app_seconds"]) if row else DEFAULTS[bucket]
    )


def all_limits() -> dict[str, Limit]:
    """Every limit now in force, by its name."""
    return {bucket: limit_of(bucket) for bucket in DEFAULTS}


def set_limit(bucket: str, limit: Limit) -> None:
    """Put a limit in force; its windows start anew."""
    with db.writing() as conn:
        conn.execute(
            "INSERT OR REPLACE INTO limits VALUES (?, ?, ?, ?, ?)",
            (bucket, limit.user, limit.user_seconds, limit.app, limit.app_seconds),
        )
        conn.execute("DELETE FROM usage WHERE bucket = ?", (bucket,))


def restore() -> None:
    """Back to X's limits, with nothing used."""
    with db.writing() as conn:
        conn.execute("DELETE FROM limits")
        conn.execute("DELETE FROM usage")


def _used(bucket: str, subject: str, seconds: float, now: float) -> tuple[float, int]:
    row = (
        db.connection()
        .execute("SELECT started, used FROM usage WHERE bucket = ? AND subject = ?", (bucket, subject))
        .fetchone()
    )
    return (row["started"], row["used"]) if row and row["started"] + seconds > now else (now, 0)


def take(bucket: str, user: str) -> Taken:
    """Count one call against both windows, or refuse it and count nothing."""
    now = time.time()
    with db.writing() as conn:
        limit = limit_of(bucket)
        user_start, user_used = _used(bucket, f"user {user}", limit.user_seconds, now)
        app_start, app_used = _used(bucket, "app", limit.app_seconds, now)
        refused_by = "user" if user_used >= limit.user else "app" if app_used >= limit.app else ""
        if not refused_by:
            user_used += 1
            app_used += 1
            conn.executemany(
                "INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?)",
                [(bucket, f"user {user}", user_start, user_used), (bucket, "app", app_start, app_used)],
            )
    return Taken(
        Window(limit.user, max(limit.user - user_used, 0), _ceil(user_start + limit.user_seconds)),
        Window(limit.app, max(limit.app - app_used, 0), _ceil(app_start + limit.app_seconds)),
        limit.app_seconds,
        refused_by,
    )


def _ceil(moment: float) -> int:
    # Rounded up: who waits until the second that is named finds the window open.
    return -int(-moment // 1)
