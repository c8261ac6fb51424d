"""The sandbox, but for its rule against saying the same twice: it would hide what we look for."""

from socialfeeds.sandbox import store

store.DUPLICATE_MS = 0

from socialfeeds.sandbox.wsgi import application  # noqa: E402

__all__ = ["application"]
