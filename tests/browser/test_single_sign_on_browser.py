"""Single sign-on in a browser: our content policy lets it go to the provider and back, and nothing more."""

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, started
from tests.browser.test_axe import COLORS, EVERYTHING, violations
from tests.precincts.identity import department, running_department

__all__ = ["department", "running_department"]

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "moderator@police.example"


@pytest.fixture
def open_at(chromium, watch, department):
    contexts = []

    def open_at(path, **options):
        context = chromium.new_context(
            reduced_motion="reduce", base_url=department.stack.url, **(PHONE | options)
        )
        watch.over(context)
        # The mock's own pages want a style sheet from far away.
        context.route(
            "https://cdn.jsdelivr.net/**", lambda route: route.fulfill(content_type="text/css", body="")
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture
def moderator(make_user, pct_109):
    return make_user(ADDRESS, role="moderator", command=pct_109)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_by_openid_connect_to_the_desk(open_at, department, moderator, scripts):
    department.oidc.knows("uid-1", email=ADDRESS, email_verified=True)
    page = open_at("/accounts/login/?next=/pct-109/desk/", java_script_enabled=scripts)
    page.get_by_role("button", name="Sign in with Department").click()
    page.wait_for_url(f"{department.oidc.url}/**")
    page.get_by_placeholder("sub").fill("uid-1")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{department.stack.url}/pct-109/desk/")
    expect(page.get_by_role("navigation", name="Desk", exact=True)).to_be_visible()


def test_by_saml_to_the_desk(open_at, department, moderator):
    department.saml.person = {"uid": "uid-1", "email": ADDRESS}
    page = open_at("/accounts/login/?next=/pct-109/desk/")
    page.get_by_role("button", name="Sign in with City Hall").click()
    page.get_by_role("button", name="Go back").click()
    page.wait_for_url(f"{department.stack.url}/pct-109/desk/")


def test_our_policy_names_no_other_site(department):
    for path in ("/accounts/login/", "/accounts/oidc/staff/login/"):
        policy = requests.get(department.stack.url + path, timeout=20).headers["Content-Security-Policy"]
        assert "form-action 'self';" in policy + ";"
        assert "http" not in policy.replace("http-equiv", "")


PAGES = {
    "the ways in": "/accounts/login/",
    "one of them": "/accounts/oidc/staff/login/",
    "it did not work": "/accounts/oidc/staff/login/callback/",
    "cancelled": "/accounts/3rdparty/login/cancelled/",
}


@pytest.mark.parametrize("state", PAGES)
def test_axe_finds_nothing(open_at, department, watch, state):
    watch.allow("status of 401")
    page = open_at(PAGES[state])
    look_at(page)


def test_axe_finds_nothing_on_what_is_connected(open_at, department, moderator):
    department.saml.person = {"uid": "uid-1", "email": ADDRESS}
    page = open_at("/accounts/login/?next=/accounts/3rdparty/")
    page.get_by_role("button", name="Sign in with City Hall").click()
    page.get_by_role("button", name="Go back").click()
    page.wait_for_url(f"{department.stack.url}/accounts/3rdparty/")
    look_at(page)


def look_at(page):
    started(page)
    page.evaluate(Axe().axe_script)
    for size in (PHONE["viewport"], DESKTOP["viewport"]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        assert not violations(page, EVERYTHING)
        page.emulate_media(color_scheme="dark")
        assert not violations(page, COLORS)
