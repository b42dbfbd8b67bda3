"""Measuring on the map: lengths and areas by mouse, touch and keyboard, and the north arrow."""

import math
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pyproj import Geod

from tests.browser import BrowserPage
from tests.sample_service import UNCOVERED, Service

pytestmark = pytest.mark.browser

GEOD = Geod(ellps="WGS84")
PIXEL_M = 4
"""More than a pixel at zoom 15; clicks are on whole pixels."""


@pytest.fixture
def corners(sample_service: Service) -> list[tuple[float, float]]:
    """Three corners of a triangle; an uncovered building lies at the first."""
    _, lon, lat = sample_service.find_building(UNCOVERED)
    return [(lon, lat), (lon + 0.008, lat), (lon + 0.004, lat + 0.003)]


def start(browser_page: BrowserPage, lon: float, lat: float) -> Page:
    browser_page.set_view(lon, lat, 15)
    browser_page.page.get_by_role("button", name="Measure distance and area").click()
    return browser_page.page


def measure(page: Page, name: str) -> float:
    """Return a length in metres, or an area in square metres."""
    line = page.locator(".measured p").filter(has_text=f"{name}: ")
    number, unit = re.fullmatch(r".*: ([\d,.]+) (.*)", line.inner_text()).groups()
    return float(number.replace(",", "")) * {"m": 1, "km": 1e3, "m²": 1, "km²": 1e6}[unit]


@pytest.mark.parametrize("subject", ["property-coverage", "grids", "issues"])
def test_a_line_and_an_outline_are_measured_on_the_ellipsoid(open_page, corners, subject):
    browser_page = open_page(subject)
    page = start(browser_page, *corners[0])
    for corner in corners:
        browser_page.click_map(*corner)
    expect(page.locator(".measured p")).to_have_count(3)
    assert measure(page, "Distance") == pytest.approx(
        GEOD.line_length(*zip(*corners, strict=True)), abs=4 * PIXEL_M
    )
    last = GEOD.line_length(*zip(*corners[1:], strict=True))
    assert measure(page, "Last section") == pytest.approx(last, abs=2 * PIXEL_M)
    browser_page.click_map(*corners[0])
    area, perimeter = GEOD.polygon_area_perimeter(*zip(*corners, strict=True))
    assert measure(page, "Perimeter") == pytest.approx(perimeter, abs=6 * PIXEL_M)
    assert measure(page, "Area") == pytest.approx(abs(area), abs=perimeter * PIXEL_M)
    expect(page.locator(".measured")).to_contain_text("On the WGS 84 ellipsoid")
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_escape_ends_measuring_and_popups_open_again(open_page, corners):
    browser_page = open_page()
    page = start(browser_page, *corners[0])
    for corner in corners[:2]:
        browser_page.click_map(*corner)
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator(".measured")).to_be_hidden()
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(0)
    browser_page.click_map(*corners[0])
    expect(page.locator(".leaflet-popup")).to_be_visible()


def test_a_double_click_adds_one_point_and_does_not_zoom(open_page, corners):
    browser_page = open_page()
    page = start(browser_page, *corners[0])
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(2)
    assert page.evaluate("() => Gridward.layers.shade._map.getZoom()") == 15


def test_an_outline_that_crosses_itself_has_no_area(open_page, corners):
    (west, south), (east, _), (_, north) = corners
    browser_page = open_page()
    page = start(browser_page, west, south)
    for corner in ((west, south), (east, north), (east, south), (west, north)):
        browser_page.click_map(*corner)
    page.get_by_role("button", name="Close outline").click()
    expect(page.locator(".measured")).to_contain_text("The outline crosses itself")
    expect(page.locator(".measured")).not_to_contain_text("Area:")


def test_measuring_works_by_keyboard(open_page, corners):
    browser_page = open_page()
    browser_page.set_view(*corners[0], 15)
    page = browser_page.page
    page.locator(".measure-switch").press("Enter")
    expect(page.locator(".measured")).to_contain_text("Enter adds its centre")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)  # the map pans by 80 pixels
    page.keyboard.press("Enter")
    metres = 80 * 156_543.034 * math.cos(math.radians(corners[0][1])) / 2**15
    assert measure(page, "Distance") == pytest.approx(metres, rel=0.02)
    page.keyboard.press("Backspace")
    expect(page.locator(".measured")).to_contain_text("Enter adds its centre")
    page.keyboard.press("Escape")
    expect(page.locator(".measured")).to_be_hidden()
    expect(page.locator(".measure-switch")).to_be_focused()


def test_measuring_works_by_touch(sample_service: Service, browser: Browser, corners):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    browser_page = BrowserPage(context.new_page(), sample_service.home)
    page = browser_page.page
    page.goto(f"{sample_service.home}/maps/property-coverage?lang=en")
    browser_page.wait_until_rendered()
    browser_page.set_view(*corners[0], 15)
    page.locator(".measure-switch").tap()
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    for x in (275, 375):
        page.touchscreen.tap(box["x"] + x, box["y"] + 200)
    assert measure(page, "Distance") == pytest.approx(324, rel=0.03)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
    assert browser_page.errors == []


@pytest.mark.parametrize(("language", "letter"), [("zh", "北"), ("en", "N")])
def test_the_map_shows_where_north_is(open_page, language, letter):
    expect(open_page(f"grids?lang={language}").page.locator(".north")).to_have_text(letter)
