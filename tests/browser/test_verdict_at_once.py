"""Whether it is fixed is on the page before the server knows of it, and taken back if the server refuses."""

import pytest
from playwright.sync_api import expect

from ideas.models import Verdict
from precincts import tenancy
from precincts.models import Participant
from tests.browser.conftest import started
from tests.ideas.desk import now, set_status
from tests.ideas.factory import an_acted_idea

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def idea(pct_109):
    return an_acted_idea(pct_109)


@pytest.fixture
def page(phone, idea):
    phone.goto(f"/pct-109/ideas/{idea.pk}/")
    return started(phone)


def shows(page, *, yes, no, pressed):
    expect(page.locator("[data-count=yes]")).to_have_text(str(yes))
    expect(page.locator("[data-count=no]")).to_have_text(str(no))
    for value in ("yes", "no"):
        button = page.locator(f"button[name=fixed][value={value}]")
        expect(button).to_have_attribute("aria-pressed", str(value == pressed).lower())


def answer(page, value):
    page.locator(f"button[name=fixed][value={value}]").click()


def test_at_once_and_changed_and_kept(page, idea):
    held = []
    page.route("**/verdict/", lambda route: held.append(route))  # noqa: PLW0108 (it marks what it is given)
    answer(page, "yes")
    shows(page, yes=1, no=0, pressed="yes")
    with page.expect_response("**/verdict/"):
        held.pop().continue_()
    expect(page.locator("form[data-pending]")).to_have_count(0)
    page.unroute("**/verdict/")
    page.locator("#fixed summary").click()
    page.locator("#verdict_text").fill("It flickers.")
    with page.expect_response("**/verdict/"):
        answer(page, "no")
    shows(page, yes=0, no=1, pressed="no")
    page.reload()
    shows(started(page), yes=0, no=1, pressed="no")
    with tenancy.enter(idea.command_id):
        assert Verdict.objects.get().text == "It flickers."


def test_taken_back_where_the_server_refuses(page, idea, watch):
    watch.allow("status of 409")
    set_status(idea, "acting")
    answer(page, "no")
    expect(page.get_by_text("This question is closed")).to_be_visible()
    shows(page, yes=0, no=0, pressed="")


def test_without_a_network_it_says_so(page, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page.route("**/verdict/", lambda route: route.abort("internetdisconnected"))
    answer(page, "no")
    expect(page.get_by_text("Your answer did not arrive")).to_be_visible()
    shows(page, yes=0, no=0, pressed="")


def test_enough_noes_turn_the_page(page, idea):
    with tenancy.enter(idea.command_id):
        done = idea.decisions.get(action="done")
        for _ in range(2):
            Verdict.objects.create(
                idea=idea, decision=done, participant=Participant.objects.create(), fixed=False
            )
    answer(page, "no")
    expect(page.get_by_text("Neighbors say it is not fixed").first).to_be_visible()
    expect(page.get_by_text("Is it fixed?")).to_have_count(0)
    assert now(idea).status == "acting"
