"""/healthz: whether the database, Redis, a worker and beat answer.

It needs no session, asks each part by itself, and shows no secret.
"""

from __future__ import annotations

import select
import time
from contextlib import closing

import psycopg2
import redis
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

from engage import heartbeats

OK, DOWN, UNKNOWN = "ok", "down", "unknown"
PATIENCE_SECONDS = 1.0


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while everything answers; else 503, and which one does not."""
    parts = {"database": database(), **redis_and_who_speaks_there()}
    well = set(parts.values()) == {OK}
    return JsonResponse({"status": OK if well else DOWN, **parts}, status=200 if well else 503)


def database() -> str:
    """Asked on a connection of its own: a pooled one can hang on a server that is gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    parameters = connections["default"].get_connection_params()
    try:
        with closing(psycopg2.connect(**parameters, async_=True)) as connection:
            _wait(connection, deadline)
            cursor = connection.cursor()
            cursor.execute("SELECT 1")
            _wait(connection, deadline)
            cursor.fetchone()
    except (psycopg2.Error, TimeoutError):
        return DOWN
    return OK


def redis_and_who_speaks_there() -> dict[str, str]:
    """Without Redis nobody can tell how the worker and beat are."""
    names = (heartbeats.WORKER, heartbeats.BEAT)
    try:
        heard = heartbeats.heard(names)
    except redis.RedisError:
        return {"redis": DOWN} | dict.fromkeys(names, UNKNOWN)
    return {"redis": OK} | {name: OK if lives else DOWN for name, lives in heard.items()}


def _wait(connection: psycopg2.extensions.connection, deadline: float) -> None:
    while (state := connection.poll()) != POLL_OK:
        left = max(0.0, deadline - time.monotonic())
        reading = [connection] if state == POLL_READ else []
        writing = [connection] if state == POLL_WRITE else []
        if not any(select.select(reading, writing, [], left)):
            raise TimeoutError
