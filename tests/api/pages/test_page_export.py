"""Files, images and print of a map page, and the size of what it loads."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.api.exports.reading import read_csv, read_workbook
from tests.sample_service import SCREENS, Service

pytestmark = pytest.mark.browser


def download(browser_page, key: str, format: str):
    """Return the response behind a link of an export."""
    link = browser_page.page.locator(f"[data-export={key}]").get_by_role("link", name=format)
    response = browser_page.page.request.get(f"{browser_page.home}{link.get_attribute('href')}")
    assert response.ok, response.text()
    return response


def test_all_uncovered_buildings_are_exported_in_every_format(open_page):
    browser_page = open_page()
    table = read_workbook(download(browser_page, "uncovered_buildings", "XLSX").body())
    assert len(table.rows) == 595
    assert table.title.startswith("Uncovered buildings · Hegang · As of ")
    rows = read_csv(download(browser_page, "uncovered_buildings", "CSV").body()).rows
    assert [row[0] for row in rows] == [row[0] for row in table.rows]
    features = download(browser_page, "uncovered_buildings", "GeoJSON").json()["features"]
    assert len(features) == 595
    browser_page.page.unroute("**/*")  # Chromium cancels a download that a route continues
    with browser_page.page.expect_download() as saved:
        browser_page.page.get_by_role("link", name="XLSX").last.press("Enter")
    name = saved.value.suggested_filename
    assert re.fullmatch(r"Uncovered-buildings_Hegang_\d{4}-\d\d-\d\d\.xlsx", name)
    assert saved.value.failure() is None


@pytest.mark.parametrize(
    "permalink", ["", "#level=community", "#level=community&then=2024-01-01", "?lang=zh#level=grid"]
)
def test_the_table_is_exported_as_it_is_shown(open_page, permalink):
    browser_page = open_page(f"property-coverage{permalink}")
    browser_page.wait_until_rendered()
    export = browser_page.page.locator("[data-export=export_table]")
    expect(export).to_be_visible()
    shown = browser_page.page.locator(".rows tbody tr").evaluate_all(
        "rows => rows.map((row) =>"
        " [row.dataset.code, row.querySelector('td.uncovered, td.lost').textContent])"
    )
    table = read_workbook(download(browser_page, "export_table", "XLSX").body())
    headers = {"zh": "未覆盖楼栋", "en": "Uncovered buildings"}
    header = "Lost" if "then" in permalink else headers["zh" if "zh" in permalink else "en"]
    exported = [[row[0], f"{row[table.headers.index(header)]:,}"] for row in table.rows]
    assert sorted(exported) == sorted(shown)


def test_buildings_begin_with_those_longest_without_coverage_in_both_languages(open_page):
    for language in ("zh", "en"):
        browser_page = open_page(f"property-coverage?lang={language}")
        browser_page.page.evaluate("() => Gridward.layers.buildings._map.setZoom(17)")
        browser_page.wait_until_rendered()
        states = browser_page.page.locator(".rows tbody td.standing")
        expect(states.first).to_be_visible()
        never = {"zh": "从未有物业", "en": "Never covered"}[language]
        texts = states.all_text_contents()
        lapsed = texts.index(never)
        assert lapsed > 1
        assert set(texts[lapsed:]) == {never}
        years = [re.search(r"\d{4}", text)[0] for text in texts[:lapsed]]
        assert years == sorted(years)


def coarse(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """Return the part of the map without legend and scale, in so few pixels that lines blur."""
    width, height = size[0] // 8, size[1] // 8
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BOX), int)
    return pixels[12 : round(height * 0.8), : round(width * 0.7)]


@pytest.mark.parametrize("permalink", ["", "#then=2024-01-01", "#at=13.5/47.35/130.3"])
@pytest.mark.parametrize("subject", ["property-coverage", "issues"])
def test_the_map_is_saved_as_an_image_of_twice_the_resolution(
    open_page, tmp_path, subject, permalink
):
    """Its map is that of the screen, except where the screen has controls."""
    browser_page = open_page(f"{subject}{permalink}")
    browser_page.wait_until_rendered()
    map_element = browser_page.page.locator(".leaflet-container")
    png = map_element.screenshot(style=".leaflet-control-container { visibility: hidden }")
    shown = Image.open(io.BytesIO(png)).convert("RGB")
    with browser_page.page.expect_download() as download:
        browser_page.page.get_by_role("button", name="PNG").press("Enter")
    path = tmp_path / "map.png"
    download.value.save_as(path)
    image = Image.open(path).convert("RGB")
    assert image.width == 2 * shown.width
    top = 2 * (30 + 18 + 6)
    bottom = top + 2 * shown.height
    assert image.height >= bottom + 2 * (18 + 10)
    sharp = image.crop((0, top, image.width, bottom))
    difference = np.abs(coarse(sharp, shown.size) - coarse(shown, shown.size))
    assert difference.mean() < 5
    for line in (image.crop((0, 0, image.width, top)), image.crop((0, bottom, *image.size))):
        assert np.asarray(line).std() > 10  # it has text
    expect(browser_page.page.locator(".sharp-copy")).to_have_count(0)


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
