"""Connecting an account on X: by OAuth 2 in the browser, by OAuth 1.0a, by a token alone; refreshing."""

import html
import logging
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from socialfeeds.models import Account
from socialfeeds.networks.base import Cannot, Dead, MayBeSent, NotSent
from tests.socialfeeds.on_x import X, a_picture, an_x_account, error_of, say

BACK = "http://127.0.0.1:8000/connect/x/back/"


@pytest.fixture
def registered(x, settings):
    settings.X_CLIENT_ID, settings.X_CLIENT_SECRET = "engage-demo", "engage-demo-secret"
    settings.X_CONSUMER_KEY, settings.X_CONSUMER_SECRET = "engage-demo-key", "engage-demo-key-secret"
    x.account("demo_pct109", name="109th Precinct (demo)")
    return x


def answer(asked, button="allow"):
    """What a person does on the page that they are led to; where it leads them back to, and with what."""
    with requests.Session() as browser:
        page = browser.get(asked.url, timeout=30)
        assert page.status_code == 200, page.text
        action = html.unescape(re.search(r'<form method="post" action="([^"]*)', page.text)[1])
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {"csrfmiddlewaretoken": token, "account": "demo_pct109", button: "yes"}
        url = f"{urlsplit(asked.url).scheme}://{urlsplit(asked.url).netloc}{action}"
        led = browser.post(url, data=form, timeout=30, allow_redirects=False)
    assert led.status_code == 302, led.text
    assert led.headers["Location"].startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(led.headers["Location"]).query).items()}


def came_back(**changes):
    asked = X.ask(redirect_to=BACK, state="a state")
    given = answer(asked)
    assert given.pop("state") == "a state"
    return {**given, **asked.remember, **changes}


def connected():
    """An account as it stands after somebody has allowed it."""
    (connection,) = X.connections(given=came_back(), redirect_to=BACK)
    account = Account(network="x", handle=connection.handle, external_id=connection.external_id, command_id=1)
    account.credentials = connection.credentials
    account.token_expires_at = connection.expires_at
    return account


def test_somebody_allows_it_in_the_browser(registered):
    (connection,) = X.connections(given=came_back(), redirect_to=BACK)
    assert (connection.handle, connection.name) == ("demo_pct109", "109th Precinct (demo)")
    assert connection.external_id == registered.account("demo_pct109")["id"]
    assert set(connection.credentials) == {"access_token", "refresh_token"}
    life = connection.expires_at - timezone.now()
    assert timedelta(minutes=119) < life <= timedelta(hours=2)


def test_what_was_allowed_is_enough_for_everything(registered):
    account = connected()
    posted = say(account, "Hello.", pictures=(a_picture(),))
    reply = registered.post("maria", "@demo_pct109 hi", reply_to=posted.external_id)
    X.hide(account, reply["id"], hidden=True)
    assert X.counts(account, [posted.external_id]).reads == 2
    assert len(X.hear(account, cursor="", since=timezone.now() - timedelta(days=1), most=10).posts) == 1
    X.delete(account, posted.external_id)


def test_who_does_not_allow_it_or_brings_a_wrong_code_connects_nothing(registered):
    refused = answer(X.ask(redirect_to=BACK, state="s"), "deny")
    assert refused == {"state": "s", "error": "access_denied"}
    assert error_of(X.connections, given=refused, redirect_to=BACK).permanent
    for wrong in ({"code": "another"}, {"verifier": "x" * 50}, {"verifier": ""}):
        given = came_back()
        assert type(error_of(X.connections, given={**given, **wrong}, redirect_to=BACK)) is Dead
        if "code" not in wrong:  # a code is good for one time, also for who cannot use it
            assert type(error_of(X.connections, given=given, redirect_to=BACK)) is Dead
    assert type(error_of(X.connections, given=came_back(), redirect_to=BACK.replace("8000", "8010"))) is Dead


def test_too_little_allowed_is_said(x, canned, settings):
    settings.X_CLIENT_ID = "an-app"
    canned.will_say(body={"access_token": "t", "scope": "post.read users.read tweet.write offline.access"})
    error = error_of(X.connections, given={"code": "c", "verifier": "v"}, redirect_to=BACK)
    assert (type(error), error.permanent) == (NotSent, True)
    assert "missing: tweet.moderate.write, media.write." in str(error)
    # Without a secret the app is a public one, and says its name in the form.
    assert b"client_id=an-app" in canned.asked[0][3]
    assert "Authorization" not in canned.asked[0][2]


def test_a_refresh_token_is_good_for_one_time(registered):
    account = connected()
    old = account.credentials
    registered.tokens("expire", "demo_pct109")
    assert type(error_of(say, account)) is Dead
    fresh = X.refresh(account)
    assert fresh.expires_at > timezone.now() + timedelta(minutes=119)
    assert not set(fresh.credentials.values()) & set(old.values())
    assert type(error_of(X.refresh, account)) is Dead
    account.credentials = fresh.credentials
    say(account)


