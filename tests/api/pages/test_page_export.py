"""Files, images and print of a map page, and the size of what it loads."""

import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.sample_service import SCREENS, Service

pytestmark = pytest.mark.browser


def test_uncovered_buildings_are_exported_as_xlsx_and_geojson(open_page):
    shown = open_page()
    links = [shown.page.get_by_role("link", name=name) for name in ("XLSX", "GeoJSON")]
    workbook, found = (
        shown.page.request.get(f"{shown.home}{link.get_attribute('href')}") for link in links
    )
    sheet = load_workbook(io.BytesIO(workbook.body()), read_only=True).active
    assert sum(1 for _ in sheet.rows) == 595 + 1
    assert len(found.json()["features"]) == 595
    shown.page.unroute("**/*")  # a download that is let through by a route ends as cancelled
    with shown.page.expect_download() as coming:
        links[0].press("Enter")
    assert coming.value.suggested_filename == "gridward.xlsx"
    assert coming.value.failure() is None


def test_the_map_is_saved_as_an_image(open_page, tmp_path):
    shown = open_page()
    with shown.page.expect_download() as coming:
        shown.page.get_by_role("button", name="PNG").press("Enter")
    path = tmp_path / "map.png"
    coming.value.save_as(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 30_000  # an empty sheet takes a tenth of that


def test_print_shows_the_map_and_the_table_without_controls(open_page):
    shown = open_page()
    shown.page.emulate_media(media="print")
    for gone in ("#days", "#tools", "#search"):
        expect(shown.page.locator(gone)).to_be_hidden()
    for kept in ("#figures", ".legend", ".leaflet-tile-pane canvas", "table"):
        expect(shown.page.locator(kept).first).to_be_visible()


@pytest.mark.parametrize("screen", sorted(SCREENS))
@pytest.mark.parametrize("subject", ["property-coverage", "issues"])
def test_the_first_printed_page_shows_the_whole_map_view(open_page, screen, subject):
    """A4 across less its margins is 277 mm by 190 mm: 1047 by 718 pixels."""
    shown = open_page(subject, screen=screen)
    shown.wait_until_rendered()
    view = (
        "() => { const map = Object.values(Gridward.layers)[0]._map;"
        " return [map.getBounds().toBBoxString(), map.getZoom()]; }"
    )
    seen = shown.page.evaluate(view)
    shown.page.emulate_media(media="print")
    shown.page.set_viewport_size({"width": 1047, "height": 718})
    frame = shown.page.locator(".ground").bounding_box()
    drawn = shown.page.locator(".leaflet-container").bounding_box()
    assert frame == pytest.approx(drawn, abs=1)
    assert frame["y"] + frame["height"] <= 718
    assert frame["x"] + frame["width"] <= 1047
    assert max(frame["width"] / 1047, frame["height"] / 588) > 0.95
    assert shown.page.evaluate(view) == seen


def test_a_page_load_requests_each_tile_once_and_at_one_zoom(open_page):
    shown = open_page()
    shown.wait_until_rendered()
    asked = shown.page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    tiles = [path for path in asked if path.startswith("/tiles/")]
    assert tiles
    assert len(tiles) == len(set(tiles))
    assert len({path.split("/")[3] for path in tiles}) == 1


def test_every_served_page_is_small(open_page, sample_service: Service):
    shown = open_page()
    for subject in ("property-coverage", "grids", "issues"):
        page = shown.page.request.get(f"{sample_service.home}/maps/{subject}")
        assert len(page.body()) < 100_000
        assert (
            "unsafe-inline"
            not in re.search(r"script-src ([^;]*)", page.headers["content-security-policy"])[1]
        )
