"""Tokens are kept encrypted, with keys that can be changed, and stand in no log."""

from __future__ import annotations

import logging

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection

from precincts import tenancy
from socialfeeds import connecting, publishing
from socialfeeds.connecting import CannotConnect, connect
from socialfeeds.models import Account
from socialfeeds.networks.base import Dead
from tests.socialfeeds.canned import Canned

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "sandbox-demo_pct109"


def kept(outbox):
    """What really stands in the table."""
    with tenancy.enter(outbox.command), connection.cursor() as cursor:
        cursor.execute("SELECT sealed_credentials FROM socialfeeds_account")
        return [bytes(token) for (token,) in cursor.fetchall()]


def new_key():
    return Fernet.generate_key().decode()


def test_the_table_holds_no_token(outbox):
    (sealed,) = kept(outbox)
    assert TOKEN.encode() not in sealed
    assert outbox.account().credentials["access_token"] == TOKEN


def test_a_new_first_key_opens_the_old_and_seals_with_the_new(outbox, settings):
    old, new = settings.TOKEN_KEYS[0], new_key()
    settings.TOKEN_KEYS = [new, old]
    assert outbox.account().credentials["access_token"] == TOKEN
    call_command("reseal_tokens")
    settings.TOKEN_KEYS = [new]
    assert outbox.account().credentials["access_token"] == TOKEN
    settings.TOKEN_KEYS = [old]
    with pytest.raises(InvalidToken):
        outbox.account().credentials["access_token"]


def test_without_its_key_a_token_stays_as_it_is(outbox, settings):
    before = kept(outbox)
    settings.TOKEN_KEYS = [new_key()]
    with pytest.raises(CommandError, match="pct-109"):
        call_command("reseal_tokens")
    assert kept(outbox) == before


@pytest.mark.parametrize("fault", [None, "500", "cut", "401", "429"])
def test_no_log_and_no_error_holds_a_token(outbox, caplog, fault):
    caplog.set_level(logging.DEBUG)
    for name in ("tweepy.client", "urllib3", "requests", "socialfeeds"):
        caplog.set_level(logging.DEBUG, name)
    if fault:
        outbox.x.fault(fault)
    outbox.say()
    outbox.work()
    assert caplog.records
    assert TOKEN not in caplog.text
    assert TOKEN not in outbox.row().error


def test_nothing_that_is_shown_holds_a_token(outbox):
    account = outbox.account()
    assert TOKEN not in f"{account!r} {account} {vars(account)}"
    delivery = outbox.say()
    with tenancy.enter(outbox.command):
        step = publishing._claim(outbox.command.pk, delivery.pk, publishing.Shown([]))
    assert TOKEN not in repr(step)


class TestConnecting:
    def test_the_command_line_takes_the_token_from_the_environment(self, x, pct_109, monkeypatch, capsys):
        x.account("demo_pct109")
        monkeypatch.setenv("THE_TOKEN", TOKEN)
        call_command("connect_account", "pct-109", "x", token_env="THE_TOKEN")
        assert "@demo_pct109 is connected" in capsys.readouterr().out
        with tenancy.enter(pct_109):
            account = Account.objects.get()
        assert (account.handle, account.credentials["access_token"], account.status) == (
            "demo_pct109",
            TOKEN,
            "active",
        )
        assert account.external_id.isdecimal()

    @pytest.mark.parametrize(
        ("slug", "token", "words"),
        [("pct-109", "", "is empty"), ("pct-0", TOKEN, "no command"), ("pct-109", "nobodys", "Connect")],
    )
    def test_the_command_line_says_what_is_wrong(self, x, pct_109, monkeypatch, slug, token, words):
        x.account("demo_pct109")
        monkeypatch.setenv("THE_TOKEN", token)
        with pytest.raises(CommandError, match=words):
            call_command("connect_account", slug, "x", token_env="THE_TOKEN")

    def test_a_token_of_another_account_is_refused(self, x, pct_109):
        x.account("somebody_else")
        with pytest.raises(CannotConnect, match="@somebody_else"):
            connect(command=pct_109, network="x", handle="demo_pct109", token="sandbox-somebody_else")
        with tenancy.enter(pct_109):
            assert not Account.objects.exists()

    @pytest.mark.parametrize("token", ["", " ", "two lines\r\nX-Evil: 1", "ключ", "a b"])
    def test_what_is_no_token_is_not_sent_anywhere(self, pct_109, settings, token):
        server = Canned()
        settings.X_API_URL = server.url
        with pytest.raises(CannotConnect):
            connect(command=pct_109, network="x", token=token)
        server.stop()
        assert server.asked == []

    def test_nobodys_token_is_not_kept(self, x, pct_109):
        with pytest.raises(Dead):
            connect(command=pct_109, network="x", token="nobodys")

    def test_connecting_again_keeps_the_account_and_its_cursor(self, outbox):
        outbox.set_account(status="dead", mentions_cursor="5")
        outbox.x.account("demo_pct109", token="a-new-token")
        again = connect(command=outbox.command, network="x", handle="@Demo_PCT109", token="a-new-token")
        assert (again.pk, again.status, again.mentions_cursor) == (outbox.account_id, "active", "5")
        assert outbox.account().credentials["access_token"] == "a-new-token"

    def test_an_account_that_was_renamed_stays_the_same(self, outbox):
        outbox.set_account(handle="its_old_name")
        assert connecting.connect(command=outbox.command, network="x", token=TOKEN).pk == outbox.account_id
        assert outbox.account().handle == "demo_pct109"
