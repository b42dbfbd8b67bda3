"""Files, images and print of a map page, and the size of what it loads."""

import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.sample_service import SCREENS, Service

pytestmark = pytest.mark.browser


def test_uncovered_buildings_are_exported_as_xlsx_and_geojson(open_page):
    browser_page = open_page()
    links = [browser_page.page.get_by_role("link", name=name) for name in ("XLSX", "GeoJSON")]
    xlsx, geojson = (
        browser_page.page.request.get(f"{browser_page.home}{link.get_attribute('href')}")
        for link in links
    )
    worksheet = load_workbook(io.BytesIO(xlsx.body()), read_only=True).active
    assert sum(1 for _ in worksheet.rows) == 595 + 1
    assert len(geojson.json()["features"]) == 595
    browser_page.page.unroute("**/*")  # Chromium cancels a download that a route continues
    with browser_page.page.expect_download() as download:
        links[0].press("Enter")
    assert download.value.suggested_filename == "gridward.xlsx"
    assert download.value.failure() is None


def test_the_map_is_saved_as_an_image(open_page, tmp_path):
    browser_page = open_page()
    with browser_page.page.expect_download() as download:
        browser_page.page.get_by_role("button", name="PNG").press("Enter")
    path = tmp_path / "map.png"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 30_000  # an empty image has a tenth of that


def test_print_shows_the_map_and_the_table_without_controls(open_page):
    browser_page = open_page()
    browser_page.page.emulate_media(media="print")
    for hidden in ("#days", "#tools", "#search"):
        expect(browser_page.page.locator(hidden)).to_be_hidden()
    for visible in ("#figures", ".legend", ".leaflet-tile-pane canvas", "table"):
        expect(browser_page.page.locator(visible).first).to_be_visible()


@pytest.mark.parametrize("screen", sorted(SCREENS))
@pytest.mark.parametrize("subject", ["property-coverage", "issues"])
def test_the_first_printed_page_shows_the_whole_map_view(open_page, screen, subject):
    """A4 landscape without margins is 277 mm by 190 mm: 1047 by 718 pixels."""
    browser_page = open_page(subject, screen=screen)
    browser_page.wait_until_rendered()
    view = (
        "() => { const map = Object.values(Gridward.layers)[0]._map;"
        " return [map.getBounds().toBBoxString(), map.getZoom()]; }"
    )
    before = browser_page.page.evaluate(view)
    browser_page.page.emulate_media(media="print")
    browser_page.page.set_viewport_size({"width": 1047, "height": 718})
    frame = browser_page.page.locator(".ground").bounding_box()
    map_box = browser_page.page.locator(".leaflet-container").bounding_box()
    assert frame == pytest.approx(map_box, abs=1)
    assert frame["y"] + frame["height"] <= 718
    assert frame["x"] + frame["width"] <= 1047
    assert max(frame["width"] / 1047, frame["height"] / 588) > 0.95
    assert browser_page.page.evaluate(view) == before


def test_a_page_load_requests_each_tile_once_and_at_one_zoom(open_page):
    browser_page = open_page()
    browser_page.wait_until_rendered()
    paths = browser_page.page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    tiles = [path for path in paths if path.startswith("/tiles/")]
    assert tiles
    assert len(tiles) == len(set(tiles))
    assert len({path.split("/")[3] for path in tiles}) == 1


def test_every_served_page_is_small(open_page, sample_service: Service):
    browser_page = open_page()
    for subject in ("property-coverage", "grids", "issues"):
        response = browser_page.page.request.get(f"{sample_service.home}/maps/{subject}")
        assert len(response.body()) < 100_000
        assert (
            "unsafe-inline"
            not in re.search(r"script-src ([^;]*)", response.headers["content-security-policy"])[1]
        )
