"""Two hundred waiting items worked by keyboard alone, and what else keys do on the desk."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ideas.models import Decision, Idea, Label, Note, SavedReply
from precincts import tenancy
from tests.browser.conftest import started
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "/pct-109/desk/"
MANY = 200


def many_wait(command, number):
    now = timezone.now()
    with tenancy.enter(command):
        Idea.objects.bulk_create(
            Idea(
                title=f"Number {n}",
                body="It goes on every night on our block.",
                created_at=now - timezone.timedelta(seconds=number - n),
            )
            for n in range(number)
        )


def shows(page, title):
    expect(
        page.get_by_role("region", name="Item").get_by_role("heading", name=title, exact=True)
    ).to_be_visible()


@pytest.fixture
def moderator(desktop, sign_in, make_user, pct_109):
    return sign_in(desktop, make_user(role="moderator", command=pct_109))


@pytest.fixture
def commander(desktop, sign_in, make_user, pct_109):
    return sign_in(desktop, make_user(role="commander", command=pct_109))


def test_two_hundred_items_by_keys_alone(moderator, pct_109):
    """Most are approved; each tenth is screened: s, the digit of the rule, Enter. No pointer, no Tab."""
    many_wait(pct_109, MANY)
    page = moderator
    page.goto(DESK)
    started(page)
    for n in range(MANY):
        shows(page, f"Number {n}")
        if n % 10 == 9:
            page.keyboard.press("s")
            page.keyboard.press("3")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    with tenancy.enter(pct_109):
        assert Idea.objects.filter(status="spoken").count() == MANY * 9 // 10
        screened = Decision.objects.filter(action="screen").select_related("rule")
        assert {row.rule.number for row in screened} == {3}
        assert screened.count() == MANY // 10
        assert Decision.objects.count() == MANY


def test_z_takes_the_last_decision_back(moderator, pct_109):
    for title in ("The first", "The second"):
        a_waiting_idea(pct_109, title=title)
    page = moderator
    page.goto(DESK)
    started(page)
    page.keyboard.press("a")
    shows(page, "The second")
    page.keyboard.press("z")
    shows(page, "The first")
    expect(page.get_by_role("status").filter(has_text="Undone.")).to_be_visible()
    with tenancy.enter(pct_109):
        assert not Idea.objects.exclude(status="waiting").exists()


def test_whoever_listens_goes_on_from_the_next_title(moderator, pct_109):
    for title in ("The first", "The second"):
        a_waiting_idea(pct_109, title=title)
    page = moderator
    page.goto(DESK)
    started(page)
    page.keyboard.press("a")
    title = page.get_by_role("heading", name="The second")
    expect(title).to_be_focused()
    # From there Tab leads on through the item: nothing holds one fast.
    page.keyboard.press("Tab")
    expect(title).not_to_be_focused()


def test_a_note_and_a_label_by_keys(moderator, pct_109):
    a_waiting_idea(pct_109, title="The only one")
    with tenancy.enter(pct_109):
        Label.objects.create(name="Lamps")
    page = moderator
    page.goto(DESK)
    started(page)
    page.keyboard.press("m")
    page.keyboard.type("Ask the highway unit. a j z")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Ask the highway unit. a j z")).to_be_visible()
    page.keyboard.press("l")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Labels")).to_contain_text("Lamps")
    with tenancy.enter(pct_109):
        assert Note.objects.get().text == "Ask the highway unit. a j z"
        assert Idea.objects.get().status == "waiting"


def test_a_saved_reply_comes_into_the_answer(commander, pct_109):
    an_idea(pct_109, title="Dark lamp", place="Main Street")
    with tenancy.enter(pct_109):
        SavedReply.objects.create(name="Heard", text="We heard you about “{title}” at {place}.")
    page = commander
    page.goto(f"{DESK}?show=unanswered")
    started(page)
    page.keyboard.press("h")
    panel = page.locator("details[open]", has=page.get_by_label("The answer"))
    panel.get_by_label("The answer").fill("Hello.")
    panel.get_by_label("A saved reply").select_option("Heard")
    panel.get_by_role("button", name="Put it into the answer").click()
    expect(panel.get_by_label("The answer")).to_have_value(
        "Hello.\n\nWe heard you about “Dark lamp” at Main Street."
    )
    assert "/decisions/" not in page.url


def test_single_letters_can_be_switched_off(moderator, pct_109):
    a_waiting_idea(pct_109, title="The only one")
    page = moderator
    page.goto(DESK)
    started(page)
    page.keyboard.press("?")
    page.get_by_label("Single letters are keys").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in ("a", "s", "?", "m"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("details.ask[open]")).to_have_count(0)
    page.reload()
    started(page)
    page.keyboard.press("a")
    with tenancy.enter(pct_109):
        assert Idea.objects.get().status == "waiting"
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single letters are keys").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits")).to_be_visible()


def test_more_of_a_long_list_comes_where_it_ends(moderator, pct_109):
    many_wait(pct_109, 70)
    page = moderator
    page.goto(DESK)
    started(page)
    lines = page.get_by_role("navigation", name="Queue").get_by_role("listitem")
    expect(lines).to_have_count(50)
    page.get_by_role("link", name="Show more").click()
    expect(lines).to_have_count(70)
    lines.nth(60).get_by_role("link").click()
    shows(page, "Number 60")
