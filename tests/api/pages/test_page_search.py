"""The search box of a map page: what it finds, and what a choice does to the page."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser import BrowserPage
from tests.sample_service import WEIMIN, Service

pytestmark = pytest.mark.browser

COMPOUND = """
SELECT neighborhood.name, neighborhood.code, count(*) FROM neighborhood
JOIN building ON building.neighborhood_code = neighborhood.code
GROUP BY neighborhood.code ORDER BY count(*) DESC, neighborhood.code LIMIT 1
"""
MANAGER = """
SELECT manager.name, manager.code, count(*), ST_XMin(ST_Extent(point)), ST_XMax(ST_Extent(point))
FROM manager JOIN property_coverage ON manager_code = manager.code AND covered @> current_date
JOIN building ON building.code = building_code
GROUP BY manager.code HAVING count(*) > 20 ORDER BY manager.code LIMIT 1
"""
COORDINATES = [
    "130.30, 47.35",
    "47.35, 130.30",
    "47.35，130.30",
    "４７．３５　１３０．３０",
    "(47.35; 130.30)",
    "47.35° 130.30°",
    "47.35°N 130.30°E",
    "N 47.35 E 130.30",
    "130.30e47.35n",
    "北纬47.35°，东经130.30°",
    "北纬47.35°东经130.30°",
]


def choose(browser_page: BrowserPage, query: str, label: str) -> None:
    """Search and choose the first result with a label."""
    browser_page.page.get_by_role("combobox").fill(query)
    browser_page.page.locator("#hits li", has_text=label).first.click()


def query_one(service: Service, statement: str) -> tuple:
    with service.engine.connect() as connection:
        return tuple(connection.execute(text(statement)).one())


def parse(browser_page: BrowserPage, typed: str) -> list[tuple[float, float]] | None:
    """Return the places of the results for coordinates, without their datums."""
    places = browser_page.page.evaluate("(typed) => Gridward.coordinates(typed)", typed)
    return places and list(dict.fromkeys((place["lon"], place["lat"]) for place in places))


def test_coordinates_are_read_in_either_order(open_page):
    browser_page = open_page()
    assert {typed: parse(browser_page, typed) for typed in COORDINATES} == {
        typed: [(130.3, 47.35)] for typed in COORDINATES
    }
    for typed in ("13030", "47.35N 130.30N", "200, 300", "三道街 12", "12 34 56"):
        assert parse(browser_page, typed) is None
    browser_page.page.get_by_role("combobox").fill("47.35, 130.30")
    hits = browser_page.page.locator("#hits li")
    expect(hits).to_have_count(4)
    expect(hits.first).to_contain_text("lon 130.3, lat 47.35")
    browser_page.page.keyboard.press("Enter")
    expect(browser_page.page.locator(".facts-place")).to_contain_text("130.300000, 47.350000")


def test_the_order_that_lies_in_the_city_comes_first(open_page):
    """Both orders are places only where a longitude may be a latitude, as in Xinjiang."""
    browser_page = open_page()
    browser_page.page.evaluate("() => { Gridward.config.bounds = [79, 43, 81, 45]; }")
    both = [(80.1, 44.2), (44.2, 80.1)]
    assert parse(browser_page, "80.1, 44.2") == parse(browser_page, "44.2, 80.1") == both
    assert parse(browser_page, "80.1E, 44.2N") == both[:1]
    assert parse(browser_page, "80.1N, 44.2E") == both[1:]
    assert parse(browser_page, "-80.1, -44.2") == [(-44.2, -80.1), (-80.1, -44.2)]
    browser_page.page.evaluate("() => { Gridward.config.bounds = [0, 70, 9, 80]; }")
    assert parse(browser_page, "1, 2") == [(1, 2), (2, 1)]


def test_a_building_is_found_by_its_compound_and_number_with_or_without_a_space(
    open_page, sample_service: Service
):
    compound, _, _ = query_one(sample_service, COMPOUND)
    browser_page = open_page()
    for query in (f"{compound} 1号楼", f"{compound}1号楼", f"1号楼 {compound}"):
        browser_page.page.get_by_role("combobox").fill(query)
        first = browser_page.page.locator("#hits li .hit-name").first
        expect(first).to_have_text(f"{compound}1号楼")
        browser_page.page.get_by_role("combobox").fill("")
        expect(first).to_be_hidden()


def test_a_compound_is_marked_with_its_name_and_its_number_of_buildings(
    open_page, sample_service: Service
):
    name, code, buildings = query_one(sample_service, COMPOUND)
    browser_page = open_page()
    choose(browser_page, name, code)
    popup = browser_page.page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Neighborhood")
    expect(popup).to_contain_text(name)
    assert re.search(rf"Buildings\s+{buildings}\b", popup.inner_text())


def test_a_manager_is_shown_with_all_its_buildings_in_view(open_page, sample_service: Service):
    name, code, buildings, west, east = query_one(sample_service, MANAGER)
    browser_page = open_page()
    choose(browser_page, name, code)
    popup = browser_page.page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Manager")
    assert re.search(rf"Buildings\s+{buildings}\b", popup.inner_text())
    bounds = browser_page.page.evaluate(
        "() => Gridward.layers.buildings._map.getBounds().toBBoxString().split(',').map(Number)"
    )
    assert bounds[0] <= west
    assert east <= bounds[2]


def test_choosing_an_area_restricts_the_page_to_it(open_page):
    browser_page = open_page("property-coverage#level=community")
    rows = browser_page.page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    choose(browser_page, "为民社区", WEIMIN)
    browser_page.page.wait_for_url(re.compile(rf"[#&]in={WEIMIN}(&|$)"))
    browser_page.wait_until_rendered()
    expect(browser_page.page.locator(".trail button[aria-current]")).to_contain_text("Weimin")
    expect(browser_page.page.locator(f"tbody tr:not([data-code^='{WEIMIN}'])")).to_have_count(0)
    expect(rows.first).to_be_visible()
    choose(browser_page, "鹤岗市", "2304")
    browser_page.page.wait_for_function("() => !location.hash.includes('in=')")
    expect(browser_page.page.locator("tfoot th")).to_have_text("Total (721)")
    assert browser_page.page.evaluate("() => Gridward.state.scope") == ""


def test_an_area_outside_that_of_the_page_is_only_shown(open_page):
    browser_page = open_page("property-coverage?area=230402")
    choose(browser_page, "为民社区", WEIMIN)
    browser_page.page.wait_for_function(
        "() => Gridward.layers.shade._map.getZoom() >= 14 && Gridward.state.selected"
    )
    assert browser_page.page.evaluate("() => Gridward.state.scope") == "230402"
