"""Rate limits: so many of a thing from one source in a while, counted in Redis."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from limits import parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from rest_framework.exceptions import APIException

from precincts.sources import source_of

log = logging.getLogger(__name__)


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
    """Count one `what` (a key of settings.RATE_LIMITS) from this source. Raises TooMany.

    While Redis is away nothing is counted: a resident's word is worth more than the limit.
    """
    limiter, item = FixedWindowRateLimiter(_storage(settings.REDIS_URL)), parse(settings.RATE_LIMITS[what])
    source = source_of(request)
    try:
        if limiter.hit(item, what, source):
            return
        reset = limiter.get_window_stats(item, what, source).reset_time
    except StorageError as error:
        log.warning("Not counted, Redis is away: %s", error)
        return
    raise TooMany(max(1, int(reset - time.time())))


def hurried(request: HttpRequest) -> bool:
    """Count one submission, and say whether this source sends many in a short while. Refuses nothing.

    Only the count is kept, and only for that while. While Redis is away nobody hurries.
    """
    limiter, item = FixedWindowRateLimiter(_storage(settings.REDIS_URL)), parse(settings.BURST)
    try:
        return not limiter.hit(item, "burst", source_of(request))
    except StorageError as error:
        log.warning("Not counted, Redis is away: %s", error)
        return False


@cache
def _storage(url: str) -> Storage:
    url = url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
    storage = storage_from_string(url, wrap_exceptions=True, socket_timeout=2, socket_connect_timeout=1)
    return cast(Storage, storage)
