"""The networks, one module each. All of them speak the Protocol in base.py."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from socialfeeds.networks.base import Network

# A client library is loaded when it is first needed, and not by every process that knows the models.
MODULES = {
    "x": "socialfeeds.networks.x",
    "facebook": "socialfeeds.networks.facebook",
    "mastodon": "socialfeeds.networks.mastodon",
    "bluesky": "socialfeeds.networks.bluesky",
}


def load() -> None:
    """Have every network at hand."""
    for name in MODULES:
        network_named(name)


@cache
def network_named(name: str) -> Network:
    """The network of an account: network_named(account.network)."""
    network: Network = import_module(MODULES[name]).network
    return network


def longest_call(name: str) -> float:
    """How many seconds saying one thing may take at most: pictures, the post, and a look for it before."""
    prefix = name.upper()
    wait = float(getattr(settings, f"{prefix}_TIMEOUT_SECONDS", 10))
    pictures = float(getattr(settings, f"{prefix}_UPLOAD_SECONDS", 4 * wait))
    # Each call may wait for its connection and then for its answer.
    return pictures + 4 * wait
