"""Waiting for something that another process does: a condition and a deadline, never a guess at how long."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 30) -> object:
    """What the condition gives once it is true. Fails with its last value when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} seconds"
        time.sleep(0.02)
    return found
