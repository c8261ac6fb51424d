"""A screened author without JavaScript appeals, headquarters overturns, and who should know is told once."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone
from playwright.sync_api import expect

from ideas.models import Action, Decision, Follow, FollowKind, Idea, Notice
from ideas.tasks import sweep_decisions
from precincts import participants, tenancy
from precincts.models import Participant
from tests.browser.conftest import PHONE
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_x", "worker")]

WHAT = "At the corner of Kissena and Holly somebody races every night. I have the times."
TITLE = "At the corner of Kissena and Holly somebody races every night"
REASON = "It points at one person."
WHY = "I named a corner and a time. There is no person in it."
ANSWER = "The author is right: a corner is no person."


@pytest.fixture
def people(make_user, pct_109):
    return {
        "moderator": make_user("moderator@example.org", role="moderator", command=pct_109),
        "reviewer": make_user("reviewer@example.org", role="reviewer"),
    }


@pytest.fixture
def no_js_page(open_page):
    return lambda: open_page(java_script_enabled=False, **PHONE)


def raise_issue(page):
    """Raises it without an account. Gives the issue's address, and the private link that is shown once."""
    page.goto("/pct-109/ideas/new/")
    page.get_by_label("Describe it").fill(WHAT)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your issue is waiting for review")).to_be_visible()
    link = page.get_by_role("link", name=re.compile("pct-109.mine")).get_attribute("href")
    return page.url.partition("?")[0], link


def screen(page, idea):
    page.goto(f"/pct-109/desk/ideas/{idea.pk}/")
    page.locator("summary", has_text="Screen under a rule").click()
    panel = page.locator("details[open]", has=page.get_by_label("Under which rule?"))
    panel.get_by_label("Under which rule?").select_option(label="4. No private information")
    panel.get_by_label("Why, in words to its author").fill(REASON)
    panel.get_by_role("button", name="Screen under a rule").click()
    expect(page.get_by_role("status").filter(has_text="Done.")).to_be_visible()


def appeal(page):
    """From the issue's own page, as its author reads it."""
    expect(page.get_by_role("link", name="Rule 4, No private information")).to_be_visible()
    expect(page.get_by_text("Leave out what could expose a private person")).to_be_visible()
    expect(page.get_by_text(REASON).first).to_be_visible()
    page.get_by_role("link", name="Appeal to headquarters").click()
    # Nothing written yet: it says so beside the field.
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_role("alert")).to_contain_text("Say in a sentence why it should be shown.")
    page.get_by_label("Why should it be shown?").fill(WHY)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("It is with headquarters.")).to_be_visible()


def overturn(page):
    page.goto("/headquarters/")
    page.get_by_role("navigation", name="Headquarters").get_by_role("link", name="Appeals").click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text(WHAT).first).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_label("Overturn: put it back").check()
    page.get_by_label("Why", exact=True).fill(ANSWER)
    page.get_by_role("button", name="Decide the appeal").click()
    expect(page.get_by_role("status").filter(has_text="Decided.")).to_be_visible()


def author_of(page):
    cookie = next(one for one in page.context.cookies() if one["name"] == participants.COOKIE)
    return Participant.objects.get(key=signing.loads(cookie["value"], salt=participants.SALT))


def the_minute_to_undo_is_over(command):
    with tenancy.enter(command):
        Decision.objects.filter(told_at=None).update(decided_at=timezone.now() - timedelta(minutes=2))


def told_of(participant, event):
    return [one.event for one in Notice.objects.filter(participant=participant) if one.event == event]


def test_a_screened_author_is_heard_at_headquarters(no_js_page, sign_in, people, pct_109, watch):
    watch.allow("status of 404")
    watch.allow("status of 422")
    author, moderator, reviewer = (no_js_page() for _one in range(3))
    address, link = raise_issue(author)
    mine = author_of(author)
    with tenancy.enter(pct_109):
        idea = Idea.objects.get(title=TITLE)
    follower, stranger = Participant.objects.create(), Participant.objects.create()
    Follow.objects.create(participant=follower, kind=FollowKind.IDEA, command=pct_109, idea_id=idea.pk)
    Follow.objects.create(participant=stranger, kind=FollowKind.IDEA, command=pct_109, idea_id=idea.pk + 1)

    screen(sign_in(moderator, people["moderator"]), idea)
    author.goto(address)
    appeal(author)
    expect_nowhere(no_js_page(), address)

    overturn(sign_in(reviewer, people["reviewer"]))

    # On the board, for everybody.
    board = no_js_page()
    board.goto("/pct-109/ideas/?sort=newest")
    expect(board.get_by_role("link", name=TITLE)).to_be_visible()
    board.goto(address)
    expect(board.get_by_text("Put back after an appeal")).to_be_visible()
    expect(board.get_by_text(ANSWER)).to_have_count(0)

    # The author reads it, with the cookie and, in another browser, by the private link.
    author.goto(address)
    expect(author.get_by_text("Headquarters agreed with you, and put it back.")).to_be_visible()
    expect(author.get_by_text(ANSWER)).to_be_visible()
    other = no_js_page()
    other.goto(link)
    expect(other.get_by_text(ANSWER)).to_be_visible()

    # The command reads it in its queue, and takes note of it once.
    moderator.goto("/pct-109/desk/")
    moderator.get_by_role("navigation", name="Queue").get_by_role(
        "link", name=re.compile(TITLE)
    ).first.click()
    expect(moderator.get_by_text(ANSWER)).to_be_visible()
    moderator.get_by_role("button", name="Noted").click()
    expect(moderator.get_by_text("Nothing waits")).to_be_visible()

    # And everybody who should be told is told, once, when nothing can be undone any more.
    the_minute_to_undo_is_over(pct_109)
    for _again in range(2):
        sweep_decisions.delay()
    eventually(lambda: nothing_is_left_to_tell(pct_109))
    assert told_of(mine, Action.SCREEN) == ["screen"]
    assert told_of(mine, Action.RESTORE) == ["restore"]
    assert told_of(follower, Action.RESTORE) == ["restore"]
    # What was hidden was its author's business alone.
    assert told_of(follower, Action.SCREEN) == []
    assert not Notice.objects.filter(participant=stranger).exists()


def nothing_is_left_to_tell(command):
    with tenancy.enter(command):
        return not Decision.objects.filter(told_at=None).exists()


def expect_nowhere(page, address):
    assert page.goto(address).status == 404


def test_withdrawn_by_the_private_link_alone(no_js_page, watch):
    """A form on a page whose address is kept from everybody is sent all the same."""
    watch.allow("status of 404")
    address, link = raise_issue(no_js_page())
    other = no_js_page()
    other.goto(link)
    other.get_by_role("link", name="Withdraw this issue").click()
    other.get_by_role("button", name="Withdraw it").click()
    expect(other.get_by_text("You withdrew this issue")).to_be_visible()
    expect_nowhere(no_js_page(), address)
