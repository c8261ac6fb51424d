"""Accounts of the real Bluesky beside the tests, connected as a command connects them."""

from __future__ import annotations

import itertools
from datetime import timedelta

from django.utils import timezone

from socialfeeds.models import Account
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Outgoing

network = network_named("bluesky")
_numbers = itertools.count(1)


def a_name(begin="pct"):
    """A name that no other test has taken."""
    return f"{begin}{next(_numbers)}"


def connected(bluesky, name=""):
    """An account (unsaved) with a session of its own, by an app password."""
    name = name or a_name()
    given = {"handle": f"@{name}.test", "password": app_password(bluesky, name)}
    connection = network.connections(given=given)[0]
    account = Account(command_id=0, network="bluesky", handle=connection.handle)
    account.external_id, account.server = connection.external_id, connection.server
    account.credentials = connection.credentials
    account.token_expires_at = connection.expires_at
    account.nickname = name
    return account


def app_password(bluesky, name):
    return bluesky.call(name, "com.atproto.server.createAppPassword", {"name": "Engage"})["password"]


def say(account, text, key="a key", **fields):
    return network.post(account, Outgoing(text, f"{account.external_id} {key}", **fields))


def standing(bluesky, account):
    """What the account's repository holds, newest first."""
    found = bluesky.call(
        "onlooker",
        "com.atproto.repo.listRecords",
        repo=account.external_id,
        collection="app.bsky.feed.post",
        limit=100,
    )
    return found["records"]


def hear(account, cursor="", most=100):
    since = timezone.now() - timedelta(days=1)
    return network.hear(account, cursor=cursor, since=since, most=most)
