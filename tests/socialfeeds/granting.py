"""A network that says what a test tells it to: for what our side does with its answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from socialfeeds import networks
from socialfeeds.networks.base import Asked, Cannot, Connection, PictureRules, Refreshed


class Granting:
    """granting.answers = [Refreshed(…), Dead(…)]: what refresh says, one after another."""

    name = "facebook"
    pictures = PictureRules(most=1, bytes=1, alt=1)

    def __init__(self):
        self.answers = []
        self.asked = []
        self.accounts = [a_connection()]
        self.while_asked = lambda _account: None
        self.cannot = ""

    def ask(self, *, redirect_to, state, server=""):
        if self.cannot:
            raise Cannot(self.cannot)
        self.asked.append({"redirect_to": redirect_to, "state": state, "server": server})
        return Asked(f"https://network.example/authorize?state={state}", {"verifier": f"v-{len(self.asked)}"})

    def connections(self, *, given, redirect_to=""):
        self.given = dict(given) | {"redirect_to": redirect_to}
        if isinstance(self.accounts, Exception):
            raise self.accounts
        return self.accounts

    def refresh(self, account):
        self.asked.append(account.credentials)
        self.while_asked(account)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def micros(self, text, parts=1):
        return 0

    def profile_of(self, account):
        return f"https://network.example/{account.handle}"


def a_connection(number=1, **fields):
    known = {
        "external_id": f"page-{number}",
        "handle": f"Precinct page {number}",
        "credentials": {"token": f"secret-{number}"},
    }
    return Connection(**{**known, **fields})


def a_refresh(number=1, hours=2):
    return Refreshed({"token": f"new-{number}"}, timezone.now() + timedelta(hours=hours))


network = Granting()


@pytest.fixture
def granting(monkeypatch):
    """Facebook, as a test has it."""
    network.__init__()
    monkeypatch.setitem(networks.MODULES, "facebook", __name__)
    networks.network_named.cache_clear()
    yield network
    networks.network_named.cache_clear()
