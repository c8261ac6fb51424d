"""Calling a webhook: a stranger's server, asked as engage/reaching.py allows it.

No word of the answer but its status is kept, so whoever sets a webhook can read nothing through it.
"""

from __future__ import annotations

from django.conf import settings

from engage import reaching
from engage.reaching import CannotReach, Place

__all__ = ["CannotReach", "place_of", "post"]

# Nobody reads the body; this much is taken so that a polite server can finish its sentence.
MOST_READ = 4096


def place_of(url: str) -> Place:
    """What is asked, looked up now. Raises CannotReach where it may not be, with a sentence for the form."""
    return reaching.place_of(url, loopback=settings.WEBHOOKS_TO_LOOPBACK)


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """POST, and the answer's status with its Retry-After, if any. Raises CannotReach for no answer at all."""
    seconds = settings.WEBHOOK_TIMEOUT_SECONDS
    answer = reaching.ask(place_of(url), "POST", headers, body, seconds=seconds, most=MOST_READ)
    return answer.status, answer.header("Retry-After")
