"""Rate limits: so many of a thing from one source in a while, counted in Redis."""

from __future__ import annotations

import time
from functools import cache
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from limits import parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from rest_framework.exceptions import APIException

from precincts.sources import source_of


class TooMany(APIException):
    """This source did this too often. Answered as 429: by the API as a problem, else as a page."""

    status_code = 429
    default_detail = _("That was a lot at once. Please take a break, then try again.")
    default_code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        # Named as DRF's handler looks for it, which makes it the Retry-After header.
        self.wait = self.retry_after = retry_after


def count(request: HttpRequest, what: str) -> None:
    """Count one `what` (a key of settings.RATE_LIMITS) from this source. Raises TooMany."""
    limiter, item = FixedWindowRateLimiter(_storage()), parse(settings.RATE_LIMITS[what])
    source = source_of(request)
    if not limiter.hit(item, what, source):
        reset = limiter.get_window_stats(item, what, source).reset_time
        raise TooMany(max(1, int(reset - time.time())))


@cache
def _storage() -> Storage:
    return cast(Storage, storage_from_string(settings.REDIS_URL))
