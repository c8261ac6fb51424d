"""Connecting an account in the browser: led to the network and back, or by a form; and what becomes of it."""

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from precincts.models import PersonalToken
from socialfeeds.models import Account
from socialfeeds.networks.base import Dead
from tests.socialfeeds.bluesky import a_name, app_password
from tests.socialfeeds.granting import a_connection
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = "/pct-109/desk/accounts/"


@pytest.fixture
def signed_in(make_user):
    def made(role, command=None, email="somebody@example.org"):
        client = Client()
        client.user = make_user(email, role=role, command=command)
        client.force_login(client.user)
        return client

    return made


@pytest.fixture
def commander(signed_in, pct_109):
    return signed_in("commander", pct_109)


def begin(client, granting, slug="pct-109"):
    """The page that leads to the network; the state that it carries."""
    response = client.get(f"/{slug}/desk/accounts/connect/facebook/")
    assert f'href="https://network.example/authorize?state={granting.asked[-1]["state"]}"' in text(response)
    return granting.asked[-1]["state"]


def come_back(client, **query):
    return client.get("/connect/facebook/back/", query, follow=True)


def text(response):
    return response.content.decode()


def accounts(command):
    with tenancy.enter(command):
        return list(Account.objects.order_by("pk"))


def test_led_to_the_network_and_back_a_person_says_which(commander, granting, pct_109, settings):
    granting.accounts = [a_connection(1), a_connection(2, name="The second")]
    state = begin(commander, granting)
    assert granting.asked[0]["redirect_to"] == f"{settings.BASE_URL}/connect/facebook/back/"

    response = come_back(commander, state=state, code="grant")
    assert granting.given == {
        "state": state,
        "code": "grant",
        "verifier": "v-1",
        "redirect_to": f"{settings.BASE_URL}/connect/facebook/back/",
    }
    url = response.redirect_chain[-1][0]
    assert "The second (Precinct page 2)" in text(response) and "secret" not in text(response)
    assert "secret" not in str(dict(commander.session))
    nothing = commander.post(url, {})
    assert nothing.status_code == 422 and accounts(pct_109) == []

    done = commander.post(url, {"account": "1"}, follow=True)
    assert "Precinct page 2 is connected" in text(done) and "secret" not in text(done)
    (account,) = accounts(pct_109)
    assert account.credentials == {"token": "secret-2"} and account.connected_by == commander.user
    assert b"secret" not in bytes(account.sealed_credentials)
    with tenancy.enter(pct_109):
        (event,) = apps.get_model("socialfeeds", "AccountEvent").objects.all()
    assert event.pgh_context["by"]["user"] == commander.user.pk
    # What was to choose from is gone.
    assert commander.post(url, {"account": "0"}).status_code == 422


