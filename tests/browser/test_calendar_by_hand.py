"""The calendar in a browser: by drag, by key, without scripts, on a phone, from right to left."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from precincts import tenancy
from socialfeeds.models import Delivery, State, Status
from tests.browser.conftest import started
from tests.socialfeeds.plans import CALENDAR, a_plan, at, monday, now
from tests.socialfeeds.test_slots import slots_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editor(make_user, pct_109):
    return make_user(role="editor", command=pct_109)


def week(day):
    year, number, _ = day.isocalendar()
    return f"{CALENDAR}?week={year}-W{number:02}"


def opened(page, day):
    page.goto(week(day))
    return started(page)


def hour(page, day, at_hour):
    return page.locator(f'[data-cell][data-at="{day}T{at_hour:02}:00"]')


def card(page, message):
    return page.locator(f"#message-{message.pk}")


def drag(page, what, onto):
    box, target = what.bounding_box(), onto.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 12)
    page.mouse.down()
    page.mouse.move(target["x"] + 30, target["y"] + 10, steps=4)
    page.mouse.move(target["x"] + 40, target["y"] + 15, steps=2)
    page.mouse.up()


def test_a_message_is_dragged_to_another_day_and_hour_and_into_a_slot(desktop, sign_in, editor, pct_109):
    day = monday()
    message = a_plan(pct_109, at(day, 9, 20))
    slots_at(pct_109, weekdays=[3], hour=11, minute=45)
    page = opened(sign_in(desktop, editor), day)
    wednesday, thursday = day + timedelta(days=2), day + timedelta(days=3)
    drag(page, card(page, message), hour(page, wednesday, 10))
    expect(hour(page, wednesday, 10).locator("article")).to_contain_text("10:20 a.m.")
    assert now(message).scheduled_at == at(wednesday, 10, 20)
    drag(page, card(page, message), page.locator(".place"))
    expect(hour(page, thursday, 11).locator("article")).to_contain_text("11:45 a.m.")
    assert now(message).scheduled_at == at(thursday, 11, 45)
    expect(page.locator(".place")).to_have_count(0)


def test_what_is_refused_goes_back_and_says_why(desktop, sign_in, editor, pct_109, watch):
    day = monday()
    message = a_plan(pct_109, at(day, 9), status=Status.RELEASED)
    page = opened(sign_in(desktop, editor), day)
    with tenancy.enter(pct_109):
        Delivery.objects.update(state=State.SENDING)
    watch.allow("status of 409")
    drag(page, card(page, message), hour(page, day, 12))
    expect(page.locator("[data-says]")).to_contain_text("on its way already")
    expect(hour(page, day, 9).locator("article")).to_be_visible()
    assert now(message).scheduled_at == at(day, 9)


def test_by_key(desktop, sign_in, editor, pct_109):
    """Enter picks it up, arrows choose, Enter puts it down; each step is read out."""
    day = monday()
    message = a_plan(pct_109, at(day, 9, 30))
    page = opened(sign_in(desktop, editor), day)
    told = page.locator("[data-tells]")
    grip = card(page, message).get_by_role("button")
    grip.focus()
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Picked up")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    tuesday = day + timedelta(days=1)
    expect(told).to_have_text(re.compile(f"Tuesday, {tuesday:%B} {tuesday.day}.*10:30 AM"))
    page.keyboard.press("Escape")
    expect(told).to_have_text("It stays where it was.")
    assert now(message).scheduled_at == at(day, 9, 30)
    for key in ("Space", "ArrowRight", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(told).to_contain_text("Moved to Tuesday")
    expect(card(page, message).get_by_role("button")).to_be_focused()
    assert now(message).scheduled_at == at(tuesday, 8, 30)


def test_from_right_to_left_the_arrows_turn(desktop, sign_in, editor, pct_109):
    day = monday()
    message = a_plan(pct_109, at(day, 9))
    page = opened(sign_in(desktop, editor), day)
    page.evaluate("document.documentElement.dir = 'rtl'")
    grip = card(page, message).get_by_role("button")
    grip.focus()
    for key in ("Enter", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-tells]")).to_contain_text("Moved to Tuesday")


def test_in_a_month_it_keeps_its_time(desktop, sign_in, editor, pct_109):
    day = monday(2)
    message = a_plan(pct_109, at(day, 9, 40))
    page = sign_in(desktop, editor)
    page.goto(f"{CALENDAR}?month={day:%Y-%m}")
    started(page)
    tuesday = day + timedelta(days=1)
    drag(page, card(page, message), page.locator(f'[data-cell][data-at="{tuesday}"]'))
    expect(page.locator(f'[data-cell][data-at="{tuesday}"] article')).to_contain_text("9:40 a.m.")
    assert now(message).scheduled_at == at(tuesday, 9, 40)


def test_without_scripts_on_a_phone_there_is_a_list_and_a_form(no_js, sign_in, editor, pct_109):
    day = monday()
    message = a_plan(pct_109, at(day, 9))
    page = sign_in(no_js, editor)
    page.goto(week(day))
    assert page.locator(".hour:visible").count() == 1
    expect(page.get_by_text("Nothing planned").first).to_be_visible()
    expect(card(page, message).get_by_role("button")).to_be_hidden()
    card(page, message).get_by_role("link", name="Move").click()
    page.get_by_label("Day").fill(monday(2).isoformat())
    page.get_by_label("Time").fill("14:30")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("status").first).to_contain_text("Moved to Monday")
    expect(card(page, message)).to_contain_text("2:30 p.m.")
    assert now(message).scheduled_at == at(monday(2), 14, 30)
