"""Faults on demand: the next calls that match go wrong, each in the way that was asked for."""

import fnmatch
import select
import socket
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest

from . import db

# Those that end in -posted do the work first and lose the answer; they wait for a call that writes.
KINDS = {
    "429",
    "429-code88",
    "500",
    "500-posted",
    "timeout",
    "timeout-posted",
    "cut",
    "cut-posted",
    "200-errors",
    "401",
    "slow",
}
# Facebook says no by a code.
KINDS |= {f"code-{code}" for code in (1, 2, 4, 10, 17, 32, 190, 200, 368, 506, 613)}
DEFAULT_SECONDS = {"timeout": 30.0, "timeout-posted": 30.0, "slow": 2.0}
MOST_SECONDS = 120.0  # no call is held for longer, whatever was asked
TICK = 0.05


@dataclass(frozen=True)
class Fault:
    """So many calls that match go wrong. Empty fields match everything."""

    kind: str
    count: int
    handle: str | None = None
    path: str | None = None
    method: str | None = None
    seconds: float | None = None
    id: int = 0

    def matches(self, *, handle: str, path: str, method: str) -> bool:
        """Whether a call is one of those meant. A path may hold `*`."""
        if self.kind.endswith("-posted") and method == "GET":
            return False
        return (
            (not self.handle or self.handle.lower() == handle.lower())
            and (not self.path or fnmatch.fnmatchcase(path, self.path))
            and (not self.method or self.method == method)
        )

    @property
    def hold_seconds(self) -> float:
        """How long a call is held at most."""
        wanted = DEFAULT_SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds
        return min(wanted, MOST_SECONDS)

    def as_dict(self) -> dict[str, Any]:
        """The fault as the control surface lists it."""
        return asdict(self)


def waiting() -> list[Fault]:
    """The faults that have still to happen, oldest first."""
    rows = db.connection().execute("SELECT * FROM faults WHERE remaining > 0 ORDER BY id")
    return [
        Fault(
            row["kind"],
            row["remaining"],
            row["handle"],
            row["path"],
            row["method"],
            row["seconds"],
            row["id"],
        )
        for row in rows
    ]


def add(fault: Fault) -> Fault:
    """Ask for a fault."""
    with db.writing() as conn:
        row = conn.execute(
            "INSERT INTO faults (kind, remaining, handle, path, method, seconds) VALUES (?, ?, ?, ?, ?, ?)",
            (fault.kind, fault.count, fault.handle, fault.path, fault.method, fault.seconds),
        )
        assert row.lastrowid
        return Fault(**{**asdict(fault), "id": row.lastrowid})


def clear() -> None:
    """Forget all faults and let go of every call that is held."""
    with db.writing() as conn:
        conn.execute("DELETE FROM faults")
        conn.execute("UPDATE counters SET value = value + 1 WHERE name = 'clearings'")


def take(*, handle: str, path: str, method: str) -> Fault | None:
    """The fault that this call runs into, counted down: two calls at once never share one."""
    if not waiting():  # the common case needs no write lock
        return None
    with db.writing() as conn:
        for fault in waiting():
            if fault.matches(handle=handle, path=path, method=method):
                conn.execute("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (fault.id,))
                conn.execute("DELETE FROM faults WHERE remaining <= 0")
                return fault
    return None


def clearings() -> int:
    """How often faults were cleared. It changes when held calls are to go on."""
    found: int = db.connection().execute("SELECT value FROM counters WHERE name = 'clearings'").fetchone()[0]
    return found


def hold(request: HttpRequest, seconds: float, since: int, *, until_hung_up: bool) -> None:
    """Keep a call waiting, until faults are cleared, time is up or (if asked) the caller hangs up."""
    end = time.monotonic() + seconds
    tick = threading.Event()
    while (left := end - time.monotonic()) > 0 and clearings() == since:
        if until_hung_up and has_hung_up(request):
            return
        tick.wait(min(TICK, left))


def has_hung_up(request: HttpRequest) -> bool:
    """Whether the caller has gone away."""
    caller = _socket(request)
    try:
        ready, _, _ = select.select([caller], [], [], 0)
        return bool(ready) and caller.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except (OSError, ValueError):
        return True


def cut(request: HttpRequest) -> None:
    """Close the caller's connection before a byte of the answer is sent."""
    _socket(request).shutdown(socket.SHUT_RDWR)


def _socket(request: HttpRequest) -> socket.socket:
    found: socket.socket = request.META["gunicorn.socket"]
    return found
