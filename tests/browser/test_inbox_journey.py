"""Somebody speaks on a network: it becomes an issue, is acted on, and the reply stands under their words."""

import re

import pytest
from playwright.sync_api import expect

from ideas.notices import telling
from precincts import tenancy
from socialfeeds import tasks
from socialfeeds.models import Account
from tests.browser.test_journey import PASSWORD
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

SAID = "@demo_pct109 the lamp at Main St & 45 Av has been dark for weeks."
TITLE = "The lamp at Main St & 45 Av has been dark for weeks"
DONE = "The lamp is lit again since this morning."


@pytest.fixture(autouse=True)
def commander(settings, make_user, pct_109, on_x):
    # The web server knows the real hashes alone.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.UNDO_SECONDS = 0
    return make_user("commander@example.org", role="commander", command=pct_109)


def hear(command):
    with tenancy.enter(command):
        account = Account.objects.get()
    tasks.fetch_mentions.delay(command.pk, account.pk)
    eventually(lambda: fetched(command))


def fetched(command):
    with tenancy.enter(command):
        return Account.objects.get().mentions_cursor


def go_through(page, stack, command):
    """Everything by pressing what one sees; the post that was answered."""
    said = stack.sandbox.post("maria", SAID)
    hear(command)
    main = page.get_by_role("main")
    page.goto("/accounts/login/?next=/pct-109/desk/inbox/")
    page.get_by_label("Email").fill("commander@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    main.get_by_role("button", name=re.compile("^sign in$", re.I)).click()
    page.get_by_role("navigation", name="Inbox").get_by_role("link", name=re.compile("@maria")).click()
    main.get_by_role("link", name="Make it an issue").click()
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_label("Place")).to_have_value("Main St & 45 Av")
    page.get_by_role("button", name="Make the issue").click()
    expect(page.get_by_text("It stands on the board.")).to_be_visible()
    page.locator("summary", has_text="Answer: acted").click()
    panel = page.locator("details[open]", has=page.get_by_label("The answer"))
    panel.get_by_label("The answer").fill(DONE)
    panel.get_by_role("button", name="Answer: acted").click()
    expect(page.get_by_text("Done.").first).to_be_visible()
    for command_id, decision_id in telling.due():
        telling.tell(command_id=command_id, decision_id=decision_id)
    return said


def the_reply_stands(page, stack, said):
    (reply,) = eventually(lambda: stack.sandbox.posts("demo_pct109"))
    assert reply["reply_to"] == said["id"]
    assert DONE in reply["text"] and "/pct-109/ideas/" in reply["text"]
    page.goto("/pct-109/desk/inbox/?show=all")
    page.get_by_role("navigation", name="Inbox").get_by_role("link", name=re.compile("@maria")).click()
    talk = page.get_by_role("region", name="Conversation")
    expect(talk).to_contain_text("It is an issue")
    expect(talk).to_contain_text(DONE)
    expect(talk).to_contain_text("its author was told that it was acted on")


def test_with_the_finger_on_a_phone(phone, stack, pct_109):
    the_reply_stands(phone, stack, go_through(phone, stack, pct_109))


def test_without_javascript(no_js, stack, pct_109):
    the_reply_stands(no_js, stack, go_through(no_js, stack, pct_109))