def test_a_state_counts_once_in_its_session_and_not_for_ever(
    commander, granting, signed_in, pct_109, pct_110
):
    state = begin(commander, granting)
    stranger = signed_in("commander", pct_110, "elsewhere@example.org")
    assert come_back(stranger, state=state, code="grant").status_code == 422
    assert come_back(commander, state="another", code="grant").status_code == 422
    assert come_back(Client(), state=state, code="grant").redirect_chain[0][0].startswith("/accounts/login/")
    assert come_back(commander, state=state, code="grant").status_code == 200
    assert come_back(commander, state=state, code="grant").status_code == 422

    state = begin(commander, granting)
    session = commander.session
    known = session["connecting_started"]
    known[state]["at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    session["connecting_started"] = known
    session.save()
    over = come_back(commander, state=state, code="grant")
    assert over.status_code == 422 and "Begin again" in text(over)
    # Whose role was taken away meanwhile does not come back with a grant.
    state = begin(commander, granting)
    commander.user.memberships.all().delete()
    assert come_back(commander, state=state, code="grant").status_code == 403


def test_a_denial_and_a_network_that_cannot_are_told_in_words(commander, granting, pct_109):
    state = begin(commander, granting)
    denied = come_back(commander, state=state, error="access_denied")
    assert "did not grant the account" in text(denied) and denied.status_code == 200
    state = begin(commander, granting)
    granting.accounts = Dead("The code is used up.")
    assert "The code is used up." in text(come_back(commander, state=state, code="grant"))
    granting.cannot = "The operator has to register the app first."
    response = commander.get(f"{ACCOUNTS}connect/facebook/")
    assert response.status_code == 422 and granting.cannot in text(response)
    assert commander.get(f"{ACCOUNTS}connect/friendster/").status_code == 404
    assert accounts(pct_109) == []


def test_an_account_speaks_for_one_command_until_it_is_given_up(
    commander, granting, signed_in, pct_109, pct_110
):
    headquarters = signed_in("administrator", email="administrator@example.org")
    for client, slug in ((commander, "pct-109"), (headquarters, "pct-110")):
        response = come_back(client, state=begin(client, granting, slug), code="grant")
        last = client.post(response.redirect_chain[-1][0], {"account": "0"}, follow=True)
    assert last.status_code == 422 and "another command already" in text(last)
    assert "109" not in text(last).split("<main")[1].split("</form>")[0]
    assert accounts(pct_110) == []

    (account,) = accounts(pct_109)
    gone = commander.post(f"{ACCOUNTS}{account.pk}/disconnect/", follow=True)
    assert "keys are forgotten" in text(gone)
    (account,) = accounts(pct_109)
    assert account.credentials == {} and account.status == "dead" and account.disconnected_at
    assert "Disconnected by somebody@example.org" in text(commander.get(ACCOUNTS))
    last = headquarters.post(response.redirect_chain[-1][0], {"account": "0"}, follow=True)
    assert "is connected" in text(last) and len(accounts(pct_110)) == 1


def test_the_same_account_lives_again_with_what_was_due(outbox, pct_109):
    delivery = outbox.say("Kept meanwhile.")
    with tenancy.enter(pct_109):
        Account.objects.all().die("The token is refused.")
    outbox.work()
    assert outbox.x.posts("demo_pct109") == []
    before = outbox.account_id
    assert outbox.connect().pk == before
    (account,) = accounts(pct_109)
    assert (account.status, account.trouble, account.troubled_at) == ("active", "", None)
    outbox.work(delivery)
    assert [post["text"] for post in outbox.x.posts("demo_pct109")] == ["Kept meanwhile."]


def test_bluesky_asks_for_an_app_password_and_keeps_it_nowhere(commander, bluesky, pct_109, settings, caplog):
    settings.BLUESKY_URL = bluesky.url
    name = a_name("desk")
    bluesky.account(name)
    url, said = f"{ACCOUNTS}connect/bluesky/", {"handle": f"{name}.test", "password": "wrong-one"}
    with caplog.at_level(logging.DEBUG):
        wrong = commander.post(url, said)
        assert wrong.status_code == 422 and "does not know this handle" in text(wrong)
        assert f"{name}.test" in text(wrong) and "wrong-one" not in text(wrong)
        elsewhere = commander.post(url, said | {"server": "http://169.254.169.254"})
        assert elsewhere.status_code == 422
        said["password"] = app_password(bluesky, name)
        done = commander.post(url, said, follow=True)
    assert f"@{name}.test is connected" in text(done)
    (account,) = accounts(pct_109)
    assert account.external_id == bluesky.account(name)["did"] and account.token_expires_at
    told = text(done) + text(commander.get("/api/v1/commands/pct-109/accounts/")) + caplog.text
    for secret in (said["password"], *account.credentials.values()):
        assert secret not in told


def test_it_rests_goes_on_and_is_given_up_by_page_and_by_api(commander, signed_in, pct_109):
    with tenancy.enter(pct_109):
        account = an_account()
    pause, url = f"{ACCOUNTS}{account.pk}/pause/", f"/api/v1/commands/pct-109/accounts/{account.pk}/"
    assert "What is due on it waits" in text(commander.post(pause, follow=True))
    assert "Somebody else was first" in text(commander.post(pause, follow=True))
    listed = commander.get("/api/v1/commands/pct-109/accounts/").json()["results"]
    assert [(one["status"], one["trouble"]) for one in listed] == [
        ("paused", "Paused by somebody@example.org.")
    ]
    commander.post(pause, {"go_on": "1"})
    assert commander.get(url).json()["status"] == "active"

    token = PersonalToken.issue(commander.user, "A script", scopes=["see_desk"])[1]
    headers = {"authorization": f"Bearer {token}"}
    assert Client(headers=headers).get(url).status_code == 200
    refused = Client(headers=headers).patch(url, {"paused": True}, content_type="application/json")
    assert refused.status_code == 403 and refused.json()["requires"] == "scope"
    both = PersonalToken.issue(commander.user, "Another", scopes=["see_desk", "connect"])[1]
    machine = Client(headers={"authorization": f"Bearer {both}"})
    wrong = machine.patch(url, {"paused": "perhaps"}, content_type="application/json")
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["pointer"] == "#/paused"
    paused = machine.patch(url, {"paused": True}, content_type="application/json").json()
    assert paused["status"] == "paused" and "credentials" not in str(paused)
    assert machine.delete(url).status_code == 204
    assert machine.patch(url, {"paused": False}, content_type="application/json").status_code == 409
    assert commander.get(url).json()["disconnected_at"]


def test_a_longer_list_takes_no_more_queries(commander, pct_109):
    counts = []
    for round_ in range(2):
        with tenancy.enter(pct_109):
            for number in range(3):
                an_account(f"round{round_}_{number}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert commander.get(ACCOUNTS).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
