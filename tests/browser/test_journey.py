"""The whole loop, as a neighbor, a moderator and a commander go through it: three times.

With the finger on a phone, without JavaScript, and by keyboard alone at a desktop.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started
from tests.browser.keyboard import Keyboard
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_x", "worker")]

WHAT = "Motorcycles race down Kissena Boulevard after midnight. Nobody on our block sleeps."
TITLE = "Motorcycles race down Kissena Boulevard after midnight"
ANSWER = "We heard you. From Friday on, a highway car stands at Kissena Boulevard every night after eleven."
PASSWORD = "engage-tests"


@pytest.fixture(autouse=True)
def staff(settings, make_user, pct_109):
    # The web server knows the real hashes alone.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    make_user("moderator@example.org", role="moderator", command=pct_109)
    make_user("commander@example.org", role="commander", command=pct_109)


class Places:
    """Where things are on the pages, by the words that everybody reads or hears."""

    def __init__(self, page):
        self.page = page
        self.zip = page.get_by_label("Your ZIP code or address")
        self.find = page.get_by_role("button", name="Find your command")
        self.command = page.get_by_role("main").get_by_role("link", name=re.compile("^109th Precinct"))
        self.raise_issue = page.get_by_role("main").get_by_role("link", name="Raise an issue").first
        self.body = page.get_by_label("Describe it")
        self.place = page.get_by_label("Address or corner")
        self.send = page.get_by_role("button", name="Send", exact=True)
        self.waits = page.get_by_text("Your issue is waiting for review")
        self.sign_in = page.get_by_role("link", name="Sign in", exact=True)
        self.email = page.get_by_label("Email")
        self.password = page.get_by_label("Password")
        self.sign_in_now = page.get_by_role("main").get_by_role("button", name=re.compile("^sign in$", re.I))
        self.menu = page.locator("summary", has_text="Menu")
        self.sign_out = page.get_by_role("button", name="Sign out")
        self.desk = page.get_by_role("navigation", name="Your desks").get_by_role("link")
        self.line = page.get_by_role("navigation", name="Queue").get_by_role("link", name=re.compile(TITLE))
        self.heading = page.get_by_role("heading", name=TITLE)
        self.approve = page.get_by_role("button", name="Approve", exact=True)
        self.done = page.get_by_role("status").filter(has_text="Done.")
        self.up = page.get_by_role("button", name=f"Vote up: {TITLE}")
        self.score = page.locator(".vote__score")
        self.hear = page.locator("summary", has_text="Answer: heard")
        panel = page.locator("details[open]", has=page.get_by_label("The answer"))
        self.answer = panel.get_by_label("The answer")
        self.announce = panel.get_by_label("Announce it")
        self.answer_now = panel.get_by_role("button", name="Answer: heard")
        self.on_its_way = page.get_by_text("The announcement is on its way")


def go_through(page):
    """Everything by pressing what one sees. Gives the address of the issue."""
    at = Places(page)
    page.goto("/")
    at.zip.fill("11354")
    at.find.click()
    at.command.click()
    at.raise_issue.click()
    at.body.fill(WHAT)
    at.place.fill("Kissena Boulevard and Holly Avenue")
    at.send.click()
    expect(at.waits).to_be_visible()
    issue = page.url.partition("?")[0]

    sign_in(at, "moderator@example.org")
    at.desk.click()
    at.line.click()
    expect(at.heading).to_be_visible()
    at.approve.click()
    expect(at.done).to_be_visible()
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    sign_out(at)

    page.goto(issue)
    with page.expect_response("**/vote/"):
        at.up.click()
    expect(at.score).to_have_text("1")
    expect(at.up).to_have_attribute("aria-pressed", "true")

    sign_in(at, "commander@example.org")
    at.desk.click()
    at.line.click()
    at.hear.click()
    at.answer.fill(ANSWER)
    at.announce.check()
    at.answer_now.click()
    expect(at.on_its_way).to_be_visible()
    sign_out(at)
    return issue


def sign_in(at, email):
    at.sign_in.click()
    at.email.fill(email)
    at.password.fill(PASSWORD)
    at.sign_in_now.click()
    expect(at.desk).to_be_visible()


def sign_out(at):
    at.menu.click()
    at.sign_out.click()
    expect(at.sign_in).to_be_visible()


def go_through_by_keyboard(page):
    """The same, without touching anything but keys."""
    at, keys = Places(page), Keyboard(page)
    page.goto("/")
    keys.type(at.zip, "11354")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/**")
    keys.press(at.command)
    page.wait_for_url("**/pct-109/")
    # The skip link leads past the bar.
    keys.press(page.get_by_role("link", name="Skip to the main part"))
    expect(page.get_by_role("main")).to_be_focused()
    keys.press(at.raise_issue)
    keys.type(at.body, WHAT)
    keys.type(at.place, "Kissena Boulevard and Holly Avenue")
    keys.press(at.send)
    expect(at.waits).to_be_visible()
    issue = page.url.partition("?")[0]

    sign_in_by_keyboard(page, at, keys, "moderator@example.org")
    keys.press(at.desk)
    expect(at.heading).to_be_visible()
    started(page)
    page.keyboard.press("a")
    expect(at.done).to_be_visible()
    sign_out_by_keyboard(at, keys)

    page.goto(issue)
    with page.expect_response("**/vote/"):
        keys.press(at.up, "Space")
    expect(at.score).to_have_text("1")

    sign_in_by_keyboard(page, at, keys, "commander@example.org")
    keys.press(at.desk)
    expect(at.heading).to_be_visible()
    started(page)
    page.keyboard.press("h")
    expect(at.answer).to_be_focused()
    page.keyboard.type(ANSWER)
    keys.press(at.announce, "Space")
    keys.press(at.answer_now)
    expect(at.on_its_way).to_be_visible()
    sign_out_by_keyboard(at, keys)
    return issue


def sign_in_by_keyboard(page, at, keys, email):
    keys.press(at.sign_in)
    page.wait_for_url("**/accounts/login/**")
    keys.type(at.email, email)
    keys.type(at.password, PASSWORD)
    page.keyboard.press("Enter")
    expect(at.desk).to_be_visible()


def sign_out_by_keyboard(at, keys):
    keys.press(at.menu)
    keys.press(at.sign_out)
    expect(at.sign_in).to_be_visible()


def read_everywhere(page, stack, issue):
    """The message on the sandbox's timeline, and the answer on the board."""
    posts = eventually(lambda: stack.sandbox.posts("demo_pct109"))
    assert len(posts) == 1
    assert issue in posts[0]["text"]
    page.goto(f"{stack.sandbox.url}/demo_pct109")
    expect(page.get_by_role("article").filter(has_text="We heard you. From Friday on")).to_be_visible()
    page.goto("/pct-109/ideas/")
    card = page.get_by_role("article").filter(has_text=TITLE)
    expect(card).to_contain_text("We heard you. From Friday on")
    expect(card).to_contain_text("Heard")


def test_with_the_finger_on_a_phone(phone, stack):
    read_everywhere(phone, stack, go_through(phone))


def test_without_javascript(no_js, stack):
    read_everywhere(no_js, stack, go_through(no_js))


def test_by_keyboard_alone(desktop, stack):
    read_everywhere(desktop, stack, go_through_by_keyboard(desktop))
