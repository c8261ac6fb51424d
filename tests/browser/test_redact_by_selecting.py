"""Removing a piece by selecting it on the page; without scripts by typing it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started
from tests.ideas.factory import a_waiting_idea
from tests.ideas.safety import PHONE, now

pytestmark = pytest.mark.django_db(transaction=True)
BODY = f"😀 Call {PHONE} today.\nOr call  {PHONE} tomorrow."
GAP = "[removed under rule 3]"
SELECT = """([words, nth]) => {
    const area = document.querySelector("[data-redact=body]");
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(words);
        if (at < 0 || nth-- > 0) continue;
        getSelection().setBaseAndExtent(node, at, node, at + words.length);
        return;
    }
}"""


@pytest.fixture
def idea(pct_109):
    return a_waiting_idea(pct_109, title="Call me", body=BODY)


def test_what_is_selected_fills_the_form_and_only_that_one_goes(desktop, sign_in, make_user, pct_109, idea):
    sign_in(desktop, make_user(role="moderator", command=pct_109))
    desktop.goto(f"/pct-109/desk/ideas/{idea.pk}/redact/")
    started(desktop).evaluate(SELECT, [PHONE, 1])
    expect(desktop.get_by_label("The piece to remove")).to_have_value(PHONE)
    expect(desktop.get_by_label("In the text")).to_be_checked()
    desktop.get_by_label("Everywhere in this text").uncheck()
    desktop.get_by_label("Under which rule?").select_option("3")
    desktop.get_by_role("button", name="Remove it").click()
    desktop.wait_for_url(f"**/desk/ideas/{idea.pk}/**")
    expect(desktop.locator("mark.gap")).to_have_text(GAP)
    assert now(idea).body == f"😀 Call {PHONE} today.\nOr call  {GAP} tomorrow."


def test_without_scripts_it_is_typed_or_chosen(no_js, sign_in, make_user, pct_109, idea):
    sign_in(no_js, make_user(role="moderator", command=pct_109))
    no_js.goto(f"/pct-109/desk/ideas/{idea.pk}/redact/")
    no_js.get_by_label("The piece to remove").fill(PHONE)
    no_js.get_by_label("Under which rule?").select_option("3")
    no_js.get_by_role("button", name="Remove it").click()
    expect(no_js.locator("mark.gap")).to_have_count(2)
    assert now(idea).body == BODY.replace(PHONE, GAP)
