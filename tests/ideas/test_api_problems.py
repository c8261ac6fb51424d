"""Whatever is sent, the API answers: with what was asked for, or with a problem that says what is wrong."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from engage.wsgi import Request
from precincts.models import PersonalToken
from tests.ideas.factory import an_idea

IDEAS = "/api/v1/commands/pct-109/ideas/"

pytestmark = pytest.mark.django_db


def is_problem(response, status):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    return body


def post(client, data, content_type="application/json", **headers):
    return client.generic("POST", IDEAS, data, content_type, headers=headers)


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/commands/pct-999/ideas/",
        "/api/v1/commands/pct-109/ideas/1/",
        f"/api/v1/commands/pct-109/ideas/{2**64}/",
        f"/api/v1/commands/pct-109/ideas/{'9' * 5000}/",
        "/api/v1/commands/pct-109/ideas/-1/",
        "/api/v1/commands/%FF%FE/ideas/",
        "/api/v1/commands/pct-109/nothing/",
        "/api/v2/",
        "/api/",
        "/api/v1/commands/pct-109/ideas/1/votes",
    ],
)
def test_nothing_there(client, url):
    is_problem(client.get(url), 404)


@pytest.mark.parametrize(
    "url", ["/api/", "/api/v1/commands/pct-109/nothing/", "/api/v1/commands/pct-999/ideas/"]
)
def test_nothing_there_to_write_to(client, url):
    is_problem(client.post(url, {}, content_type="application/json"), 404)


def test_an_address_without_its_slash_says_so(client):
    assert "slash" in is_problem(client.get("/api/v1/commands/pct-109/ideas"), 404)["detail"]


def test_a_nul_in_the_address(client):
    is_problem(client.get(IDEAS + "?q=a%00b"), 400)
    is_problem(client.get(IDEAS + "?%00=b"), 400)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_is_not_taken(client, method):
    response = getattr(client, method)(IDEAS)
    is_problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_a_type_that_is_not_taken(client, content_type):
    is_problem(post(client, b"body=something", content_type), 415)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"not json",
        b'{"body": NaN}',
        b'{"lat": Infinity}',
        b'{"lat": -1e999}',
        b'{"lat": ' + b"9" * 5000 + b"}",
        b'{"body": "\xff\xfe"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 50_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"\x00",
    ],
    ids=range(12),
)
def test_what_is_not_json(client, data):
    is_problem(post(client, data), 400)


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"1", b"null", b"true", b'[{"body": "a list of one"}]'])
def test_json_that_is_no_object(client, data):
    is_problem(post(client, data), 400)


@pytest.mark.parametrize(
    "body",
    ["a lone surrogate \\ud800 in the text", "a pair the wrong way \\udc00\\ud800", "a NUL \\u0000 in it"],
)
def test_letters_that_are_none(client, body):
    for field in ("body", "title", "place", "topic"):
        text = {"body": "A good text about a thing.", field: "PUT IT HERE"}
        data = json.dumps(text).replace("PUT IT HERE", body)
        assert is_problem(post(client, data.encode()), 400)["errors"][0]["pointer"] == f"#/{field}"


def test_a_body_that_is_far_too_large(client):
    is_problem(post(client, b'{"body": "' + b"x" * 3_000_000 + b'"}'), 413)


@pytest.mark.parametrize("charset", ["utf-16", "hex", "idna", "nonsense", "utf-7", "rot13"])
def test_a_charset_changes_nothing(rf, charset):
    """Asked of the web server's own class: the test client has Django's, which fails at "hex"."""
    environ = rf._base_environ(
        QUERY_STRING="q=%C3%A4", CONTENT_TYPE=f"application/json; charset={charset}; version=1"
    )
    request = Request(environ)
    assert request.GET["q"] == "ä"
    assert request.content_type == "application/json"
    assert request.content_params == {"version": "1"}


@pytest.mark.parametrize("accept", ["text/html", "image/png", "nonsense", "application/json;q=x"])
def test_an_answer_that_cannot_be_given(client, accept):
    response = client.get(IDEAS, headers={"Accept": accept})
    assert response.status_code in (200, 406)
    if response.status_code == 406:
        is_problem(response, 406)


def test_a_token_that_nobody_has(client, make_user):
    for header in ("Bearer nonsense", "Bearer", "Bearer é", "bearer \ud83d"):
        response = client.get(
            IDEAS, headers={"Authorization": header.encode("utf-8", "replace").decode("latin-1")}
        )
        is_problem(response, 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"
    user = make_user()
    _token, key = PersonalToken.issue(user, "a script")
    user.is_active = False
    user.save()
    is_problem(client.get(IDEAS, headers={"Authorization": f"Bearer {key}"}), 401)


def test_a_host_that_is_not_ours(client):
    is_problem(client.get(IDEAS, headers={"Host": "evil.example"}), 400)


def test_a_forged_cookie_is_nobodys(client):
    client.cookies["engage_participant"] = "12:forged"
    assert client.get(IDEAS).status_code == 200


def test_an_error_of_our_own_is_told_without_its_insides(pct_109, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("ideas.finding.board", broken)
    response = Client(raise_request_exception=False).get(IDEAS)
    body = is_problem(response, 500)
    assert "swordfish" not in json.dumps(body)
    assert int(response.headers["Content-Length"]) == len(response.content)


def test_pages_keep_their_own_errors(client):
    assert "text/html" in client.get("/nothing/here/").headers["Content-Type"]


HOSTILE = [
    None, True, 0, -1, 1.5, 2**63, 10**400, -1e308, "", " ", "x", "1", "\x00", "\ud800", "x" * 6000, "\u202e",
    [], [1], [[[]]], {}, {"a": 1}, "2026-02-30", "; drop table", "%s", "{}", "\\", "𝔘" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_makes_it_fail(make_user, pct_109, value):
    client = Client()
    client.force_login(make_user(role="commander", command=pct_109))
    idea = an_idea(pct_109)
    below = f"{IDEAS}{idea.pk}/"
    targets = {
        ("POST", IDEAS): ["title", "body", "topic", "place", "lat", "lon", "not_now"],
        ("PUT", f"{below}vote/"): ["value"],
        ("POST", f"{below}comments/"): ["body", "parent"],
        ("POST", f"{below}decisions/"): [
            "action", "rule", "reason", "answer", "announce", "version", "referred_to", "referred_url",
        ],
    }  # fmt: skip
    usual = {"body": "A good text about a thing.", "action": "act", "value": 1, "lat": 40.7, "lon": -73.9}
    for (method, url), fields in targets.items():
        for field in fields:
            data = json.dumps(usual | {field: value}).encode()
            response = client.generic(method, url, data, "application/json")
            assert response.status_code < 500, (url, field)
            if response.status_code >= 400:
                is_problem(response, response.status_code)
    for name in ("sort", "status", "topic", "q", "lat", "lon", "cursor", "limit"):
        text = value if isinstance(value, str) else json.dumps(value)
        response = client.get(IDEAS, {name: text.encode("utf-8", "replace").decode()})
        assert response.status_code < 500, name
