"""Writing in the browser: the preview answers while one types, and what is typed is kept by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from precincts import tenancy
from socialfeeds.models import Message, Status
from tests.browser.conftest import started
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/pct-109/desk/voice/new/"


@pytest.fixture
def writing(on_x, sign_in, make_user, pct_109):
    """writing(page): the composer, opened by an editor."""
    editor = make_user("editor@example.org", role="editor", command=pct_109)

    def open_composer(page):
        sign_in(page, editor).goto(NEW)
        page.get_by_label("X: @demo_pct109").check()
        return page

    return open_composer


def only_message(command):
    with tenancy.enter(command):
        return Message.objects.order_by("pk").first()


def text_of(page):
    return page.get_by_label("Text", exact=True)


def test_the_preview_answers_and_the_draft_is_kept_by_itself(writing, desktop, pct_109):
    page = started(writing(desktop))
    text_of(page).fill("The lamp at Main St is fixed. ")
    preview = page.locator("#preview")
    expect(preview.get_by_text("29 of 280")).to_be_visible()
    text_of(page).press_sequentially("The crossing is painted anew. " * 10, delay=0)
    expect(preview.get_by_text("A thread of 2 posts")).to_be_visible()
    expect(preview.get_by_text("(2/2)")).to_be_visible()
    expect(page.get_by_text("Kept as a draft")).to_be_visible()
    page.wait_for_url(re.compile(r"/desk/voice/\d+/edit/$"))
    page.reload()
    expect(text_of(page)).to_have_value(re.compile("painted anew"))
    text_of(page).fill("Short.")
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    assert only_message(pct_109).status == Status.RELEASED
    assert only_message(pct_109).text == "Short."


def test_released_at_once_after_typing_nothing_gets_in_its_own_way(writing, desktop, pct_109):
    """What is kept by itself at this moment is no stranger's."""
    page = started(writing(desktop))
    text_of(page).fill("First.")
    expect(page.get_by_text("Kept as a draft")).to_be_visible()
    text_of(page).fill("Second.")
    eventually(lambda: only_message(pct_109).text == "Second.")
    page.locator("input[name=seen]").evaluate("(field) => { field.value = field.defaultValue; }")
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()


def test_the_same_without_scripts(writing, no_js, pct_109):
    page = writing(no_js)
    text_of(page).fill("The lamp is fixed. " * 30)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("A thread of 3 posts")).to_be_visible()
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_role("status").get_by_text("Sent for approval.")).to_be_visible()
    assert only_message(pct_109).status == Status.SUBMITTED
