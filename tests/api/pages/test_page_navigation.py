"""Navigation keeps the colours: after any of it, the map shows what a reload of its link shows."""

from collections.abc import Callable

import pytest

from tests.browser import BrowserPage
from tests.sample_service import WEIMIN

pytestmark = pytest.mark.browser

SHADED_SHARE = """() => {
  const { shade } = Gridward.layers;
  const view = shade._map.getContainer().getBoundingClientRect();
  const canvas = new OffscreenCanvas(view.width, view.height);
  const pen = canvas.getContext("2d");
  for (const tile of shade.getContainer().querySelectorAll("canvas")) {
    const box = tile.getBoundingClientRect();
    pen.drawImage(tile, box.x - view.x, box.y - view.y, box.width, box.height);
  }
  const { data } = pen.getImageData(0, 0, view.width, view.height);
  let shaded = 0;
  for (let at = 3; at < data.length; at += 4) shaded += data[at] > 0;
  return shaded / (data.length / 4);
}"""
"""The share of the map's pixels that the choropleth has coloured."""


def zoom_in(browser_page: BrowserPage) -> None:
    browser_page.page.get_by_role("button", name="Zoom in").click()


def zoom_out(browser_page: BrowserPage) -> None:
    browser_page.page.get_by_role("button", name="Zoom out").click()


def wheel_out(browser_page: BrowserPage) -> None:
    browser_page.page.locator("#map, .leaflet-container").first.hover()
    for _ in range(6):
        browser_page.page.mouse.wheel(0, 120)
        browser_page.page.wait_for_timeout(60)


def enter_row(browser_page: BrowserPage) -> None:
    browser_page.page.locator("tbody tr button").first.click()


def go_back(browser_page: BrowserPage) -> None:
    browser_page.page.wait_for_timeout(1600)  # changes within 1.5 s share one entry
    browser_page.page.go_back()
    browser_page.page.wait_for_timeout(1000)  # the page first reads the area of its link


WALKS: list[list[Callable[[BrowserPage], None]]] = [
    [zoom_in],
    [zoom_in, zoom_in, zoom_in, zoom_out],
    [wheel_out],
    [enter_row, go_back],
    [enter_row, enter_row, go_back],
    [enter_row, enter_row, zoom_out],
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: "-".join(step.__name__ for step in walk))
def test_a_map_has_the_colours_of_its_link_after_navigation(open_page, walk):
    browser_page = open_page()
    browser_page.wait_until_rendered()
    for step in walk:
        step(browser_page)
        browser_page.page.wait_for_timeout(400)  # the map's own animation, which it has begun
    browser_page.wait_until_rendered()
    share = browser_page.page.evaluate(SHADED_SHARE)
    browser_page.page.wait_for_timeout(300)  # the link is written 0.2 s after a move
    browser_page.page.reload()
    browser_page.page.wait_for_selector("[data-ready]")
    browser_page.wait_until_rendered()
    assert share == pytest.approx(browser_page.page.evaluate(SHADED_SHARE), abs=0.01)
    assert share > 0.01


def test_a_row_that_is_opened_keeps_its_colour(open_page):
    browser_page = open_page("property-coverage#level=community")
    browser_page.page.locator(f"tbody tr[data-code='{WEIMIN}'] button").click()
    browser_page.page.wait_for_timeout(400)
    browser_page.wait_until_rendered()
    assert browser_page.page.evaluate(SHADED_SHARE) > 0.2
