"""Every page, in every state, on each screen, in each light, passes axe: WCAG 2.2 A and AA, best practice."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pages import NOT_PAGES, VISITS, addresses

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
# What a color scheme alone can change.
COLORS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}


def violations(page, options):
    """A line for each element that axe refuses."""
    found = page.evaluate("options => axe.run(options).then((result) => result.violations)", options)
    return [
        f"{one['id']}: {node['target']}\n  {node['html'][:200]}\n  {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def test_every_address_has_its_entry():
    assert addresses() - NOT_PAGES == {visit.name for visit in VISITS} - {
        "nowhere",
        "forbidden",
    }


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_axe_finds_nothing(visit, city, open_page, stack, watch):
    if visit.console:
        watch.allow(visit.console)
    page = open_page(**PHONE)
    visit.open(page, city, stack.url)
    page.evaluate(Axe().axe_script)
    found = {}
    for screen, size in (("phone", PHONE["viewport"]), ("desktop", DESKTOP["viewport"])):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        found[f"{screen}, light"] = violations(page, EVERYTHING)
        page.emulate_media(color_scheme="dark")
        found[f"{screen}, dark"] = violations(page, COLORS)
    page.evaluate("document.documentElement.dir = 'rtl'")
    found["right to left"] = violations(page, EVERYTHING)
    told = [f"--- {where}\n" + "\n".join(lines) for where, lines in found.items() if lines]
    assert not told, f"{page.url}\n" + "\n".join(told)
