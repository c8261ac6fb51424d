"""A passkey, with a browser's own authenticator: set up, then signed in with, under our content policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, started
from tests.browser.test_axe import COLORS, EVERYTHING, violations
from tests.stack import Stack

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, PASSWORD = "moderator@example.org", "engage-tests"
DESK = "/pct-109/desk/"
# In the phone itself, with a finger that is always there.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A running Engage that wants a second factor."""
    stack = Stack(tmp_path_factory.mktemp("guarded"), ENGAGE_SECOND_FACTOR="required")
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture(autouse=True)
def moderator(settings, make_user, pct_109):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    return make_user(ADDRESS, role="moderator", command=pct_109)


@pytest.fixture
def browse(chromium, watch, guarded):
    """browse(): a page at an address with a name, which passkeys need."""
    contexts = []
    named = guarded.url.replace("127.0.0.1", "localhost")

    def browse(url=named, **options):
        context = chromium.new_context(reduced_motion="reduce", base_url=url, **(PHONE | options))
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield browse
    for context in contexts:
        context.close()
    guarded.check()


@pytest.fixture
def page(browse):
    return browse()


def has_authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def sign_in(page, path=DESK):
    page.goto(path)
    started(page)
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()


def set_up(page):
    page.get_by_role("link", name="Set up a passkey").click()
    started(page)
    page.get_by_label("Name").fill("Work phone")
    button(page, "Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page):
    started(page)
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/$"))


def test_set_up_then_signed_in_with(page):
    has_authenticator(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step before the desk")).to_be_visible()
    set_up(page)
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="Go on to where you were going").click()
    page.wait_for_url(f"**{DESK}")
    assert Authenticator.objects.filter(type="webauthn").count() == 1

    # By itself
    sign_out(page)
    page.goto(f"/accounts/login/?next={DESK}")
    started(page)
    button(page, "Sign in with a passkey").click()
    page.wait_for_url(f"**{DESK}")
    expect(page.get_by_role("navigation", name="Desk", exact=True)).to_be_visible()

    # After the password
    sign_out(page)
    sign_in(page)
    page.wait_for_url("**/authenticate/")
    started(page)
    button(page, "Use a passkey or security key").click()
    page.wait_for_url(f"**{DESK}")


def test_a_key_that_does_not_sign_in_by_itself_is_a_second_factor_all_the_same(page):
    has_authenticator(page)
    sign_in(page)
    page.get_by_role("link", name="Set up a passkey").click()
    started(page)
    page.get_by_label("Let it sign me in by itself").uncheck()
    button(page, "Set it up").click()
    page.get_by_role("link", name="Go on to where you were going").click()
    page.wait_for_url(f"**{DESK}")


def test_a_finger_that_is_not_known_opens_nothing(page):
    key = has_authenticator(page)
    sign_in(page)
    set_up(page)
    sign_out(page)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    has_authenticator(page)  # another phone
    page.goto("/accounts/login/")
    started(page)
    button(page, "Sign in with a passkey").click()
    expect(page.locator("[data-says]")).to_contain_text("That did not work")
    assert page.url.endswith("/accounts/login/")


def test_where_there_can_be_no_passkey_none_is_offered(browse, guarded):
    """An address that is a number has none; another way is offered."""
    page = browse(guarded.url)
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step before the desk")).to_be_visible()
    page.get_by_role("link", name="Set up a passkey").click()
    started(page)
    expect(page.get_by_text("keeps no passkeys at this address")).to_be_visible()
    page.goto("/accounts/logout/")
    button(page, "Sign Out").click()
    page.goto("/accounts/login/")
    started(page)
    expect(button(page, "Sign in")).to_be_visible()
    expect(button(page, "Sign in with a passkey")).to_be_hidden()


def test_without_scripts_the_app_is_the_way(browse):
    page = browse(java_script_enabled=False)
    page.goto(DESK)
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()
    expect(page.get_by_role("heading", name="One more step before the desk")).to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_label("Or type this secret into the app")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    button(page, "Set it up").click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()


def test_axe_finds_nothing_on_the_page_that_says_why(page):
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step before the desk")).to_be_visible()
    page.evaluate(Axe().axe_script)
    for size in (PHONE["viewport"], DESKTOP["viewport"]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        assert not violations(page, EVERYTHING)
        page.emulate_media(color_scheme="dark")
        assert not violations(page, COLORS)
