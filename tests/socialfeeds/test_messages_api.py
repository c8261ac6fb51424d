"""Messages for machines: a draft, what keeps it, approval, release; and what cannot be taken."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from precincts.models import PersonalToken
from socialfeeds.models import Account
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk

pytestmark = pytest.mark.django_db
URL = "/api/v1/commands/pct-109/messages/"
TEXT = "The lamp at Main St is fixed."


@pytest.fixture
def desk(pct_109, monkeypatch):
    writing.use_stand_in(monkeypatch)
    with tenancy.enter(pct_109):
        an_account()
    return Desk(pct_109)


def send(client, method, url, body=None, **headers):
    data = body if isinstance(body, str) else json.dumps(body)
    return client.generic(method, url, data, content_type="application/json", headers=headers)


def account_of(desk):
    with tenancy.enter(desk.command):
        return Account.objects.get().pk


def written(desk, **fields):
    made = send(desk.editor, "POST", URL, {"text": TEXT, "accounts": [account_of(desk)], **fields})
    assert made.status_code == 201, made.content
    return made.json()


def errors_of(response):
    assert response["Content-Type"] == "application/problem+json"
    return {one["pointer"]: one["detail"] for one in response.json()["errors"]}


def test_a_message_is_written_changed_approved_and_released(desk):
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    message = written(desk, scheduled_at=tomorrow)
    assert (message["status"], message["deliveries"][0]["state"]) == ("draft", "held")
    at = f"{URL}{message['id']}/"
    changed = send(desk.editor, "PATCH", at, {"text": "It is lit.", "version": message["version"]}).json()
    assert (changed["text"], changed["scheduled_at"][:10]) == ("It is lit.", tomorrow[:10])
    sent = send(desk.editor, "POST", f"{at}decisions/", {"action": "submit"}).json()
    assert (sent["status"], sent["waits_for"]) == ("submitted", "command")
    own = send(desk.editor, "POST", f"{at}decisions/", {"action": "approve"})
    assert own.status_code == 403  # an editor approves nothing
    done = send(desk.commander, "POST", f"{at}decisions/", {"action": "approve"}).json()
    assert (done["status"], done["approved_by"]) == ("released", "commander@example.org")
    assert [delivery["text"] for delivery in done["deliveries"]] == ["It is lit."]
    assert [step["did"] for step in done["steps"]] == ["submitted", "approved"]
    assert [one["id"] for one in desk.editor.get(f"{URL}?status=released").json()["results"]] == [done["id"]]
    back = send(desk.editor, "POST", f"{at}decisions/", {"action": "take_back"}).json()
    assert back["status"] == "draft"


def test_who_was_overtaken_is_told_so(desk):
    message = written(desk)
    at = f"{URL}{message['id']}/"
    send(desk.commander, "PATCH", at, {"text": "Two.", "version": message["version"]})
    late = send(desk.editor, "PATCH", at, {"text": "Three.", "version": message["version"]})
    assert late.status_code == 409
    assert late.json()["version"] == message["version"] + 1
    assert desk.editor.get(at).json()["text"] == "Two."
    assert send(desk.editor, "POST", f"{at}decisions/", {"action": "approve"}).status_code == 403
    assert send(desk.commander, "POST", f"{at}decisions/", {"action": "return"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "a" * 5001}, "#/text"),
        ('{"text": "half \\ud83d of a sign"}', None),
        ({"text": "a\ufffeb"}, "#/text"),
        ({"text": TEXT, "accounts": [10**12]}, "#/accounts"),
        ({"text": TEXT, "variants": {"myspace": "Hello"}}, "#/variants"),
        ({"text": TEXT, "scheduled_at": "2026-03-08T02:30"}, "#/scheduled_at"),
        ({"text": TEXT, "link": "javascript:alert(1)"}, "#/link"),
    ],
)
def test_what_cannot_be_taken_is_a_problem_beside_its_field(desk, body, pointer):
    response = send(desk.editor, "POST", URL, body)
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    if pointer:
        assert any(one.startswith(pointer) for one in errors_of(response))
    assert desk.count() == 0


def test_what_keeps_it_is_said_at_once_and_the_draft_is_still_there(desk):
    past = (timezone.now() - timedelta(hours=1)).isoformat()
    message = written(desk, text="A suspect was seen.", scheduled_at=past)
    with tenancy.enter(desk.command):
        Account.objects.all().die("The token is refused.")
    at = f"{URL}{message['id']}/"
    response = send(desk.editor, "POST", f"{at}decisions/", {"action": "release"})
    assert response.status_code == 400
    assert set(errors_of(response)) >= {"#/text", "#/accounts"}
    assert desk.editor.get(at).json()["status"] == "draft"


def test_a_token_does_no_more_than_its_scopes(desk, client):
    message = written(desk)
    _row, key = PersonalToken.issue(desk.person("editor"), "A script", scopes=["see_desk"])
    with_key = {"Authorization": f"Bearer {key}"}
    assert client.get(URL, headers=with_key).status_code == 200
    at = f"{URL}{message['id']}/decisions/"
    assert send(client, "POST", at, {"action": "release"}, **with_key).status_code == 403
    assert send(client, "POST", URL, {"text": TEXT}, **with_key).status_code == 403


def test_a_page_costs_the_same_however_many_there_are(desk):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            page = desk.editor.get(URL).json()
        return len(queries), page

    desk.draft("Number 0")
    cost()
    few, _page = cost()
    for number in range(1, 60):
        desk.draft(f"Number {number}")
    many, first = cost()
    assert many <= few
    assert len(first["results"]) == 50
    rest = desk.editor.get(first["next"]).json()
    assert [one["text"] for one in rest["results"]] == [f"Number {number}" for number in range(9, -1, -1)]
    assert rest["next"] is None
