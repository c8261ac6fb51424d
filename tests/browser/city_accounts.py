"""Accounts in every state, what they cost, and alarms: what the pages of accounts have to show."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from socialfeeds import alarms, connecting, crypto, spending
from socialfeeds.models import Account, AccountDay, AccountStatus, Alarm
from socialfeeds.networks.base import Connection
from socialfeeds.views.connecting import FOUND
from tests.socialfeeds.voice import an_account

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän"


def build(city, users, account):
    """Inside the busy command."""
    now, commander = timezone.now(), users["commander"]
    AccountDay.objects.create(account=account, day=now.date(), followers=18_412)
    spending.charge(account=account, kind="link", number=420, micros=84_000_000)
    bluesky = {"network": "bluesky", "server": "https://bsky.example", "connected_by": commander}
    an_account("pct109.bsky.example", name="The 109th", **bluesky)
    Account.objects.filter(handle="pct109.bsky.example").die("Bluesky ended this account’s session.")
    rests = {"mentions_resting_until": now + timedelta(days=9)}
    connecting.pause(
        account=an_account(f"{LONG_WORD.lower()[:-2]}.bsky.example", **bluesky, **rests), by=commander
    )
    former = an_account("former.bsky.example", **bluesky, status=AccountStatus.DEAD)
    connecting.disconnect(account=former, by=commander)
    alarms.raise_alarm(
        kind="dead_account",
        key="1",
        words="@pct109.bsky.example on Bluesky has to be connected again. What waits for it is kept.",
        about={"account": account.pk},
    )
    alarms.raise_alarm(kind="needs_person", key="1", words="2 messages on demo_pct109 wait for a decision.")
    seen = alarms.raise_alarm(kind="surge", words=f"Many speak to us: {LONG_WORD}")
    alarms.acknowledge(alarm=seen, by=commander)
    alarms.raise_alarm(kind="missed", words="One message was not sent in time.")
    alarms.close(kind="missed")
    assert Alarm.objects.open().count() == 3


def of_the_city(city, users, command):
    """Outside of any."""
    _found(city, command.pk)
    for dollars in ("80", "90"):
        spending.set_cap(command=command, month_usd=Decimal(dollars), by=users["administrator"])


def _found(city, command_id):
    """The commander comes back from Bluesky with two accounts to choose from."""
    pair = [
        {"external_id": str(n), "handle": f"page{n}", "name": name, "credentials": {}, "expires_at": None}
        for n, name in enumerate(["The 109th Precinct", LONG_WORD])
    ]
    assert all(Connection(**one) for one in pair)
    store = import_module(settings.SESSION_ENGINE).SessionStore(city.sessions["commander"])
    store[FOUND] = {
        "command": command_id,
        "network": "bluesky",
        "at": (timezone.now() + timedelta(days=1)).isoformat(),
        "sealed": crypto.seal(json.dumps(pair)).hex(),
    }
    store.save()
