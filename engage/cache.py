"""The cache, which may be away. What it holds can be had again: a page without it is slow, not broken."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

log = logging.getLogger(__name__)


@contextmanager
def _perhaps_away() -> Iterator[None]:
    try:
        yield
    except (ConnectionError, TimeoutError) as error:
        log.warning("Redis is away: %s", error)


class ForgivingRedisCache(RedisCache):
    """Without Redis it is an empty cache in which nobody holds a lock."""

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        with _perhaps_away():
            return super().get(key, default, version)
        return default

    def set(self, *args: Any, **kwargs: Any) -> None:
        with _perhaps_away():
            super().set(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        with _perhaps_away():
            return super().add(*args, **kwargs)
        return True

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        with _perhaps_away():
            return super().delete(*args, **kwargs)
        return False

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        with _perhaps_away():
            return super().has_key(*args, **kwargs)
        return False
