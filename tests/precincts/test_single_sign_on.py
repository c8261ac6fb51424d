"""Single sign-on: off unless set; a provider opens an account, and never gives a role."""

import re

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import NoReverseMatch, reverse

from engage import sso
from precincts import inviting, second_factor
from precincts.access import Permission
from precincts.models import Invitation, Membership, PersonalToken, User
from tests.precincts.factors import give_app, sign_in
from tests.precincts.identity import Surfer, department, running_department

__all__ = ["department", "running_department"]

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "moderator@police.example"
DESK = "/pct-109/desk/"
PROVIDERS = ["oidc", "saml"]


@pytest.fixture(autouse=True)
def _hashes(settings):
    # The web server knows the real hashes alone.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def come(department, request):
    """come("uid-1", email=ADDRESS): somebody signs in by the provider of this test."""

    def come(uid, surfer=None, *, email=ADDRESS, verified=True, **more):
        if request.param == "oidc":
            return department.by_oidc(uid, surfer, email=email, email_verified=verified, **more)
        return department.by_saml(uid, surfer, email=email, **more)

    return come


both = pytest.mark.parametrize("come", PROVIDERS, indirect=True)
by_oidc = pytest.mark.parametrize("come", ["oidc"], indirect=True)
by_saml = pytest.mark.parametrize("come", ["saml"], indirect=True)


def path(page):
    return page.url.partition("//")[2].partition("/")[2].partition("?")[0]


def whose(surfer):
    """The address of whoever is signed in there, or nothing."""
    found = re.search(r'<p class="menu__who hint">\s*([^<\s]+)', surfer.get("/").text)
    return found and found[1]


# Off


def test_where_nothing_is_set_there_is_no_button_and_no_address(client):
    assert "Sign in with" not in client.get("/accounts/login/").content.decode().replace("with a passkey", "")
    for address in ("oidc/staff/login/", "oidc/staff/login/callback/", "saml/staff/acs/", "3rdparty/"):
        assert client.get(f"/accounts/{address}").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("socialaccount_connections")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"ENGAGE_OIDC_ISSUER": "https://id.example"}, "ENGAGE_OIDC_CLIENT_ID"),
        ({"ENGAGE_OIDC_ISSUER": "https://id.example", "ENGAGE_OIDC_CLIENT_ID": "x"}, "CLIENT_SECRET"),
        ({"ENGAGE_SAML_ENTITY_ID": "https://id.example"}, "ENGAGE_SAML_SSO_URL"),
        ({"ENGAGE_SAML_ENTITY_ID": "x", "ENGAGE_SAML_SSO_URL": "x"}, "ENGAGE_SAML_CERTIFICATE"),
        (
            {"ENGAGE_SAML_ENTITY_ID": "x", "ENGAGE_SAML_SSO_URL": "x", "ENGAGE_SAML_CERTIFICATE": "no.pem"},
            "ENGAGE_SAML_CERTIFICATE",
        ),
    ],
)
def test_half_a_setting_is_refused_by_name(given, missing, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=missing):
        sso.providers(lambda name: given.get(name, ""), tmp_path)


def test_metadata_by_its_address_needs_no_certificate(tmp_path):
    given = {"ENGAGE_SAML_ENTITY_ID": "x", "ENGAGE_SAML_METADATA_URL": "https://id.example/metadata"}
    (app,) = sso.providers(lambda name: given.get(name, ""), tmp_path)["saml"]["APPS"]
    assert app["settings"]["idp"] == {"entity_id": "x", "metadata_url": "https://id.example/metadata"}


# Whose account


@both
def test_who_works_here_signs_in_and_is_at_the_desk(come, make_user, pct_109):
    user = make_user(ADDRESS, role="moderator", command=pct_109)
    _surfer, page = come("uid-1")
    assert (page.status_code, path(page)) == (200, "pct-109/desk/")
    account = SocialAccount.objects.get()
    assert (account.user, account.uid) == (user, "uid-1")
    assert User.objects.count() == 1
    # Next time by the name at the provider, whatever the address.
    _surfer, page = come("uid-1", email="renamed@police.example")
    assert path(page) == "pct-109/desk/"
    assert SocialAccount.objects.count() == 1


