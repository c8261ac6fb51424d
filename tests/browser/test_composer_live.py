"""The composer answers while one types: title, others who raised it, private things, danger, place."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from ideas.models import Idea, Photo
from precincts import tenancy
from tests.browser.conftest import started
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db(transaction=True)
FLUSHING = {"latitude": 40.7596, "longitude": -73.8303}


@pytest.fixture
def composer(phone):
    phone.goto("/pct-109/ideas/new/")
    return started(phone)


def body(page):
    return page.get_by_label("Describe it")


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def only_idea(command):
    with tenancy.enter(command):
        return Idea.objects.get()


def a_photo(name, color):
    data = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(data, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": data.getvalue()}


# The title


def test_the_title_fills_itself_until_somebody_edits_it(composer):
    title = composer.get_by_label("Title")
    body(composer).press_sequentially("The lamp is dark. Since spring")
    expect(title).to_have_value("The lamp is dark")
    title.fill("A dark corner")
    body(composer).press_sequentially(", and nobody comes.")
    expect(title).to_have_value("A dark corner")
    title.fill("")
    body(composer).press_sequentially(" Please.")
    expect(title).to_have_value("The lamp is dark")


def test_letters_left_are_told_once_it_matters(composer):
    tally = composer.locator("[data-tally=id_title]")
    expect(tally).to_be_hidden()
    composer.get_by_label("Title").fill("x" * 125)
    expect(tally).to_have_text("5 letters too many")


# Others who raised it


def test_matches_appear_while_typing_and_take_the_vote(composer, pct_109):
    idea = an_idea(pct_109, title="Motorcycles race down Kissena Boulevard")
    an_idea(pct_109, title="The library wall is sprayed")
    body(composer).press_sequentially("Every night motorcycles race down Kissena boulevard")
    review = composer.locator("#review")
    expect(review.get_by_role("link", name=idea.title)).to_be_visible()
    expect(review).not_to_contain_text("library")
    review.get_by_role("button", name="Add my vote instead").click()
    expect(composer.get_by_role("heading", name=idea.title)).to_be_visible()
    expect(composer.locator(".article .vote__score")).to_have_text("1")
    assert only_idea_titles(pct_109) == {idea.title, "The library wall is sprayed"}
    composer.goto("/pct-109/ideas/new/")
    expect(body(composer)).to_have_value("")


def only_idea_titles(command):
    with tenancy.enter(command):
        return set(Idea.objects.values_list("title", flat=True))


def test_open_ideas_around_the_pin_appear(composer, pct_109):
    an_idea(pct_109, title="The crossing is blocked", **FLUSHING)
    composer.context.grant_permissions(["geolocation"])
    composer.context.set_geolocation(FLUSHING)
    body(composer).fill("Trucks stand here all day.")
    composer.get_by_role("button", name="Use my place").click()
    expect(composer.locator("#review")).to_contain_text("The crossing is blocked")


def test_a_match_that_was_not_seen_is_shown_before_sending(no_js, pct_109):
    an_idea(pct_109, title="Motorcycles race down Kissena Boulevard")
    no_js.goto("/pct-109/ideas/new/")
    body(no_js).fill("Motorcycles race down Kissena Boulevard every night")
    send(no_js)
    expect(no_js.get_by_role("alert")).to_contain_text("One look before it goes")
    no_js.get_by_role("button", name="Send it as it is").click()
    expect(no_js.get_by_text("Your issue is waiting for review")).to_be_visible()


# Private things, and danger


def test_a_phone_number_is_pointed_at_and_taken_out(composer, pct_109):
    text = "My neighbor races at night, his number is 718-555-0123, call him."
    body(composer).fill(text)
    hints = composer.locator("#review .hints")
    expect(hints).to_contain_text("718-555-0123")
    hints.get_by_role("button", name="Take it out").click()
    expect(body(composer)).to_have_value(text.replace("718-555-0123", "[removed]"))
    expect(composer.locator("#review .hints")).to_have_count(0)
    send(composer)
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    assert "718" not in only_idea(pct_109).body


def test_danger_shows_911_before_anything_else(composer, pct_109):
    body(composer).fill("A man has a gun in front of the school, right now.")
    call = composer.locator("#review").get_by_role("link", name="Call 911")
    expect(call).to_have_attribute("href", "tel:911")
    send(composer)
    alarm = composer.get_by_role("alert")
    expect(alarm.get_by_role("link", name="Call 911")).to_be_in_viewport()
    composer.get_by_role("button", name="It is over, nobody is in danger. Go on").click()
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    assert only_idea(pct_109)


# The place


def test_a_click_on_the_map_puts_the_pin(composer, pct_109):
    shown = composer.get_by_role("region", name="Map to put a pin on")
    expect(shown.locator("path.outline--own")).to_be_visible()
    shown.click(position={"x": 120, "y": 100})
    expect(shown.locator(".pin")).to_be_visible()
    latitude = float(composer.locator("#id_latitude").input_value())
    body(composer).fill("The hydrant leaks and the street is ice.")
    send(composer)
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    idea = only_idea(pct_109)
    assert idea.latitude == pytest.approx(latitude)
    assert idea.precision == "point"


def test_enter_puts_the_pin_in_the_middle_of_the_map(desktop):
    desktop.goto("/pct-109/ideas/new/")
    shown = desktop.get_by_role("region", name="Map to put a pin on")
    expect(shown.locator("path.outline--own")).to_be_visible()
    shown.focus()
    desktop.keyboard.press("ArrowUp")
    desktop.keyboard.press("Enter")
    expect(shown.locator(".pin")).to_be_visible()
    assert 40.4 < float(desktop.locator("#id_latitude").input_value()) < 41


def test_words_do_as_well_as_a_pin(composer, pct_109):
    body(composer).fill("The hydrant leaks and the street is ice.")
    composer.get_by_label("Address or corner").fill("41st Avenue and Main Street")
    send(composer)
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    assert only_idea(pct_109).place == "41st Avenue and Main Street"


def test_the_phone_says_where_it_is(composer):
    composer.context.grant_permissions(["geolocation"])
    composer.context.set_geolocation(FLUSHING)
    composer.get_by_role("button", name="Use my place").click()
    expect(composer.locator("#id_latitude")).to_have_value("40.7596")
    expect(composer.locator("#id_longitude")).to_have_value("-73.8303")
    expect(composer.locator(".map .pin")).to_be_visible()


def test_a_phone_that_will_not_say_leaves_the_address(composer):
    composer.get_by_role("button", name="Use my place").click()
    expect(composer.get_by_text("Your phone did not say where it is.")).to_be_visible()
    expect(composer.locator("#id_latitude")).to_have_value("")


# Photos


def test_photos_show_before_they_go(composer, pct_109):
    picker = composer.locator("input[type=file]")
    picker.set_input_files([a_photo("one.jpg", "red"), a_photo("two.jpg", "green")])
    picked = composer.locator(".picked li")
    expect(picked).to_have_count(2)
    picker.set_input_files([a_photo("three.jpg", "blue"), a_photo("four.jpg", "gray")])
    expect(picked).to_have_count(3)
    composer.get_by_role("button", name="Remove two.jpg").click()
    expect(picked).to_have_count(2)
    expect(composer.get_by_role("img", name="three.jpg")).to_be_visible()
    body(composer).fill("The hydrant leaks and the street is ice.")
    send(composer)
    expect(composer.get_by_text("Your issue is waiting for review")).to_be_visible()
    expect(composer.locator(".photos img")).to_have_count(2)
    with tenancy.enter(pct_109):
        assert Photo.objects.exclude(idea=None).count() == 2


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_lost(composer, watch):
    watch.allow("status of 422")
    body(composer).fill("The hydrant leaks and the street is ice.")
    fake = {"name": "not.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload=alert(1)>"}
    composer.locator("input[type=file]").set_input_files([a_photo("one.jpg", "red"), fake])
    send(composer)
    expect(composer.get_by_role("alert")).to_contain_text("not.jpg: This file is not a photo")
    expect(body(composer)).to_have_value("The hydrant leaks and the street is ice.")
    expect(composer.get_by_role("img", name="Your photo 1")).to_be_visible()
    send(composer)
    expect(composer.locator(".photos img")).to_have_count(1)
