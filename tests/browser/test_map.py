"""The map of the city and the list beside it are the same: each leads to every precinct."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db(transaction=True)
OUTLINES = "path.outline--link"


@pytest.fixture
def home(desktop):
    desktop.goto("/")
    expect(desktop.locator(OUTLINES)).to_have_count(78)
    return desktop


def listed(page):
    return page.locator(".roster [data-slug]").evaluate_all("links => links.map(link => link.dataset.slug)")


def test_the_list_has_what_the_map_has(home):
    drawn = home.evaluate(
        """async () => {
          const answer = await fetch(document.querySelector("[data-map=city]").dataset.geojson);
          return (await answer.json()).features.map((feature) => feature.properties.slug);
        }"""
    )
    assert len(drawn) == 78
    assert sorted(drawn) == sorted(listed(home))


def test_a_click_on_an_outline_opens_its_command(home):
    # The outline that the list's link lights up is the link's own.
    link = home.locator("[data-slug=pct-109]")
    link.hover()
    outline = home.locator(f"{OUTLINES}.is-lit")
    expect(outline).to_have_count(1)
    outline.hover()
    expect(home.locator(".leaflet-tooltip")).to_have_text("109th Precinct")
    expect(link).to_have_class("is-lit")
    outline.click()
    expect(home).to_have_url(re.compile("/pct-109/$"))


def test_the_keyboard_lights_the_map_and_opens_a_command(home):
    keys = Keyboard(home)
    link = home.locator("[data-slug=pct-5]")
    keys.tab_to(link)
    expect(home.locator(f"{OUTLINES}.is-lit")).to_have_count(1)
    home.keyboard.press("Enter")
    home.wait_for_url("**/pct-5/")


def test_scrolling_over_the_map_scrolls_the_page(home):
    shown = home.locator("[data-map=city]")
    shown.scroll_into_view_if_needed()
    before = home.evaluate("scrollY")
    shown.hover()
    home.mouse.wheel(0, 200)
    home.wait_for_function("before => scrollY > before", arg=before)
    expect(home.locator(OUTLINES)).to_have_count(78)


def test_without_scripts_the_list_stands_alone(no_js):
    no_js.goto("/")
    assert len(listed(no_js)) == 78
    expect(no_js.locator("[data-map]")).to_be_hidden()
    no_js.locator("[data-slug=pct-109]").click()
    no_js.wait_for_url("**/pct-109/")


def test_the_phone_finds_its_command(phone):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 40.7596, "longitude": -73.8303})
    phone.goto("/")
    phone.get_by_role("button", name="Use my place").click()
    expect(phone.get_by_role("main").get_by_role("link", name="109th Precinct").first).to_be_visible()


def test_a_phone_that_will_not_say_is_told_to_type(phone):
    phone.goto("/")
    phone.get_by_role("button", name="Use my place").click()
    expect(phone.get_by_text("We could not learn where you are.")).to_be_visible()


def test_near_me_asks_the_phone_for_its_place(phone, pct_109):
    an_idea(pct_109, title="Far away", latitude=40.79, longitude=-73.78)
    an_idea(pct_109, title="Around the corner", latitude=40.7597, longitude=-73.8304)
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 40.7596, "longitude": -73.8303})
    phone.goto("/pct-109/ideas/")
    phone.get_by_role("link", name="Near me").click()
    phone.get_by_role("button", name="Use my place").click()
    phone.wait_for_url("**lat=40.7596**")
    expect(phone.locator(".idea__title").first).to_have_text("Around the corner")