@both
def test_a_stranger_gets_an_account_and_no_role(come):
    surfer, page = come("uid-2", email="stranger@police.example")
    assert page.status_code == 403
    assert whose(surfer) == "stranger@police.example"
    assert not Membership.objects.exists()
    address = EmailAddress.objects.get()
    assert (address.email, address.verified) == ("stranger@police.example", True)


@both
def test_another_domains_address_opens_no_account(come, make_user, pct_109):
    make_user("boss@elsewhere.example", role="commander", command=pct_109)
    surfer, _page = come("uid-3", email="boss@elsewhere.example")
    assert whose(surfer) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("lookalike", ["boss@police.example.evil.example", "boss@notpolice.example"])
@both
def test_a_domain_that_only_looks_like_it(come, make_user, lookalike):
    make_user(lookalike)
    surfer, _page = come("uid-3", email=lookalike)
    assert whose(surfer) is None


@by_oidc
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(come, make_user):
    make_user(ADDRESS)
    surfer, _page = come("uid-4", verified=False)
    assert whose(surfer) is None
    assert not SocialAccount.objects.exists()


@both
def test_an_address_that_was_given_to_somebody_else_opens_nothing(come, make_user, pct_109):
    """The first has left; the second, of the same name, gets their address. Not their desk."""
    make_user(ADDRESS, role="commander", command=pct_109)
    come("the-first")
    surfer, _page = come("the-second")
    assert whose(surfer) is None
    assert SocialAccount.objects.get().uid == "the-first"


@both
def test_who_began_an_account_with_anothers_address_is_locked_out_of_it(come):
    squatter = User.objects.create_user(ADDRESS, "engage-tests")
    EmailAddress.objects.create(user=squatter, email=ADDRESS, verified=False, primary=True)
    come("uid-5")
    squatter.refresh_from_db()
    assert not squatter.check_password("engage-tests")


@both
def test_a_role_that_is_gone_is_gone(come, make_user, pct_109):
    make_user(ADDRESS, role="moderator", command=pct_109)
    come("uid-1")
    Membership.objects.all().delete()
    _surfer, page = come("uid-1")
    assert page.status_code == 403


@both
def test_a_closed_account_stays_closed(come, make_user):
    user = make_user(ADDRESS)
    User.objects.filter(pk=user.pk).update(is_active=False)
    surfer, page = come("uid-1")
    assert whose(surfer) is None
    assert page.status_code == 200


@both
def test_an_invitation_is_accepted_by_single_sign_on(come, make_user, pct_109):
    boss = make_user("commander@police.example", role="commander", command=pct_109)
    Invitation.objects.create(
        email=ADDRESS, role="editor", command=pct_109, digest=inviting.digest_of("the-key"), invited_by=boss
    )
    surfer, page = come("uid-1", path="/invitations/the-key/")
    assert path(page) == "invitations/the-key/"
    assert not Membership.objects.filter(user__email=ADDRESS).exists()
    page = surfer.press(page, "Accept")
    assert (page.status_code, path(page)) == (200, "pct-109/desk/")
    assert Membership.objects.get(user__email=ADDRESS).granted_by == boss


def test_an_account_of_another_address_connects_it_and_takes_it_away_again(department, make_user):
    make_user("private@elsewhere.example", password="engage-tests")
    surfer = Surfer(department.stack.url)
    page = surfer.get("/accounts/login/")
    surfer.press(page, "Sign in", login="private@elsewhere.example", password="engage-tests")
    department.oidc.knows("uid-7", email=ADDRESS, email_verified=True)
    there = surfer.press(surfer.get("/accounts/3rdparty/"), "Department")
    page = surfer.press(there, "Authorize", sub="uid-7")
    assert path(page) == "accounts/3rdparty/"
    account = SocialAccount.objects.get()
    assert account.user.email == "private@elsewhere.example"
    assert EmailAddress.objects.filter(email=ADDRESS).count() == 0
    surfer.press(page, "Remove", account=account.pk)
    assert not SocialAccount.objects.exists()


