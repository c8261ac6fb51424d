"""A form that is on its way is not sent a second time, also from a browser that we have never seen."""

import pytest
from playwright.sync_api import expect

from ideas.models import Comment
from precincts import tenancy
from tests.browser.conftest import started
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db(transaction=True)
# A click, and whether a second one would be sent.
TWICE = """button => {
    button.click();
    return button.form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
}"""


def test_an_impatient_second_click_sends_nothing(phone, pct_109):
    phone.goto(an_idea(pct_109).get_absolute_url())
    started(phone).get_by_label("Your comment").fill("It is the same on our block.")
    assert phone.get_by_role("button", name="Send comment").evaluate(TWICE) is False
    expect(phone.get_by_text("shown once it has been reviewed")).to_be_visible()
    with tenancy.enter(pct_109):
        assert Comment.objects.count() == 1
    # The page that came takes another.
    started(phone).get_by_label("Your comment").fill("And on the next.")
    phone.get_by_role("button", name="Send comment").click()
    expect(phone.get_by_text("And on the next.")).to_be_visible()
