"""Two moderators, two browsers, one queue: each sees where the other is, and nobody overwrites anybody."""

import re

import pytest
from playwright.sync_api import expect

from ideas.models import Decision, Idea
from precincts import tenancy
from tests.browser.conftest import DESKTOP, started
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "/pct-109/desk/"


@pytest.fixture
def two(open_page, sign_in, make_user, pct_109):
    """Browsers of a moderator named ann and one named ben."""
    pages = []
    for name in ("ann", "ben"):
        page = open_page(**DESKTOP)
        sign_in(page, make_user(f"{name}@example.org", role="moderator", command=pct_109))
        pages.append(page)
    return pages


def item(page):
    return page.get_by_role("region", name="Item")


def shows(page, title):
    expect(item(page).get_by_role("heading", name=title)).to_be_visible()
    return started(page)


def poll(page):
    """What happens by itself every fifteen seconds."""
    page.locator("form[data-holds]").evaluate("form => form.dispatchEvent(new CustomEvent('desk:poll'))")


def looks(page, name, where):
    """Once the other's claim arrived, this page says so, without being loaded anew."""

    def said():
        poll(page)
        return where.get_by_text(f"{name} is looking at this").count()

    assert eventually(said)


def test_each_sees_where_the_other_is_and_goes_on_elsewhere(two, pct_109):
    for title in ("The first", "The second", "The third"):
        a_waiting_idea(pct_109, title=title)
    ann, ben = two
    ann.goto(DESK)
    shows(ann, "The first")
    ben.goto(DESK)
    shows(ben, "The first")
    looks(ben, "ann", item(ben))
    ben.keyboard.press("j")
    shows(ben, "The second")
    looks(ann, "ben", ann.get_by_role("navigation", name="Queue"))
    # Ann decides: what Ben looks at is left to Ben.
    ann.keyboard.press("a")
    shows(ann, "The third")
    looks(ben, "ann", ben.get_by_role("link", name=re.compile("The third")))
    ben.keyboard.press("a")
    expect(
        item(ben).get_by_text("ann is looking at this").or_(ben.get_by_text("Nothing waits"))
    ).to_be_visible()


def test_leaving_lets_go(two, pct_109):
    a_waiting_idea(pct_109, title="The only one")
    ann, ben = two
    ann.goto(DESK)
    shows(ann, "The only one")
    ben.goto(DESK)
    shows(ben, "The only one")
    looks(ben, "ann", item(ben))
    ann.goto("/conduct/")

    def free():
        poll(ben)
        return item(ben).get_by_text("is looking at this").count() == 0

    assert eventually(free)


def test_the_second_decision_is_refused_with_the_first_in_it(two, pct_109, watch):
    watch.allow("status of 409")
    idea = a_waiting_idea(pct_109, title="The only one")
    ann, ben = two
    for page in two:
        page.goto(f"{DESK}ideas/{idea.pk}/")
        shows(page, "The only one")
    ben.keyboard.press("s")
    ben.keyboard.press("3")
    ben.get_by_label("Why, in words to its author").fill("All of Ben's words.")
    ann.keyboard.press("a")
    expect(ann.get_by_role("status").filter(has_text="Done.")).to_be_visible()
    ben.keyboard.press("Control+Enter")
    told = ben.get_by_role("alert").filter(has_text="What changed since you looked")
    expect(told).to_contain_text("ann@example.org")
    expect(told).to_contain_text("Waiting for review → Spoken")
    expect(ben.get_by_label("Why, in words to its author")).to_have_value("All of Ben's words.")
    expect(ben.get_by_label("Under which rule?")).to_have_value("3")
    with tenancy.enter(pct_109):
        assert Idea.objects.get(pk=idea.pk).status == "spoken"
        assert [row.decided_by.email for row in Decision.objects.select_related("decided_by")] == [
            "ann@example.org"
        ]


def test_a_queue_worked_by_both_is_decided_once_each(two, pct_109, watch):
    """Both press as fast as pages come, wherever the queue leads them."""
    watch.allow("status of 409")
    for number in range(12):
        a_waiting_idea(pct_109, title=f"Number {number}")
    an_idea(pct_109, title="On the board")
    for page in two:
        page.goto(f"{DESK}?show=waiting")
        started(page)
    for _turn in range(30):
        left = 0
        for page in two:
            approve = item(page).get_by_role("button", name=re.compile("^Approve"))
            if approve.count():
                left += 1
                with page.expect_response(re.compile("/decisions/$|/decisions/\\?")):
                    page.keyboard.press("a")
                page.locator(".htmx-request:not([data-holds])").wait_for(state="detached")
            elif item(page).get_by_text("Nothing waits").count() == 0:
                left += 1
                page.goto(f"{DESK}?show=waiting")
                started(page)
        if not left:
            break
    with tenancy.enter(pct_109):
        assert not Idea.objects.filter(status="waiting").exists()
        made = Decision.objects.filter(idea__title__startswith="Number", undone_at=None)
        assert made.count() == 12
        assert made.values("idea").distinct().count() == 12