# The second factor


@both
def test_the_providers_counts_where_settings_say_so_and_a_password_is_still_half(come, make_user, pct_109):
    user = make_user(ADDRESS, role="moderator", command=pct_109)
    _surfer, page = come("uid-1")
    assert path(page) == "pct-109/desk/"
    surfer = Surfer(page.url)
    page = surfer.press(
        surfer.get(f"/accounts/login/?next={DESK}"), "Sign in", login=ADDRESS, password="engage-tests"
    )
    assert path(page) == "accounts/second-step/"
    give_app(user)
    _surfer, page = come("uid-1")
    assert path(page) == "pct-109/desk/"


def records(client, *found):
    session = client.session
    session["account_authentication_methods"] = list(found)
    session.save()


@pytest.fixture
def member(make_user, pct_109, settings):
    settings.SECOND_FACTOR = "required"
    user = make_user(ADDRESS, role="moderator", command=pct_109)
    SocialAccount.objects.create(user=user, provider="staff", uid="uid-1")
    return user


OWN = {"method": "socialaccount", "provider": "staff", "uid": "uid-1", "at": 1}


@pytest.mark.parametrize(
    ("setting", "how", "opens"),
    [
        ("provider", OWN, True),
        ("engage", OWN, False),
        ("provider", OWN | {"uid": "uid-2"}, False),
        ("provider", OWN | {"provider": "saml"}, False),
        ("provider", {"method": "password", "at": 1}, False),
    ],
)
def test_what_counts_is_how_this_very_person_signed_in(client, member, settings, setting, how, opens):
    settings.SSO_SECOND_FACTOR = setting
    client.force_login(member)
    records(client, {"method": "password", "at": 1}, how)
    assert client.get(DESK).status_code == (200 if opens else 302)
    queue = "/api/v1/commands/pct-109/queue/"
    assert client.get(queue).status_code == (200 if opens else 403)


@pytest.mark.parametrize(("setting", "status"), [("provider", 200), ("engage", 403)])
def test_a_token_of_somebody_who_signs_in_there(member, settings, setting, status):
    settings.SSO_SECOND_FACTOR = setting
    key = PersonalToken.issue(member, "a script", list(Permission))[1]
    queue = "/api/v1/commands/pct-109/queue/"
    assert Client().get(queue, headers={"Authorization": f"Bearer {key}"}).status_code == status
    SocialAccount.objects.all().delete()
    assert Client().get(queue, headers={"Authorization": f"Bearer {key}"}).status_code == 403


@pytest.mark.parametrize("method", ["passkey", "provider"])
def test_what_somebody_else_proved_in_this_browser_does_not_count(
    client, member, make_user, settings, method
):
    """Their own passkey, or their own account at the provider; and then a password that they guessed."""
    settings.SSO_SECOND_FACTOR = "provider"
    give_app(member)
    guesser = make_user("guesser@police.example")
    SocialAccount.objects.create(user=guesser, provider="staff", uid="uid-9")
    passkey = Authenticator.objects.create(
        user=guesser, type="webauthn", data={"name": "x", "credential": {}}
    )
    client.get("/accounts/login/")
    proved = {
        "passkey": {"method": "mfa", "type": "webauthn", "passwordless": True, "id": passkey.pk, "at": 1},
        "provider": {"method": "socialaccount", "provider": "staff", "uid": "uid-9", "at": 1},
    }
    records(client, proved[method])
    assert sign_in(client, ADDRESS).headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get(DESK).headers["Location"].startswith("/accounts/login/")
    left = client.session["account_authentication_methods"]
    assert [record["method"] for record in left] == ["password"]


def test_nobody_is_remembered_without_a_request(member):
    assert not second_factor.has(member)


# What goes wrong


def test_who_says_no_at_the_provider_is_told_so(department):
    surfer = Surfer(department.stack.url)
    there = surfer.press(surfer.get("/accounts/login/"), "Sign in with Department")
    page = surfer.press(there, "Deny")
    assert "did not work" in page.text
    assert whose(surfer) is None


