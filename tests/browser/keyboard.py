"""Somebody who uses no pointer: Tab until it is there, see where one is at each step, then press."""

from __future__ import annotations

# The focused element or something close around it has to show it, and it has to be within the window.
SHOWN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const marks = (element) => {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return outlined || style.boxShadow !== "none";
  };
  const around = [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean);
  const box = one.getBoundingClientRect();
  const name = one.outerHTML.slice(0, 160);
  if (!one.matches(":focus-visible")) return `not :focus-visible: ${name}`;
  if (!around.some(marks)) return `nothing shows the focus: ${name}`;
  const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  if (!within) return `focus out of sight: ${name}`;
  return "";
}"""


class Keyboard:
    def __init__(self, page):
        self.page = page

    def tab_to(self, locator, steps=160):
        """Tab on until this is focused; at every stop one sees where one is."""
        for _ in range(steps):
            if locator.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            lost = self.page.evaluate(SHOWN)
            assert not lost, f"{self.page.url}: {lost}"
        raise AssertionError(f"{steps} steps and {locator} is not reached on {self.page.url}")

    def type(self, locator, text):
        self.tab_to(locator)
        self.page.keyboard.type(text)

    def press(self, locator, key="Enter"):
        self.tab_to(locator)
        self.page.keyboard.press(key)
