"""The networks, one module each. All of them speak the Protocol in base.py."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialfeeds.networks.base import Network

# A client library is loaded when it is first needed, and not by every process that knows the models.
MODULES = {
    "x": "socialfeeds.networks.x",
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
