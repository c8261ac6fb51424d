"""Every page fits every screen, with large text and from right to left, and a thumb hits what it means to."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pages import VISITS

# Text of twice its size on the narrowest screen is more than WCAG asks: 320 px is itself a screen enlarged.
WIDTHS = [320, 390, 768, 1280]
WAYS = [("100%", "ltr", WIDTHS), ("100%", "rtl", WIDTHS), ("200%", "rtl", [390]), ("200%", "ltr", WIDTHS[1:])]
# What reaches beyond the window, unless something around it scrolls or clips.
BEYOND = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const kept = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const width = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && one.checkVisibility() && (box.right > width + 0.5 || box.left < -0.5) && !kept(one);
  });
  const inner = out.filter((one) => !out.some((other) => one !== other && one.contains(other)));
  return [`${wide} px too wide`, ...inner.slice(0, 4).map((one) => one.outerHTML.slice(0, 140))];
}"""
# Links in a sentence may be as small as its letters; what stands alone may not.
SMALL = """() => {
  const wanted =
    "nav a, nav button, form :is(button, input, select, textarea), summary, .usa-button, .foot li a";
  const size = (one) => {
    const labeled = ["checkbox", "radio", "file"].includes(one.type);
    const label = labeled && (one.closest("label") ?? one.labels?.[0]);
    const [a, b] = [one, label || one].map((each) => each.getBoundingClientRect());
    const width = Math.max(a.right, b.right) - Math.min(a.left, b.left);
    return [width, Math.max(a.bottom, b.bottom) - Math.min(a.top, b.top)];
  };
  const small = [];
  for (const one of document.querySelectorAll(wanted)) {
    const shown = one.type !== "hidden" && one.checkVisibility({ visibilityProperty: true });
    if (!shown || one.closest(".sr")) continue;
    const [width, height] = size(one).map(Math.round);
    if (Math.min(width, height) < 44) small.push(`${width}x${height} ${one.outerHTML.slice(0, 140)}`);
  }
  return small;
}"""
# A sentence in a column of a few letters: something took its place.
NARROW = """() => [...document.querySelectorAll("main :is(h1, h2, p)")]
  .filter((one) => one.checkVisibility() && one.textContent.trim().length > 30)
  .filter((one) => one.getBoundingClientRect().width < 120 && !one.closest(".sr"))
  .map((one) => one.outerHTML.slice(0, 140))"""
# The skip link, once it has the focus, lies on top of everything.
COVERED = """() => {
  if (document.querySelector("dialog[open]")) return [];
  const link = document.querySelector(".usa-skipnav");
  link.focus();
  const box = link.getBoundingClientRect();
  const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const points = [[box.left + 4, box.top + 4], [box.right - 4, box.bottom - 4], middle];
  const over = points.map(([x, y]) => document.elementFromPoint(x, y)).filter((one) => one !== link);
  link.blur();
  return over.map((one) => `covered by ${one?.outerHTML.slice(0, 140) ?? "the window's edge"}`);
}"""

TURN = """([size, direction]) => {
  document.documentElement.dir = direction;
  document.documentElement.style.fontSize = size;
}"""


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_the_page_fits(visit, city, open_page, stack, watch):
    if visit.console:
        watch.allow(visit.console)
    page = open_page(**DESKTOP)
    visit.open(page, city, stack.url)
    page.set_viewport_size(PHONE["viewport"])
    found = {"too small for a thumb": page.evaluate(SMALL), "the skip link": page.evaluate(COVERED)}
    for size, direction, widths in WAYS:
        page.evaluate(TURN, [size, direction])
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{width} px, text at {size}, {direction}"
            found[where] = page.evaluate(BEYOND)
            if size == "100%":
                found[f"too narrow, {where}"] = page.evaluate(NARROW)
    told = [f"--- {where}\n" + "\n".join(lines) for where, lines in found.items() if lines]
    assert not told, f"{page.url}\n" + "\n".join(told)
