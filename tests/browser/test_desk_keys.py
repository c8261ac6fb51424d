"""The desk by keys: along the queue, a decision with one letter, and never while somebody types."""

import pytest
from playwright.sync_api import expect

from ideas import moderating
from ideas.models import Action, Idea
from precincts import tenancy
from tests.browser.conftest import started
from tests.ideas.factory import a_waiting_idea

pytestmark = pytest.mark.django_db(transaction=True)
TITLES = ["The first of three", "The second of three", "The third of three"]


@pytest.fixture
def desk(desktop, sign_in, make_user, pct_109):
    for title in TITLES:
        a_waiting_idea(pct_109, title=title, body=f"{title}: it goes on every night on our block.")
    sign_in(desktop, make_user(role="moderator", command=pct_109))
    desktop.goto("/pct-109/desk/")
    return started(desktop)


def shows(page, title):
    expect(page.get_by_role("region", name="Item").get_by_role("heading", name=title)).to_be_visible()
    started(page)


def statuses(command):
    with tenancy.enter(command):
        return dict(Idea.objects.values_list("title", "status"))


def test_j_and_k_walk_along_the_queue(desk):
    shows(desk, TITLES[0])
    desk.keyboard.press("j")
    shows(desk, TITLES[1])
    desk.keyboard.press("j")
    shows(desk, TITLES[2])
    desk.keyboard.press("j")
    shows(desk, TITLES[2])
    desk.keyboard.press("k")
    shows(desk, TITLES[1])
    current = desk.get_by_role("navigation", name="Queue").locator("[aria-current=true]")
    expect(current.last).to_contain_text(TITLES[1])


def test_a_approves_and_the_next_one_comes(desk, pct_109):
    desk.keyboard.press("a")
    shows(desk, TITLES[1])
    expect(desk.get_by_role("status").filter(has_text="Done.")).to_be_visible()
    assert statuses(pct_109)[TITLES[0]] == "spoken"


def test_s_asks_for_the_rule_and_needs_one(desk, pct_109, watch):
    watch.allow("status of 422")
    desk.keyboard.press("s")
    rule = desk.get_by_label("Under which rule?")
    expect(rule).to_be_focused()
    panel = desk.locator("details[open]")
    panel.get_by_role("button").click()
    expect(desk.get_by_role("alert")).to_contain_text("Choose the rule that this breaks.")
    desk.get_by_label("Under which rule?").select_option(index=2)
    desk.get_by_label("Why, in words to its author").fill("It names a neighbor.")
    desk.locator("details[open]").get_by_role("button").click()
    expect(desk.get_by_role("status").filter(has_text="Done.")).to_be_visible()
    assert statuses(pct_109)[TITLES[0]] == "screened"


def test_s_again_closes_what_it_opened(desk):
    desk.keyboard.press("s")
    desk.keyboard.press("Escape")
    desk.locator("summary", has_text="Screen").focus()
    desk.keyboard.press("s")
    expect(desk.get_by_label("Under which rule?")).to_be_hidden()


def test_several_are_marked_while_reading_and_approved_at_once(desk, pct_109):
    desk.keyboard.press("i")
    desk.keyboard.press("j")
    shows(desk, TITLES[1])
    expect(desk.get_by_role("checkbox", name=TITLES[0])).to_be_checked()
    desk.keyboard.press("j")
    shows(desk, TITLES[2])
    desk.keyboard.press("i")
    desk.keyboard.press("?")
    for words in (f"Mark “{TITLES[2]}”", "Approve all marked", "Screen all marked"):
        expect(desk.get_by_role("dialog", name="Keys")).to_contain_text(words)
    desk.keyboard.press("Escape")
    desk.keyboard.press("u")
    lines = desk.get_by_role("main").get_by_role("checkbox", checked=True)
    expect(lines).to_have_count(2)
    desk.get_by_role("button", name="Approve").press("Enter")
    expect(desk.get_by_text("2 items are done.")).to_be_visible()
    assert statuses(pct_109) == dict(zip(TITLES, ["spoken", "waiting", "spoken"], strict=True))


def test_nothing_happens_while_somebody_types(desk, pct_109):
    desk.keyboard.press("s")
    reason = desk.get_by_label("Why, in words to its author")
    reason.click()
    desk.keyboard.type("a j k s ? A")
    expect(reason).to_have_value("a j k s ? A")
    shows(desk, TITLES[0])
    expect(desk.get_by_role("dialog")).to_be_hidden()
    assert set(statuses(pct_109).values()) == {"waiting"}


def test_keys_with_control_belong_to_the_browser(desk, pct_109):
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Alt+a")
    shows(desk, TITLES[0])
    assert set(statuses(pct_109).values()) == {"waiting"}


def test_the_question_mark_lists_the_keys_that_are_there(desk, pct_109):
    desk.keyboard.press("?")
    dialog = desk.get_by_role("dialog", name="Keys")
    for words in ("Next, previous", "Approve", "Screen under a rule", "Refer"):
        expect(dialog).to_contain_text(words)
    expect(dialog).not_to_contain_text("Answer")  # a moderator does not
    desk.keyboard.press("a")
    assert set(statuses(pct_109).values()) == {"waiting"}
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    desk.keyboard.press("j")
    shows(desk, TITLES[1])


def test_a_stale_decision_says_so(desk, pct_109, watch):
    watch.allow("status of 409")
    with tenancy.enter(pct_109):
        idea = Idea.objects.get(title=TITLES[0])
        moderating.decide(idea=idea, asked=moderating.Asked(action=Action.APPROVE, by=None))
    desk.keyboard.press("a")
    expect(desk.get_by_text("Somebody decided on this in the meantime.")).to_be_visible()


def test_on_a_phone_the_buttons_stay_within_the_thumbs_reach(phone, sign_in, make_user, pct_109):
    long = "\n\n".join(["It goes on every night on our block, and nobody sleeps."] * 60)
    idea = a_waiting_idea(pct_109, title="A long one", body=long)
    sign_in(phone, make_user(role="commander", command=pct_109))
    phone.goto(f"/pct-109/desk/ideas/{idea.pk}/")
    expect(phone.get_by_role("button", name="Approve", exact=True)).to_be_in_viewport(ratio=1)
    acts = phone.locator(".acts").bounding_box()
    assert acts["height"] < 844 / 3, "the buttons cover too much of the screen"
