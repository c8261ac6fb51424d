"""Weigh in: one issue at a time, three answers, the next comes; by finger, by keyboard, without scripts."""

import pytest
from playwright.sync_api import expect

from ideas.models import Vote
from precincts import tenancy
from tests.browser.keyboard import Keyboard
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db(transaction=True)
TITLES = {"The lamp is dark", "The crossing is blocked", "Cars race at night"}


@pytest.fixture(autouse=True)
def ideas(pct_109):
    for title in TITLES:
        an_idea(pct_109, title=title)


def votes(command):
    with tenancy.enter(command):
        return sorted(Vote.objects.values_list("value", flat=True))


def answer_all(page, press):
    """This matters, not to me, skip. Gives the titles that came."""
    seen = []
    for name in ("This matters", "Not to me", "Skip"):
        heading = page.locator("#weigh-in h2")
        title = heading.inner_text()
        seen.append(title)
        press(page.get_by_role("button", name=name))
        expect(page.locator("#weigh-in h2")).not_to_have_text(title)
    expect(page.get_by_role("heading", name="You have seen them all")).to_be_visible()
    return seen


def test_one_after_the_other(phone, pct_109):
    phone.goto("/pct-109/weigh-in/")
    phone.evaluate("window.stays = true")
    assert set(answer_all(phone, lambda button: button.click())) == TITLES
    assert phone.evaluate("window.stays"), "the page was loaded anew"
    assert votes(pct_109) == [-1, 1]


def test_without_scripts(no_js, pct_109):
    no_js.goto("/pct-109/weigh-in/")
    assert set(answer_all(no_js, lambda button: button.click())) == TITLES
    assert votes(pct_109) == [-1, 1]


def test_by_keyboard_one_stays_at_the_answers(desktop, pct_109):
    desktop.goto("/pct-109/weigh-in/")
    keys = Keyboard(desktop)
    assert set(answer_all(desktop, keys.press)) == TITLES
    assert votes(pct_109) == [-1, 1]


def test_the_focus_is_not_lost_with_the_card(desktop):
    desktop.goto("/pct-109/weigh-in/")
    title = desktop.locator("#weigh-in h2").inner_text()
    button = desktop.get_by_role("button", name="This matters")
    button.focus()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#weigh-in h2")).not_to_have_text(title)
    expect(button).to_be_focused()
