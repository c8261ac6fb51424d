"""What a command may still spend on networks."""

from __future__ import annotations

from socialfeeds.models import Account


def over(account: Account, micros: int) -> bool:
    """Whether the command's budget is spent once this goes out too."""
    return False
