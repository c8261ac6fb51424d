"""What a command may still spend on networks."""

from __future__ import annotations


def over(micros: int, *, but: int | None = None) -> bool:
    """Whether so much more would be over the cap."""
    return False
