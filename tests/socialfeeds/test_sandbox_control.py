"""The control surface, and that the sandbox stands alone."""

import os
import subprocess
import sys

import pytest
import requests

from tests.sandbox_server import ROOT
from tests.socialfeeds.x_client import Caller


@pytest.fixture
def net(fresh_sandbox):
    return fresh_sandbox


def test_it_says_that_it_is_well(net):
    response = requests.get(f"{net.url}/sandbox/healthz", timeout=30)
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_an_account_can_be_made_again_and_keeps_its_id(net):
    first = net.account("demo_td4", name="Transit District 4")
    again = net.account("demo_td4", name="Transit District 4 (demo)", token="another")
    assert again["id"] == first["id"]
    assert (
        Caller(net.url, token="another").get("users/me").json()["data"]["name"] == "Transit District 4 (demo)"
    )
    assert Caller(net.url, "demo_td4").get("users/me").status_code == 401


def test_a_token_belongs_to_one_account(net):
    net.account("demo_td4")
    body = {"handle": "demo_psa6", "name": "PSA 6", "token": "sandbox-demo_td4"}
    assert requests.post(f"{net.url}/sandbox/accounts", json=body, timeout=30).status_code == 409


@pytest.mark.parametrize("handle", ["", "a b", "x" * 31, "sandbox", "2", "é"])
def test_a_handle_that_cannot_be_one_is_refused(net, handle):
    body = {"handle": handle, "name": "Somebody", "token": "t"}
    assert requests.post(f"{net.url}/sandbox/accounts", json=body, timeout=30).status_code == 400


def test_anybody_can_post_now_and_in_the_past(net):
    new = net.post("maria", "Now")
    old = net.post("maria", "Then", created_at="2026-01-05T08:30:00-05:00")
    assert [post["text"] for post in net.posts("maria")] == ["Now", "Then"]
    assert int(old["id"]) < int(new["id"])
    assert old["created_at"] == "2026-01-05T13:30:00.000Z"
    assert old["path"] == f"/maria/status/{old['id']}"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "x" * 281},
        {"text": "Hello", "created_at": "2999-01-01T00:00:00Z"},
        {"text": "Hello", "created_at": "2026-01-01T00:00:00"},
        {"text": "Hello", "reply_to": "17"},
        {"text": "Hello", "color": "blue"},
    ],
)
def test_a_post_that_cannot_be_is_refused(net, fields):
    body = {"handle": "maria", **fields}
    assert requests.post(f"{net.url}/sandbox/posts", json=body, timeout=30).status_code == 400
    assert net.posts() == []


def test_a_page_of_another_site_cannot_write(net):
    # What a browser sends across sites without asking first.
    for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
        response = requests.post(
            f"{net.url}/sandbox/posts",
            data='{"handle": "maria", "text": "Hello"}',
            headers={"Content-Type": content_type},
            timeout=30,
        )
        assert response.status_code == 400
    # A name that leads here from elsewhere.
    foreign = requests.get(f"{net.url}/sandbox/posts", headers={"Host": "evil.example"}, timeout=30)
    assert foreign.status_code == 400
    assert net.posts() == []


ALONE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "engage.settings"
from socialfeeds.sandbox.wsgi import application
from socialfeeds.sandbox import urls
engage = ("engage", "precincts", "ideas", "headquarters")
strangers = [name for name in sys.modules if name.split(".")[0] in engage]
strangers += [name for name in sys.modules if name.startswith("socialfeeds.") and "sandbox" not in name]
print(strangers)

def answer(address):
    seen = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/sandbox/healthz", "SERVER_NAME": "localhost",
               "SERVER_PORT": "80", "REMOTE_ADDR": address, "wsgi.input": sys.stdin.buffer,
               "wsgi.url_scheme": "http"}
    list(application(environ, lambda status, headers: seen.append(status)))
    return seen[0]

print(answer("127.0.0.1"), "|", answer("::1"), "|", answer("192.0.2.7"))
"""


def test_it_needs_nothing_of_engage_and_its_control_answers_this_machine_only(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_DB": str(tmp_path / "sandbox.sqlite3")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["[]", "200 OK | 200 OK | 403 Forbidden"]
