"""Rate limits: so many of a thing from one source in a while, counted in Redis."""

from __future__ import annotations

import time
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from precincts.sources import source_of


class TooMany(Exception):
    """This source did this too often. Answered as 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


def count(request: HttpRequest, what: str) -> None:
    """Count one `what` (a key of settings.RATE_LIMITS) from this source. Raises TooMany."""
    limiter, item, source = FixedWindowRateLimiter(_storage()), parse(settings.RATE_LIMITS[what]), source_of(request)
    if not limiter.hit(item, what, source):
        reset = limiter.get_window_stats(item, what, source).reset_time
        raise TooMany(max(1, int(reset - time.time())))


@cache
def _storage() -> Storage:
    return storage_from_string(settings.REDIS_URL)
