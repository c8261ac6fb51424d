"""What somebody typed is theirs: it survives a reload, and goes once it was sent or put away."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The lamp at the corner has been dark since spring."
NOTE = "We kept what you typed earlier."


@pytest.fixture
def composer(phone):
    phone.goto("/pct-109/ideas/new/")
    return started(phone)


def fill(page):
    page.get_by_label("Describe it").fill(TEXT)
    page.get_by_label("Topic").select_option(index=2)
    page.get_by_label("Address or corner").fill("Main Street and 41st Avenue")


def kept(page):
    return page.evaluate("localStorage.getItem('engage.draft.pct-109')")


def test_a_reload_keeps_the_text(composer):
    fill(composer)
    expect(composer.locator(".map path.outline--own")).to_be_visible()
    composer.get_by_role("region", name="Map to put a pin on").press("Enter")
    topic = composer.get_by_label("Topic").input_value()
    pin = composer.locator("#id_latitude").input_value()
    assert topic and pin
    composer.reload()
    expect(composer.get_by_label("Describe it")).to_have_value(TEXT)
    expect(composer.get_by_label("Topic")).to_have_value(topic)
    expect(composer.get_by_label("Address or corner")).to_have_value("Main Street and 41st Avenue")
    expect(composer.locator("#id_latitude")).to_have_value(pin)
    expect(composer.locator(".map .pin")).to_be_visible()
    expect(composer.get_by_text(NOTE)).to_be_visible()


def test_leaving_by_a_link_keeps_it_too(composer):
    fill(composer)
    composer.get_by_role("link", name="Find your command").first.click()
    composer.goto("/pct-109/ideas/new/")
    expect(composer.get_by_label("Describe it")).to_have_value(TEXT)


def test_an_empty_composer_says_nothing_of_drafts(composer):
    expect(composer.get_by_text(NOTE)).to_be_hidden()


def test_sending_forgets_it(composer):
    fill(composer)
    composer.get_by_role("button", name="Send", exact=True).click()
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    assert kept(composer) is None
    composer.goto("/pct-109/ideas/new/")
    expect(composer.get_by_label("Describe it")).to_have_value("")
    expect(composer.get_by_text(NOTE)).to_be_hidden()


def test_what_was_refused_is_not_forgotten(composer, watch):
    watch.allow("status of 422")
    composer.get_by_label("Describe it").fill("Dark")
    composer.get_by_role("button", name="Send", exact=True).click()
    expect(composer.get_by_role("alert")).to_contain_text("A few more words")
    expect(composer.get_by_label("Describe it")).to_have_value("Dark")
    composer.goto("/pct-109/ideas/new/")
    expect(composer.get_by_label("Describe it")).to_have_value("Dark")


def test_start_anew_puts_it_away(composer):
    fill(composer)
    composer.reload()
    composer.get_by_role("button", name="Start anew").click()
    expect(composer.get_by_label("Describe it")).to_have_value("")
    expect(composer.get_by_label("Describe it")).to_be_focused()
    expect(composer.get_by_text(NOTE)).to_be_hidden()
    composer.reload()
    expect(composer.get_by_label("Describe it")).to_have_value("")
    assert kept(composer) is None


def test_each_command_has_a_draft_of_its_own(composer):
    fill(composer)
    composer.goto("/pct-110/ideas/new/")
    expect(composer.get_by_label("Describe it")).to_have_value("")
    composer.goto("/pct-109/ideas/new/")
    expect(composer.get_by_label("Describe it")).to_have_value(TEXT)
