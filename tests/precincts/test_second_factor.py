"""Without a second factor a role gives nothing: no page, no API, no token."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from precincts import checks
from precincts.access import Permission, may, permissions_at
from precincts.models import PersonalToken, Role, User
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.precincts.factors import digits, give_app, give_recovery_codes, sign_in

pytestmark = pytest.mark.django_db
DESK = "/pct-109/desk/"
QUEUE = "/api/v1/commands/pct-109/queue/"
WHY = "/accounts/second-step/"
# allauth goes on with what it does once the transaction is through.
COMMITS = pytest.mark.django_db(transaction=True)
ADDRESS = "moderator@example.org"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def moderator(make_user, pct_109):
    return make_user(ADDRESS, role="moderator", command=pct_109)


def known_again(user):
    return User.objects.get(pk=user.pk)


# Without one


def test_no_role_gives_anything(make_user, pct_109, pct_110):
    for role in Role:
        at = pct_109 if role in ("commander", "moderator", "editor") else None
        user = make_user(f"{role}@example.org", role=role, command=at)
        for command in (pct_109, pct_110, None):
            assert permissions_at(user, command) == set()
        give_app(user)
        assert permissions_at(known_again(user), at)


def test_recovery_codes_alone_are_none(moderator, pct_109):
    give_recovery_codes(moderator)
    assert not may(moderator, Permission.SEE_DESK, pct_109)


@COMMITS
def test_the_desk_leads_to_setting_one_up_and_then_back(client, moderator, pct_109):
    waiting = a_waiting_idea(pct_109)
    item = f"{DESK}ideas/{waiting.pk}/?from=list"
    sign_in(client, ADDRESS)
    assert client.get(item).headers["Location"] == WHY
    page = client.get(WHY).content.decode()
    assert "second step" in page
    assert "Moderator, 109th Precinct" in page

    set_up(client)
    assert client.get("/accounts/2fa/").content.decode().count(f'href="{WHY}"')
    back = client.get(WHY)
    assert back.headers["Location"] == item
    assert client.get(item).status_code == 200
    assert client.get(WHY).headers["Location"] == "/accounts/2fa/"


def set_up(client):
    """An authenticator app, by the pages. Returns its secret and the answer."""
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    assert answer.status_code == 302, answer.content
    return secret, answer


def test_a_form_that_was_sent_leads_back_to_the_page_it_stood_on(client, moderator, pct_109):
    waiting = a_waiting_idea(pct_109)
    sign_in(client, ADDRESS)
    path = f"{DESK}ideas/{waiting.pk}/"
    client.post(
        f"{path}decisions/",
        {"action": "approve", "version": 1},
        headers={"Referer": "http://testserver" + path},
    )
    assert client.session["second_step_next"] == path
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
        client.post(f"{path}decisions/", {"action": "approve"}, headers={"Referer": elsewhere})
        assert client.session["second_step_next"] == ""


def test_headquarters_leads_there_too(client, make_user):
    make_user("a@example.org", role="reviewer")
    sign_in(client, "a@example.org")
    assert client.get("/headquarters/").headers["Location"] == WHY


def test_the_wrong_command_is_still_forbidden(client, moderator):
    sign_in(client, ADDRESS)
    assert client.get("/pct-110/desk/").status_code == 403
    assert client.get("/headquarters/").status_code == 403


def test_the_api_says_what_is_missing(client, moderator):
    client.force_login(moderator)
    problem = client.get(QUEUE).json()
    assert (problem["status"], problem["requires"]) == (403, "second_factor")
    assert "second step" in problem["detail"]
    key = PersonalToken.issue(moderator, "a script", list(Permission))[1]
    assert (
        Client().get(QUEUE, headers={"Authorization": f"Bearer {key}"}).json()["requires"] == "second_factor"
    )
    give_app(moderator)
    client.force_login(known_again(moderator))
    assert client.get(QUEUE).status_code == 200
    assert Client().get(QUEUE, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_what_a_neighbor_may_do_staff_may_without(client, moderator, pct_109):
    idea = an_idea(pct_109)
    sign_in(client, ADDRESS)
    assert client.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1}).status_code == 302
    assert client.get("/").status_code == 200


def test_a_neighbor_needs_none(client, make_user):
    make_user("neighbor@example.org")
    assert sign_in(client, "neighbor@example.org").headers["Location"] == "/"
    assert client.get(WHY).headers["Location"] == "/accounts/2fa/"


# Signing in with one


def test_a_password_alone_no_longer_signs_in(client, moderator):
    secret = give_app(moderator)
    assert sign_in(client, ADDRESS, next=DESK).headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get(DESK).headers["Location"].startswith("/accounts/login/")
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    right = client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert right.headers["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_digits_work_once(moderator):
    secret = give_app(moderator)
    code = digits(secret)
    for status in (302, 200):
        browser = Client()
        sign_in(browser, ADDRESS)
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == status


def test_a_recovery_code_works_once(moderator):
    give_app(moderator)
    code = give_recovery_codes(moderator)[3]
    for status in (302, 200):
        browser = Client()
        sign_in(browser, ADDRESS)
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == status


def test_guessing_comes_to_an_end(moderator):
    secret = give_app(moderator)
    browser = Client()
    sign_in(browser, ADDRESS)
    for _n in range(10):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    answer = browser.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()


def test_a_code_by_mail_asks_for_it_as_well(client, moderator):
    secret = give_app(moderator)
    client.post("/accounts/login/code/", {"email": ADDRESS})
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get(DESK).headers["Location"].startswith("/accounts/login/")
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert client.get(DESK).status_code == 200


@pytest.mark.parametrize("code", ["", " ", "x" * 100_000, "١٢٣٤٥٦", "12\x0034", "%ED%A0%80", "🙂", "é" * 6])
def test_no_code_breaks_it(client, moderator, code):
    give_app(moderator)
    sign_in(client, ADDRESS)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    other = Client()
    other.post("/accounts/login/code/", {"email": ADDRESS})
    assert other.post("/accounts/login/code/confirm/", {"code": code}).status_code == 200


CREDENTIALS = [
    "{}",
    "[]",
    "null",
    "7",
    "not JSON",
    "[" * 5_000,
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "é"}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "oWNmbXRkbm9uZQ"}}',
    json.dumps({"id": ["x"], "rawId": {}, "type": 7, "response": [1]}),
]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_credential_breaks_it(client, moderator, credential):
    secret = give_app(moderator)
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.headers["Location"] == "/accounts/login/"
    sign_in(client, ADDRESS)
    assert client.post("/accounts/2fa/authenticate/", {"credential": credential}).status_code == 200
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    for page in ("add", "reauthenticate"):
        path = f"/accounts/2fa/webauthn/{page}/"
        assert client.get(path).status_code in (200, 302)
        assert client.post(path, {"credential": credential, "name": "x"}).status_code in (200, 302)
    assert Authenticator.objects.count() == 1


def test_digits_of_another_script_are_digits(client, moderator):
    secret = give_app(moderator)
    sign_in(client, ADDRESS)
    code = digits(secret).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302


# Setting one up


@COMMITS
def test_recovery_codes_come_along(client, moderator):
    sign_in(client, ADDRESS)
    _secret, answer = set_up(client)
    page = client.get(answer.headers["Location"])
    assert len(re.findall(r"<code>\d{8}</code>", page.content.decode())) == 10
    assert "no-store" in page.headers["Cache-Control"]


@COMMITS
def test_sessions_of_a_password_alone_gain_nothing_by_it(client, moderator):
    """Somebody who guessed the password must not be at the desk once its owner sets up a second factor."""
    guessed = Client()
    sign_in(guessed, ADDRESS)
    sign_in(client, ADDRESS)
    assert guessed.get(DESK).headers["Location"] == WHY
    set_up(client)
    assert client.get(DESK).status_code == 200
    assert guessed.get(DESK).headers["Location"].startswith("/accounts/login/")


def test_a_token_made_with_a_password_alone_gains_nothing_by_it_either(client, moderator):
    sign_in(client, ADDRESS)
    page = client.get("/accounts/tokens/")
    assert "scopes" not in page.context["form"].fields
    assert f'href="{WHY}"' in page.content.decode()
    client.post("/accounts/tokens/", {"name": "For later", "scopes": ["see_desk"]})
    assert PersonalToken.objects.get().scopes == []
    give_app(moderator)
    client.force_login(known_again(moderator))
    page = client.get("/accounts/tokens/")
    assert "scopes" in page.context["form"].fields
    assert f'href="{WHY}"' not in page.content.decode()


@COMMITS
def test_its_owner_hears_of_it_without_an_address_of_the_network(client, moderator):
    sign_in(client, ADDRESS)
    set_up(client)
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert "Authenticator app activated" in message.body
    assert "127.0.0.1" not in message.body
    assert "Browser" not in message.body


@COMMITS
def test_it_is_set_up_though_no_mail_server_answers(client, moderator, settings):
    sign_in(client, ADDRESS)
    settings.EMAIL_BACKEND = "tests.precincts.test_inviting.Unreachable"
    set_up(client)
    assert client.get(DESK).status_code == 200


@COMMITS
def test_without_one_again_the_desk_is_closed(client, moderator):
    sign_in(client, ADDRESS)
    set_up(client)
    assert client.get(DESK).status_code == 200
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get(DESK).headers["Location"] == WHY


def test_somebody_who_signed_in_long_ago_is_asked_again_who_they_are(client, moderator):
    client.force_login(moderator)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_the_database_holds_no_secret(moderator, settings):
    secret = give_app(moderator)
    codes = give_recovery_codes(moderator)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)

    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *settings.TOKEN_KEYS]
    call_command("reseal_tokens")
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    browser = Client()
    sign_in(browser, ADDRESS)
    assert browser.post("/accounts/2fa/authenticate/", {"code": digits(secret)}).status_code == 302


def test_without_its_key_a_secret_stays_as_it_is(moderator, settings):
    give_app(moderator)
    before = list(Authenticator.objects.values("data"))
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=ADDRESS):
        call_command("reseal_tokens")
    assert list(Authenticator.objects.values("data")) == before


# Lost


def test_who_lost_everything_starts_again(client, moderator, capsys):
    secret = give_app(moderator)
    give_recovery_codes(moderator)
    sign_in(client, ADDRESS)
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    call_command("forget_second_factor", ADDRESS.upper())
    assert "gone" in capsys.readouterr().out
    assert client.get(DESK).headers["Location"].startswith("/accounts/login/")
    sign_in(client, ADDRESS)
    assert client.get(DESK).headers["Location"] == WHY


def test_nobody_of_that_name(db):
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("forget_second_factor", "nobody@example.org")


# Waived


def test_the_demonstration_waives_it_and_says_so(client, moderator, settings):
    settings.SECOND_FACTOR, settings.ENGAGE_DEMO = "waived", True
    assert "This demonstration waives it" in client.get("/accounts/login/").content.decode()
    sign_in(client, ADDRESS)
    assert client.get(DESK).status_code == 200
    assert "This demonstration waives it" in client.get("/accounts/2fa/").content.decode()
    assert client.get(WHY).headers["Location"] == "/accounts/2fa/"


def test_elsewhere_nothing_is_said_of_a_demonstration(client):
    assert "waives" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("second_factor", "demo", "warned"),
    [("required", False, 0), ("required", True, 0), ("waived", True, 0), ("waived", False, 1)],
)
def test_waiving_it_elsewhere_is_warned_of(second_factor, demo, warned):
    with override_settings(SECOND_FACTOR=second_factor, ENGAGE_DEMO=demo):
        found = checks.check_second_factor(None)
    assert [one.id for one in found] == ["people.W001"] * warned


def test_it_costs_one_query_a_request(client, moderator):
    give_app(moderator)
    client.force_login(moderator)
    with override_settings(SECOND_FACTOR="waived"):
        client.get(DESK)
        with CaptureQueriesContext(connection) as waived:
            client.get(DESK)
    with CaptureQueriesContext(connection) as asked:
        client.get(DESK)
    assert len(asked) == len(waived) + 1
