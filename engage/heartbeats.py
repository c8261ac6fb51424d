"""The worker and beat say "I live" in Redis; a silence of a few seconds counts as down."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Any

import redis
from celery.signals import heartbeat_sent, worker_ready
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

WORKER, BEAT = "worker", "beat"
SILENCE_SECONDS = 10


def mark(name: str) -> None:
    """Say that it lives. A Redis that is away is Redis's news, not a reason to end."""
    with suppress(redis.RedisError), closing(_client()) as client:
        client.set(_key(name), "1", ex=SILENCE_SECONDS)


def heard(names: Sequence[str]) -> dict[str, bool]:
    """Which of them spoke in the last seconds; raises redis.RedisError where Redis does not answer."""
    with closing(_client()) as client:
        values = client.mget([_key(name) for name in names])
    return {name: value is not None for name, value in zip(names, values, strict=True)}


def main(name: str) -> int:
    """`python -m engage.heartbeats worker`: 0 if it spoke in the last seconds, for a container's check."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")
    try:
        return 0 if heard([name])[name] else 1
    except redis.RedisError:
        return 1


def _key(name: str) -> str:
    return f"engage:heartbeat:{name}"


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


@heartbeat_sent.connect
@worker_ready.connect
def _worker_lives(**_: Any) -> None:
    mark(WORKER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
