"""Facebook's webhook says "look now", and only when it is signed. What it tells is not believed."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from precincts import tenancy
from socialfeeds import networks, tasks
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db
HOOK = "/hooks/facebook/"


@pytest.fixture
def signed(monkeypatch):
    """Facebook's module, to which one signature is right."""
    module = ModuleType("tests.socialfeeds.a_facebook")
    module.verify = lambda _body, header: header == "sha256=right"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(networks.MODULES, "facebook", module.__name__)


@pytest.fixture
def asked(monkeypatch):
    found = []
    monkeypatch.setattr(tasks.fetch_mentions, "delay", lambda *which: found.append(which))
    return found


def call(client, body, signature="sha256=right"):
    return client.generic(
        "POST", HOOK, body, content_type="application/json", headers={"X-Hub-Signature-256": signature}
    ).status_code


def test_a_signed_call_has_its_page_looked_at(client, signed, asked, pct_109):
    with tenancy.enter(pct_109):
        page = an_account("Precinct", network="facebook", external_id="77")
    assert call(client, '{"object": "page", "entry": [{"id": "77"}, {"id": "78"}]}') == 204
    assert asked == [(pct_109.pk, page.pk)]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"entry": [7, {}]}', '{"entry": {"id": "77"}}'])
def test_a_signed_call_that_says_nothing_is_taken_and_does_nothing(client, signed, asked, body):
    assert (call(client, body), asked) == (204, [])


def test_what_is_not_signed_is_refused(client, signed, asked):
    assert call(client, '{"entry": [{"id": "77"}]}', "sha256=wrong") == 403
    assert call(client, '{"entry": [{"id": "77"}]}', "") == 403
    assert asked == []


def test_facebook_learns_that_the_address_is_ours(client, settings):
    question = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": "a word"}
    assert client.get(HOOK, question).status_code == 403
    settings.FACEBOOK_VERIFY_TOKEN = "a word"
    assert client.get(HOOK, question).content == b"1158"
    assert client.get(HOOK, question | {"hub.verify_token": "wörd"}).status_code == 403
