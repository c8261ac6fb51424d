"""The agenda for the monthly meeting is one sheet of paper, Letter or A4, whatever is on the board."""

import re

import pytest

from tests.browser.city import BUSY, EMPTY
from tests.browser.conftest import DESKTOP


def sheets(page, size):
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format=size, print_background=False)))


@pytest.mark.parametrize("size", ["Letter", "A4"])
@pytest.mark.parametrize("slug", [BUSY, EMPTY])
def test_it_is_one_sheet(city, open_page, stack, slug, size):
    page = open_page(**DESKTOP)
    page.goto(f"{stack.url}/{slug}/agenda/")
    page.emulate_media(media="print")
    # As long as titles get, and a list that is full.
    page.evaluate(
        """() => {
          for (const list of document.querySelectorAll(".agenda__list")) {
            const full = list.tagName === "OL" ? 8 : 4;
            while (list.children.length < full) list.append(list.children[0].cloneNode(true));
            const links = list.querySelectorAll("h3 a");
            for (const link of links) link.textContent = "A rather long title ".repeat(6);
          }
        }"""
    )
    assert sheets(page, size) == 1


def test_what_is_printed_is_the_agenda_alone(city, open_page, stack):
    page = open_page(**DESKTOP)
    page.goto(f"{stack.url}/{BUSY}/agenda/")
    page.emulate_media(media="print")
    for gone in (".bar", ".foot", "[data-print]"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator(".agenda__qr svg").is_visible()
