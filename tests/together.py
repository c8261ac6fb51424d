"""Several things at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.cache import caches
from django.db import connection


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, in the order of the calls; an exception is given like an answer."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(timeout=20)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()
            for cache in caches.all(initialized_only=True):
                for pool in cache._cache._pools.values():  # nothing public closes a thread's connections
                    pool.disconnect()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
