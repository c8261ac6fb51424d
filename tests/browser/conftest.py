"""Chromium, driven as a neighbor would use it; and a watch on what it complains about.

def test_something(phone, stack):
    phone.goto(f"{stack.url}/")          # a page of a phone's size, with a fresh profile
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests.conftest import empty_database
from tests.stack import running_stack, stack, worker

__all__ = ["running_stack", "stack", "worker"]

CHROMIUM = os.environ.get("ENGAGE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PATIENCE_MS = 10_000


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the web server said, and where its pages stood."""
    report = yield
    if report.failed:
        if running := item.funcargs.get("stack"):
            report.sections.append(("web server", running.told()[-6000:]))
        if pages := item.funcargs.get("open_page"):
            report.sections.append(("pages", "\n".join(_picture(item, page) for page in pages.opened)))
    return report


def _picture(item, page):
    folder = Path(os.environ["ENGAGE_HOME"]) / "pictures"
    path = folder / (re.sub(r"\W+", "_", item.name)[:80] + f"_{id(page)}.png")
    try:
        page.screenshot(path=path)
    except Exception as error:  # the picture is a help, not the failure
        return f"{page.url}: no picture, {error}"
    return f"{page.url}: {path}"


@pytest.fixture(scope="package")
def chromium():
    """One browser for these tests. It is gone before others run: its event loop would trouble Django."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    patch = pytest.MonkeyPatch()
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside one.
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    patch.undo()


class Watch:
    """What a browser complained about: errors of scripts, refused content, requests that came to nothing."""

    def __init__(self):
        self.complaints = []
        self.allowed = []

    def allow(self, pattern):
        """This test provokes complaints like this one."""
        self.allowed.append(re.compile(pattern))

    def over(self, context):
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.page and message.page.url})")

    def _failed(self, request):
        # What a page no longer wants when one leaves it is aborted: that is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request: {request.method} {request.url} {request.failure}")

    def check(self):
        left = [c for c in self.complaints if not any(pattern.search(c) for pattern in self.allowed)]
        assert not left, "\n".join(left)


@pytest.fixture
def watch():
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def open_page(chromium, watch, stack):
    """open_page(color_scheme="dark", **PHONE): a page with a fresh profile."""

    def open_page(**options):
        context = chromium.new_context(reduced_motion="reduce", base_url=stack.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        contexts.append(context)
        page = context.new_page()
        open_page.opened.append(page)
        return page

    contexts = []
    open_page.opened = []
    yield open_page
    for context in contexts:
        context.close()


def started(page):
    """Once the page's scripts answer: a person is never that fast, a test is."""
    page.locator("html[data-started]").wait_for(state="attached")
    return page


@pytest.fixture
def phone(open_page):
    return open_page(**PHONE)


@pytest.fixture
def desktop(open_page):
    return open_page(**DESKTOP)


@pytest.fixture
def no_js(open_page):
    return open_page(java_script_enabled=False, **PHONE)


@pytest.fixture
def dark(open_page):
    return open_page(color_scheme="dark", **PHONE)


@pytest.fixture
def sign_in(stack):
    """sign_in(page, user): signed in without the detour over the form."""

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": stack.url}])
        return page

    return sign_in


@pytest.fixture
def on_x(stack, settings, pct_109):
    """The 109th Precinct's account on the sandbox network, which is emptied first."""
    from socialfeeds import connecting

    settings.X_API_URL = settings.X_WEB_URL = stack.sandbox.url
    stack.sandbox.reset()
    stack.sandbox.account("demo_pct109", name="109th Precinct (demo)")
    return connecting.connect(command=pct_109, network="x", handle="demo_pct109", token="sandbox-demo_pct109")


@pytest.fixture(scope="module")
def city(running_stack, django_db_setup, django_db_blocker):
    """The small city of city.py, for tests that only look."""
    from tests.browser.city import build

    with django_db_blocker.unblock():
        yield build(running_stack.sandbox)
        empty_database()
