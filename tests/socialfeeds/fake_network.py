"""A network that says whatever a test wants: beneath it everything is Engage's own."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from precincts import tenancy
from socialfeeds import networks
from socialfeeds.networks.base import Cannot, Counts, Heard, Post, Posted
from tests.socialfeeds.voice import an_account

NAME = "mastodon"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def a_post(number, text="Hello", *, author="maria", minutes=None, **fields):
    """Post number `number`, so many minutes after noon."""
    moment = NOON + timedelta(minutes=number if minutes is None else minutes)
    fields = {"author_id": f"id-{author}", "conversation_id": f"talk-{author}"} | fields
    return Post(f"p{number}", author, text, moment, **fields)


class FakeNetwork:
    """Its timeline is a list; its cursor counts the posts that were given."""

    name = NAME

    def __init__(self):
        self.posts, self.found, self.gone = [], [], ()
        self.page, self.calls, self.hidden = 100, [], {}
        self.counted = Counts(None, {})
        self.fails: list[Exception] = []
        self.before = lambda: None
        self.no_answer = ""

    def _next(self, what, posts, cursor, most):
        self.calls.append(what)
        self.before()
        if self.fails:
            raise self.fails.pop(0)
        start = int(cursor or 0)
        page = posts[start : start + min(self.page, most)]
        end = start + len(page)
        return Heard(page, str(end), more=end < len(posts), reads=len(page), gone=self.gone)

    def hear(self, account, *, cursor, since, most):
        return self._next(("hear", cursor, most), self.posts, cursor, most)

    def search(self, account, *, words, cursor, since, most):
        if self.found is None:
            raise Cannot("This network has no search.")
        return self._next(("search", words), self.found, cursor, most)

    def counts(self, account, external_ids):
        self.calls.append(("counts", sorted(external_ids)))
        if self.fails:
            raise self.fails.pop(0)
        return self.counted

    def hide(self, account, external_id, *, hidden):
        self.calls.append(("hide", external_id, hidden))
        self.before()
        if self.fails:
            raise self.fails.pop(0)
        self.hidden[external_id] = hidden
        return {"hidden": hidden}

    def why_no_answer(self, account, *, kind, posted_at):
        return self.no_answer

    def post(self, account, outgoing):
        self.calls.append(("post", outgoing.text, outgoing.reply_to))
        return Posted(f"sent-{len(self.calls)}")

    def find(self, account, outgoing, since):
        return iter(())

    def edit(self, number, text):
        self.posts.append(replace(next(p for p in self.posts if p.external_id == f"p{number}"), text=text))

    def limit(self, account=None):
        return 500

    def length(self, text):
        return len(text)

    def fit(self, text, link):
        return f"{text} {link}"

    def micros(self, text, parts=1):
        return 0

    def profile_of(self, account):
        return f"https://social.example/@{account.handle}"

    def url_of(self, account, external_id, handle=""):
        return f"https://social.example/@{handle or account.handle}/{external_id}"


@pytest.fixture
def fake(monkeypatch):
    """The fake network, in the place of Mastodon."""
    module = ModuleType("tests.socialfeeds.a_network")
    module.network = FakeNetwork()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(networks.MODULES, NAME, module.__name__)
    networks.network_named.cache_clear()
    yield module.network
    networks.network_named.cache_clear()


@pytest.fixture
def account(transactional_db, pct_109, fake):
    """The 109th Precinct's account on it, committed."""
    with tenancy.enter(pct_109):
        made = an_account("engage_109", network=NAME, external_id="id-engage_109")
    made.command = pct_109
    return made
