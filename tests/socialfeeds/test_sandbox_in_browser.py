"""The sandbox's pages in Chromium: accessible, within the screen, and usable by keyboard without scripts."""

import shutil
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.sandbox_server import FacebookOn, MastodonOn
from tests.socialfeeds.canned import Canned
from tests.socialfeeds.on_x import X, a_picture, an_x_account, say

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BACK = "http://localhost:9/connect/x/back/"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def chromium():
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def net(fresh_sandbox, settings):
    settings.X_API_URL = settings.X_WEB_URL = fresh_sandbox.url
    settings.X_CLIENT_ID = "engage-demo"
    fresh_sandbox.account("demo_pct109", name="109th Precinct (demo)")
    fresh_sandbox.account("demo_td4", name="Transit District 4 (demo)")
    mention = fresh_sandbox.post(
        "maria", "@demo_pct109 who plows 45th Avenue? https://example.com/" + "long" * 40
    )
    reply = fresh_sandbox.post("demo_pct109", "Sanitation does.", reply_to=mention["id"])
    for n in range(25):
        fresh_sandbox.post("demo_pct109", f"Number {n}")
    fresh_sandbox.status = reply["path"]
    account = an_x_account(fresh_sandbox, name="109th Precinct (demo)")
    begun = say(account, "It is lit.", pictures=(a_picture(size=(900, 700)), a_picture("Before.", "black")))
    hidden = fresh_sandbox.post("maria", "@demo_pct109 liar", reply_to=begun.external_id)
    X.hide(account, hidden["id"], hidden=True)
    fresh_sandbox.thread = f"/demo_pct109/status/{begun.external_id}"
    fresh_sandbox.asked = X.ask(redirect_to=BACK, state="a state").url.removeprefix(fresh_sandbox.url)
    fresh_sandbox.others = others(fresh_sandbox)
    return fresh_sandbox


def others(sandbox):
    """A Page and a Mastodon account with something said to each, and the addresses of all kinds of pages."""
    facebook, mastodon = FacebookOn(sandbox), MastodonOn(sandbox)
    page = facebook.page("demo109", name="109th Precinct (demo)")
    post = facebook.write("Maria", "Who plows? https://example.com/" + "long" * 40, page="demo109")
    comment = facebook.write("Otto", "Sanitation.", under=post["id"])
    facebook.write("Ana", "Thanks!", under=comment["id"])
    mastodon.account("demo109", name="109th Precinct (demo)")
    mention = mastodon.write("maria@other.example", "@demo109 who plows?")
    mastodon.write("otto", "@maria@other.example Sanitation.", reply_to=mention["id"])
    asked = {"client_id": "1000000000001", "redirect_uri": "http://127.0.0.1/", "scope": "pages_manage_posts"}
    return [
        *("/facebook/", f"/facebook/{page['id']}", f"/facebook/{post['id']}", f"/facebook/{comment['id']}"),
        f"/facebook/v26.0/dialog/oauth?{urlencode(asked)}",
        *("/mastodon/", "/mastodon/@demo109", f"/mastodon/@maria@other.example/{mention['id']}"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_accessible_and_fits(chromium, net, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in (
        "/",
        "/demo_pct109",
        "/demo_pct109/mentions",
        "/demo_td4",
        net.status,
        net.thread,
        net.asked,
        *net.others,
    ):
        page.goto(net.url + path)
        report = Axe().run(page, options=RULES)
        assert report.violations_count == 0, f"{path}\n{report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    # A form that comes back with errors, and a page that is not there.
    page.goto(f"{net.url}/demo_pct109")
    page.get_by_role("button", name="Post as a neighbor").click()
    assert page.get_by_role("alert").is_visible()
    assert Axe().run(page, options=RULES).violations_count == 0
    assert all("422" in complaint for complaint in complaints)
    page.goto(f"{net.url}/nobody")
    assert Axe().run(page, options=RULES).violations_count == 0
    context.close()


def test_a_mention_is_sent_by_keyboard_without_scripts(chromium, net):
    context = chromium.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{net.url}/demo_td4")
    page.get_by_label("Your handle").focus()
    page.keyboard.type("maria")
    page.keyboard.press("Tab")
    page.keyboard.type("The elevator at Main Street is out.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/demo_td4/mentions?sent=*")
    assert page.get_by_role("status").is_visible()
    assert page.get_by_role("article").filter(has_text="The elevator at Main Street is out.").is_visible()
    assert net.posts("maria")[0]["text"] == "@demo_td4 The elevator at Main Street is out."
    context.close()


@pytest.mark.parametrize(("button", "answer"), [("Allow", "code="), ("Cancel", "error=access_denied")])
def test_who_allows_an_app_is_led_back_to_it(chromium, net, button, answer):
    engage = Canned()
    engage.will_say(200, b"Back again.", content_type="text/plain")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(X.ask(redirect_to=f"{engage.url}/connect/x/back/", state="a state").url)
    page.get_by_role("combobox").select_option("demo_pct109")
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"{engage.url}/connect/x/back/*")
    assert page.get_by_text("Back again.").is_visible()
    assert answer in engage.asked[0][1]
    assert "state=a+state" in engage.asked[0][1]
    context.close()
    engage.stop()
