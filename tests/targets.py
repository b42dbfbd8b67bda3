"""Sizes of what one clicks or touches on a page, measured in the browser."""

from playwright.sync_api import Page

LEAST = {"desktop": 24, "laptop": 24, "phone": 44}
"""The least width and height of a target in CSS pixels, by screen."""

SMALL_TARGETS = """(least) => {
  const small = [];
  const targets = "a[href], button, summary, input, select, [role=tab]";
  for (const element of document.querySelectorAll(targets)) {
    const isOption = ["checkbox", "radio"].includes(element.type);
    const target = isOption ? element.closest("label") ?? element : element;
    const box = target.getBoundingClientRect();
    const isShown = target.checkVisibility({ visibilityProperty: true }) && box.right > 0;
    if (isShown && Math.min(box.width, box.height) < least - 0.5) {
      const name = element.getAttribute("aria-label") || target.textContent.trim().slice(0, 30);
      small.push(`${element.tagName} ${element.className} ${name}: ${box.width} x ${box.height}`);
    }
  }
  return small;
}"""


def small_targets(page: Page, screen: str) -> list[str]:
    """Return the visible links, buttons and fields below the least size; labels of options."""
    targets: list[str] = page.evaluate(SMALL_TARGETS, LEAST[screen])
    return targets
