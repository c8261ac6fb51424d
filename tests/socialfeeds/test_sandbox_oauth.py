"""The sandbox grants access as strictly as X: codes for one time, tokens that end, scopes, signatures."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.socialfeeds.x_client import Caller

BACK = "http://127.0.0.1:8000/connect/x/back/"
VERIFIER = "v" * 50
ASKED = {
    "response_type": "code",
    "client_id": "engage-demo",
    "redirect_uri": BACK,
    "scope": "tweet.read users.read offline.access",
    "state": "a state",
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .decode()
    .rstrip("="),
    "code_challenge_method": "S256",
}
APP = ("engage-demo", "engage-demo-secret")


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109")
    fresh_sandbox.post("maria", "Hello")
    return fresh_sandbox


def authorize(net, session=requests, **changes):
    asked = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
    return session.get(f"{net.url}/i/oauth2/authorize?{urlencode(asked)}", timeout=30)


def a_code(net, **changes):
    with requests.Session() as session:
        page = authorize(net, session, **changes)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {"csrfmiddlewaretoken": token, "account": "demo_pct109", "allow": "yes"}
        led = session.post(page.url, data=form, timeout=30, allow_redirects=False)
    return parse_qs(urlsplit(led.headers["Location"]).query)["code"][0]


def tokens(net, *, auth=APP, **form):
    return requests.post(f"{net.url}/2/oauth2/token", data=form, auth=auth, timeout=30)


def exchange(net, code, **changes):
    form = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
    return tokens(net, grant_type="authorization_code", **form)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another"},
        {"redirect_uri": "http://127.0.0.1:8000/elsewhere/"},
        {"redirect_uri": "https://evil.example/connect/x/back/"},
        {"redirect_uri": "http://127.0.0.1:99999/connect/x/back/"},
        {"response_type": "token"},
        {"scope": "everything"},
        {"scope": ""},
        {"state": ""},
        {"state": None},
        {"code_challenge": "short"},
        {"code_challenge_method": "S512"},
        {"more": "than that"},
    ],
)
def test_an_app_that_asks_wrongly_gets_a_page_and_nobody_is_led_away(net, change):
    page = authorize(net, **change)
    assert page.status_code == 400
    assert "Something went wrong" in page.text


def test_the_page_says_what_is_asked_for_and_offers_accounts_alone(net):
    page = authorize(net, scope="post.read media.write")
    assert page.status_code == 200
    assert "Read posts" in page.text
    assert "Upload pictures" in page.text
    assert "Hide replies" not in page.text
    assert re.findall(r'<option value="(\w+)"', page.text) == ["demo_pct109"]
    assert "form-action 'self' http://127.0.0.1:8000;" in page.headers["Content-Security-Policy"] + ";"


def test_a_code_is_good_for_one_time_and_for_who_asked(net):
    code = a_code(net)
    answer = exchange(net, code)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 7200)
    assert body["scope"] == "offline.access tweet.read users.read"
    assert (
        Caller(net.url, token=body["access_token"]).get("users/me").json()["data"]["username"]
        == "demo_pct109"
    )
    again = exchange(net, code)
    assert again.status_code == 400
    assert again.json() == {
        "error": "invalid_request",
        "error_description": "Value passed for the authorization code was invalid.",
    }
    code = a_code(net)
    assert exchange(net, code, code_verifier="w" * 50).status_code == 400
    assert exchange(net, code).status_code == 400
    plain = a_code(net, code_challenge="p" * 43, code_challenge_method="plain")
    assert exchange(net, plain, code_verifier="p" * 43).status_code == 200


def test_only_the_app_itself_gets_tokens(net):
    for auth in (None, ("engage-demo", "guessed"), ("another", APP[1])):
        answer = tokens(net, auth=auth, grant_type="refresh_token", refresh_token="x")
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")
    assert tokens(net, grant_type="password").status_code == 400
    as_json = requests.post(f"{net.url}/2/oauth2/token", json={}, auth=APP, timeout=30)
    assert as_json.status_code == 400


def test_tokens_end_and_a_refresh_token_turns(net):
    given = net.tokens("issue", "demo_pct109")
    call = Caller(net.url, token=given["access_token"])
    assert call.get("users/me").status_code == 200
    net.tokens("expire", "demo_pct109")
    assert call.get("users/me").status_code == 401
    fresh = tokens(net, grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert Caller(net.url, token=fresh["access_token"]).get("users/me").status_code == 200
    again = tokens(net, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert again.json()["error_description"] == "Value passed for the token was invalid."
    net.tokens("revoke", "demo_pct109")
    assert tokens(net, grant_type="refresh_token", refresh_token=fresh["refresh_token"]).status_code == 400
    # What a test laid down for good stays.
    assert Caller(net.url).get("users/me").status_code == 200


def test_a_token_is_for_what_was_granted(net):
    given = net.tokens("issue", "demo_pct109", scopes="post.read users.read")
    call = Caller(net.url, token=given["access_token"])
    assert call.get("users/me").status_code == 200
    assert call.tweet("Hello").status_code == 403
    assert call("POST", "media/upload/initialize", json={}).status_code == 403
    assert call("PUT", "tweets/5/hidden", json={"hidden": True}).status_code == 403
    assert given["refresh_token"] == ""
    assert net.posts("demo_pct109") == []


def test_how_long_tokens_live_can_be_set(net):
    net.tokens(seconds=1)
    given = net.tokens("issue", "demo_pct109")
    fresh = tokens(net, grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert fresh["expires_in"] == 1


@pytest.mark.parametrize(
    "change", [{"secret": "wrong"}, {"key": "another"}, {"stamp": "1"}, {"path": "tweets"}]
)
def test_a_signature_holds_for_one_call_by_one_app_now(net, change):
    from requests_oauthlib import OAuth1

    net.account("demo_psa6", token="of-oauth-1", secret="right")
    good = {"key": "engage-demo-key", "secret": "right", "stamp": None, "path": "users/me"}

    def call(key, secret, stamp, path):
        auth = OAuth1(key, "engage-demo-key-secret", "of-oauth-1", secret, timestamp=stamp)
        prepared = requests.Request("GET", f"{net.url}/2/{path}?user.fields=name,id", auth=auth).prepare()
        prepared.url = prepared.url.replace(path, "users/me")
        with requests.Session() as session:
            return session.send(prepared, timeout=30).status_code

    assert call(**good) == 200
    assert call(**{**good, **change}) == 401