def test_a_callback_that_nobody_asked_for_opens_nothing(department):
    surfer = Surfer(department.stack.url)
    for query in ("", "?code=x&state=y", "?error=access_denied", "?code=%00&state=%F0%9F%99%82"):
        page = surfer.get(f"/accounts/oidc/staff/login/callback/{query}")
        assert page.status_code in (200, 400, 401, 403)
    assert surfer.get("/accounts/oidc/another/login/").status_code == 404
    assert whose(surfer) is None
    department.stack.expect_trouble()


def test_looking_signs_nobody_in(department):
    """A picture on another site that points there must not start anything."""
    surfer = Surfer(department.stack.url)
    for address in ("oidc/staff/login/", "saml/staff/login/"):
        page = surfer.get(f"/accounts/{address}")
        assert page.url.startswith(department.stack.url)
        assert "Continue" in page.text
        bare = requests.post(f"{department.stack.url}/accounts/{address}", timeout=20)
        assert bare.status_code == 403


def test_a_provider_that_is_away_breaks_nothing(department):
    department.oidc.stop()
    surfer = Surfer(department.stack.url)
    page = surfer.press(surfer.get("/accounts/login/"), "Sign in with Department")
    department.oidc.start()
    assert page.status_code in (200, 503)
    assert "Internal" not in page.text
    department.stack.expect_trouble()


SPOILS = {
    "another address": lambda xml: xml.replace(b"moderator@", b"commander@"),
    "another name": lambda xml: xml.replace(b">uid-1<", b">uid-2<"),
    "another audience": lambda xml: xml.replace(b"/metadata/</saml:Audience>", b"/x/</saml:Audience>"),
    "no signature": lambda xml: re.sub(rb"<ds:Signature.*</ds:Signature>", b"", xml, flags=re.DOTALL),
    "no XML": lambda _xml: b"\x00\xff not XML",
    "nothing": lambda _xml: b"",
    "a bomb": lambda _xml: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
}


@pytest.mark.parametrize("spoil", SPOILS)
@by_saml
def test_a_spoiled_assertion_opens_nothing(come, department, make_user, spoil):
    make_user(ADDRESS)
    make_user("commander@police.example")
    department.saml.spoil = SPOILS[spoil]
    surfer, page = come("uid-1")
    assert page.status_code in (401, 403)
    assert whose(surfer) is None
    assert not SocialAccount.objects.exists()
    department.stack.expect_trouble()


@by_saml
def test_a_comment_cuts_no_address_short(come, department, make_user):
    """Comments are no part of what is signed: what stands after one must not be dropped."""
    make_user(ADDRESS)
    department.saml.spoil = lambda xml: xml.replace(b".evil.example", b"<!-- -->.evil.example")
    surfer, _page = come("uid-1", email=f"{ADDRESS}.evil.example")
    assert whose(surfer) != ADDRESS
    assert not SocialAccount.objects.filter(user__email=ADDRESS).exists()


@by_saml
def test_an_assertion_works_once_and_in_the_browser_that_asked(come, department, make_user):
    make_user(ADDRESS)
    kept = []
    department.saml.spoil = lambda xml: kept.append(xml) or xml
    come("uid-1")
    department.saml.spoil = lambda _xml: kept[0]
    surfer, _page = come("uid-1")
    assert whose(surfer) is None
    department.stack.expect_trouble()


@by_saml
def test_one_that_answers_no_question_of_ours_opens_nothing(come, department, make_user):
    make_user(ADDRESS)
    acs = f"{department.stack.url}/accounts/saml/staff/acs/"
    department.saml.person = {"uid": "uid-1", "email": ADDRESS}
    department.saml.spoil = lambda _xml: department.saml.response(None, acs)
    surfer, _page = come("uid-1")
    assert whose(surfer) is None
    department.stack.expect_trouble()


def test_the_metadata_is_there_for_the_provider(department):
    page = Surfer(department.stack.url).get("/accounts/saml/staff/metadata/")
    assert page.status_code == 200
    assert "/accounts/saml/staff/acs/" in page.text
