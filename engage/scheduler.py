"""Beat's scheduler, which says at each tick that it lives."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

from engage import heartbeats

LONGEST_SLEEP = 3.0


class HeartbeatScheduler(PersistentScheduler):
    """Sleeps a few seconds at most, so that its silence means something."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        delay = super().tick(*args, **kwargs)
        heartbeats.mark(heartbeats.BEAT)
        return min(delay, LONGEST_SLEEP)
