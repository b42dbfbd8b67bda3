"""The table, the search and the popups of a map page."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.sample_service import SCREENS, UNCOVERED, Service

pytestmark = pytest.mark.browser


def test_the_table_follows_the_zoom_down_to_single_buildings(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    browser_page = open_page()
    expect(browser_page.page.locator("tfoot th")).to_have_text("Total (86)")
    browser_page.set_view(lon, lat, 14)
    expect(browser_page.page.locator("tfoot th")).to_have_text("Total (721)")
    expect(browser_page.page.locator("thead .name")).to_have_text("Grid")
    browser_page.page.get_by_role("button", name="Building", exact=True).press("Enter")
    row = browser_page.page.locator(f"tbody tr[data-code='{code}'] button")
    expect(row).to_have_count(1)
    households = text("SELECT households FROM building WHERE code = :code")
    with sample_service.engine.connect() as connection:
        expected = connection.execute(households, {"code": code}).scalar_one()
    listed = browser_page.page.locator(f"tbody tr[data-code='{code}'] td.households")
    assert int(listed.inner_text().replace(",", "")) == expected > 0
    total = browser_page.page.locator("tfoot td.households").inner_text()
    assert int(total.replace(",", "")) >= expected
    row.press("Enter")
    assert code in browser_page.text(".leaflet-popup")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_popup_of_a_building_shows_its_history(open_page, sample_service: Service, screen: str):
    lapsed = (
        "today.id IS NULL AND EXISTS "
        "(SELECT FROM property_coverage AS was WHERE was.building_code = building.code)"
    )
    code, lon, lat = sample_service.find_building(lapsed)
    browser_page = open_page(screen=screen)
    browser_page.set_view(lon, lat, 18)
    browser_page.click_map(lon, lat)
    spells = browser_page.page.locator(".history li")
    expect(spells.last).to_contain_text("Uncovered")
    assert spells.count() >= 2
    assert code in browser_page.text(".leaflet-popup")


def test_enter_opens_the_popup_at_the_centre_of_the_map(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    browser_page = open_page()
    browser_page.set_view(lon, lat, 18)
    browser_page.page.locator(".folium-map").press("Enter")
    assert code in browser_page.text(".leaflet-popup")


@pytest.mark.parametrize(
    ("datum", "lon"), [("GCJ-02", 130.292159), ("BD-09", 130.285767), ("WGS 84", 130.3)]
)
def test_the_search_accepts_coordinates_of_every_datum(open_page, datum: str, lon: float):
    browser_page = open_page()
    browser_page.page.get_by_role("combobox").fill("130.30, 47.35")
    hits = browser_page.page.locator("#hits li")
    expect(hits).to_have_count(4)
    at = next(i for i, text in enumerate(hits.all_inner_texts()) if datum in text)
    for _ in range(at + 1):
        browser_page.page.keyboard.press("ArrowDown")
    browser_page.page.keyboard.press("Enter")
    popup = browser_page.page.locator(".facts-place")
    popup.wait_for()
    assert re.search(r"\b2304\d{11}\b", popup.inner_text())
    shown_lon = float(re.search(r"WGS 84\s+([\d.]+)", popup.inner_text())[1])
    assert abs(shown_lon - lon) < 0.0005