@pytest.mark.parametrize("fault", ["timeout-posted", "cut-posted", "500-posted"])
def test_a_lost_answer_to_a_refresh_may_have_taken_the_token_along(registered, fault):
    account = connected()
    registered.fault(fault, path="/2/oauth2/token", handle="demo_pct109")
    assert type(error_of(X.refresh, account)) is MayBeSent
    assert type(error_of(X.refresh, account)) is Dead


def test_what_is_not_the_tokens_fault_kills_no_account(registered, settings):
    account = connected()
    for fault in ("429", "429-code88"):
        registered.fault(fault, path="/2/oauth2/token")
        error = error_of(X.refresh, account)
        assert (type(error), error.permanent) == (NotSent, False)
        assert error.retry_at > timezone.now()
    settings.X_CLIENT_SECRET = "mistyped"
    error = error_of(X.refresh, account)
    assert (type(error), error.permanent) == (NotSent, False)
    assert "X_CLIENT_SECRET" in str(error)
    settings.X_CLIENT_ID = ""
    assert type(error_of(X.refresh, account)) is NotSent
    settings.X_CLIENT_ID, settings.X_CLIENT_SECRET = "engage-demo", "engage-demo-secret"
    assert X.refresh(account)


def test_who_took_the_leave_back_is_dead(registered):
    account = connected()
    registered.tokens("revoke", "demo_pct109")
    assert type(error_of(say, account)) is Dead
    assert type(error_of(X.refresh, account)) is Dead


def test_without_a_registration_nobody_is_led_to_x(x, settings):
    settings.X_CLIENT_ID = ""
    assert type(error_of(X.ask, redirect_to=BACK, state="s")) is Cannot


def test_a_token_alone_still_connects_and_needs_no_refresh(registered):
    (connection,) = X.connections(given={"access_token": "sandbox-demo_pct109"})
    assert (connection.handle, connection.expires_at) == ("demo_pct109", None)
    account = an_x_account(registered, credentials=connection.credentials)
    assert X.refresh(account) is None
    for nothing in ({"access_token": "another"}, {"access_token": ""}, {}):
        assert type(error_of(X.connections, given=nothing)) is Dead


def test_oauth_1_signs_every_kind_of_call(registered):
    pair = {"access_token": "77-of-oauth-1", "secret": "not & said=?"}
    account = an_x_account(registered, credentials=pair, token=pair["access_token"], secret=pair["secret"])
    (connection,) = X.connections(given=pair)
    assert (connection.handle, connection.credentials) == ("demo_pct109", pair)
    posted = say(account, "Signed: ü & + %", pictures=(a_picture("Ä lamp"),))
    reply = registered.post("maria", "@demo_pct109 & ü", reply_to=posted.external_id)
    X.hide(account, reply["id"], hidden=True)
    since = timezone.now() - timedelta(days=1)
    assert len(X.hear(account, cursor="", since=since, most=10).posts) == 1
    assert len(X.search(account, words="ü", cursor="", since=since, most=10).posts) == 1
    assert X.counts(account, [posted.external_id]).reads == 2
    assert X.refresh(account) is None
    X.delete(account, posted.external_id)


def test_a_wrong_signature_is_a_dead_token(registered, settings):
    pair = {"access_token": "77-of-oauth-1", "secret": "right"}
    an_x_account(registered, credentials=pair, token=pair["access_token"], secret=pair["secret"])
    assert type(error_of(X.connections, given={**pair, "secret": "wrong"})) is Dead
    settings.X_CONSUMER_SECRET = "another"
    assert type(error_of(X.connections, given=pair)) is Dead
    settings.X_CONSUMER_KEY = ""
    error = error_of(X.connections, given=pair)
    assert (type(error), error.permanent) == (NotSent, False)


def test_no_token_is_ever_written_down(registered, caplog):
    caplog.set_level(logging.DEBUG)
    pair = {"access_token": "77-of-oauth-1", "secret": "a-secret-of-oauth-1"}
    signed = an_x_account(registered, "demo_psa6", pair, token=pair["access_token"], secret=pair["secret"])
    account = connected()
    secrets = [*pair.values(), *account.credentials.values(), "engage-demo-secret"]
    say(account)
    say(signed)
    account.credentials = X.refresh(account).credentials
    secrets += account.credentials.values()
    registered.fault("cut-posted", path="/2/oauth2/token")
    error = error_of(X.refresh, account)
    logging.getLogger("test").error("It broke", exc_info=error)
    assert "Making API request" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text
