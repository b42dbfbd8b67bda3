"""The legend, popups, targets and title bar of the map pages, measured in the browser."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from geo.settings import Language
from maps.folium import style
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData
from tests.browser import BrowserPage
from tests.maps.conftest import ON, middle
from tests.sample_service import SCREENS
from tests.targets import small_targets

pytestmark = pytest.mark.browser

KINDS = ("property-coverage", "grids", "issues")


@pytest.mark.parametrize("screen", ["laptop", "phone"])
@pytest.mark.parametrize("kind", KINDS)
def test_targets_are_large_enough(open_page, service, small_town: EmbeddedData, kind, screen):
    service.history = [{"covered_from": "2021-05-01", "covered_to": None, "manager": "鹤翔物业"}]
    browser_page = open_page(kind, size=SCREENS[screen])
    open_details(browser_page)
    browser_page.page.locator(".leaflet-control-layers").hover()
    assert small_targets(browser_page.page, screen) == []
    browser_page.page.mouse.move(2, 2)  # closes the list of layers
    lon, lat = middle(small_town.buildings, 0)
    browser_page.set_view(lon, lat, 17)
    browser_page.click_map(lon, lat)
    browser_page.page.locator(".leaflet-popup").wait_for()
    assert small_targets(browser_page.page, screen) == []


def test_small_targets_are_noticed(open_page):
    browser_page = open_page("grids")
    browser_page.page.evaluate("document.querySelector('.pages a').style.cssText = 'min-height: 0'")
    assert len(small_targets(browser_page.page, "phone")) > 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_the_navigation_is_one_line_on_a_laptop(open_page, service, kind, language):
    service.language = language
    browser_page = open_page(kind)
    for line, count in ((".pages a", 4), (".visitor a", 2)):
        tops = browser_page.page.locator(line).evaluate_all(
            "(links) => links.map((link) => link.getBoundingClientRect().top)"
        )
        assert len(tops) == count
        assert len(set(tops)) == 1
    widths = browser_page.page.evaluate("[document.body.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_figure_moves_none_of_the_others(open_page, kind):
    browser_page = open_page(kind)
    browser_page.page.locator("#figures dd").first.wait_for()
    lefts = """(text) => [...document.querySelectorAll("#figures div")].map((one, at) => {
      if (text && at === 0) one.querySelector("dd").textContent = text;
      return one.getBoundingClientRect().left;
    })"""
    before = browser_page.page.evaluate(lefts, "")
    assert browser_page.page.evaluate(lefts, "1") == before
    assert browser_page.page.evaluate(lefts, "8,888,888") == before


COVERED_BY_CONTROLS = """() => {
  const popup = document.querySelector(".leaflet-popup").getBoundingClientRect();
  const controls = [...document.querySelectorAll(".leaflet-control")].filter((control) =>
    control.checkVisibility({ visibilityProperty: true }));
  return controls.map((control) => [control.className, control.getBoundingClientRect()])
    .filter(([, box]) => box.left < popup.right && box.right > popup.left
      && box.top < popup.bottom && box.bottom > popup.top)
    .map(([name]) => name);
}"""


@pytest.mark.parametrize("screen", SCREENS)
def test_no_control_covers_a_popup(open_page, small_town: EmbeddedData, screen):
    """The popup of a building at each corner of the map, and beside the legend."""
    browser_page = open_page("property-coverage", size=SCREENS[screen])
    page = browser_page.page
    open_details(browser_page)
    legend = page.locator(".legend")
    lon, lat = middle(small_town.buildings, 0)
    for across, down in [(0.95, 0.15), (0.95, 0.5), (0.55, 0.9), (0.2, 0.1), (0.3, 0.95)]:
        browser_page.set_view(lon, lat, 17)
        x, y = page.evaluate(
            """([across, down]) => {
              const map = Gridward.layers.shade._map;
              const size = map.getSize();
              const at = L.point(size.x * across, size.y * down);
              map.panBy(size.divideBy(2).subtract(at), { animate: false });
              const box = map.getContainer().getBoundingClientRect();
              return [box.x + at.x, box.y + at.y];
            }""",
            [across, down],
        )
        browser_page.wait_until_rendered()
        on_map = "([x, y]) => !document.elementFromPoint(x, y).closest('.leaflet-control')"
        if not page.evaluate(on_map, [x, y]):
            continue  # a control is in the way of the mouse
        page.mouse.click(x, y)
        page.locator(".leaflet-popup").wait_for()
        page.wait_for_function(f"() => ({COVERED_BY_CONTROLS})().length === 0")
        page.locator(".leaflet-popup-close-button").click()
        page.locator(".leaflet-popup").wait_for(state="detached")
        expect(legend).to_be_visible()


def test_a_legend_in_the_way_of_a_popup_hides(open_page, small_town: EmbeddedData):
    browser_page = open_page("property-coverage", size=SCREENS["phone"])
    open_details(browser_page)
    lon, lat = middle(small_town.buildings, 0)
    browser_page.set_view(lon, lat, 17)
    browser_page.click_map(lon, lat)
    browser_page.page.locator(".leaflet-popup").wait_for()
    expect(browser_page.page.locator(".legend")).to_be_hidden()


def open_details(browser_page: BrowserPage) -> None:
    """Open legend and filters."""
    browser_page.page.evaluate(
        "() => document.querySelectorAll('details').forEach((details) => (details.open = true))"
    )


@pytest.mark.parametrize(
    ("language", "periods"),
    [
        (
            Language.EN,
            [
                "from 1 May 2021 to 30 April 2023",
                "from 1 May 2023 to 31 December 2023",
                "Since 1 January 2024",
            ],
        ),
        (
            Language.ZH,
            ["2021年5月1日至2023年4月30日", "2023年5月1日至2023年12月31日", "自 2024年1月1日 起"],
        ),
    ],
)
def test_periods_in_a_popup_end_on_their_last_day(
    open_page, service, small_town: EmbeddedData, language, periods
):
    """The data have half-open periods: [2021-05-01, 2023-05-01), a gap, [2024-01-01, )."""
    service.language = language
    service.history = [
        {"covered_from": "2021-05-01", "covered_to": "2023-05-01", "manager": "鹤翔物业"},
        {"covered_from": "2024-01-01", "covered_to": None, "manager": "松鹤物业"},
    ]
    browser_page = open_page("property-coverage")
    lon, lat = middle(small_town.buildings, 0)
    browser_page.set_view(lon, lat, 17)
    browser_page.click_map(lon, lat)
    expect(browser_page.page.locator(".history .days")).to_have_text(periods)


def screenshot(browser_page: BrowserPage) -> np.ndarray:
    image = Image.open(io.BytesIO(browser_page.page.screenshot()))
    return np.asarray(image.convert("RGB"))


def show_only_shades(browser_page: BrowserPage) -> None:
    browser_page.page.evaluate(
        """() => Object.values(Gridward.layers)
          .filter((layer) => layer.name !== "shade" && layer.getContainer())
          .forEach((layer) => (layer.getContainer().style.visibility = "hidden"))"""
    )


def pixel_at(browser_page: BrowserPage, pixels: np.ndarray, lon: float, lat: float) -> list[int]:
    x, y = browser_page.page.evaluate(
        """([lon, lat]) => {
          const map = Gridward.layers.shade._map;
          const box = map.getContainer().getBoundingClientRect();
          const at = map.latLngToContainerPoint([lat, lon]);
          return [box.x + at.x, box.y + at.y];
        }""",
        [lon, lat],
    )
    return pixels[round(y), round(x)].tolist()


def swatch_pixels(browser_page: BrowserPage, pixels: np.ndarray) -> dict[str, list[int]]:
    """Return the colour in the middle of each swatch of the legend, by its text."""
    entries = browser_page.page.locator(".legend li").evaluate_all(
        """(entries) => entries.map((entry) => {
          const box = entry.querySelector(".swatch").getBoundingClientRect();
          return [entry.textContent, box.x + box.width / 2, box.y + box.height / 2];
        })"""
    )
    return {text: pixels[int(y), int(x)].tolist() for text, x, y in entries}


def class_text(rate: float) -> str:
    bounds = [bound for bound, _ in style.RATE_CLASSES]
    at = max(i for i, bound in enumerate(bounds) if rate >= bound)
    if at == 0:
        return f"< {bounds[1]:.0%}".replace("%", " %")
    if at == len(bounds) - 1:
        return f"≥ {bounds[-1]:.0%}".replace("%", " %")
    return f"{bounds[at] * 100:.0f} – {bounds[at + 1] * 100:.0f} %"


@pytest.mark.parametrize("zoom", [13, 14, 16, 18])
def test_swatches_have_the_colours_of_the_map(open_file, small_town: EmbeddedData, zoom):
    """Of every class that is in view, and of what is outside the city."""
    page = map_pages.render_property_coverage(
        small_town, title="Hecheng", on=ON, language=Language.EN
    )
    browser_page = open_file(page, (1920, 1080))
    browser_page.page.locator(".levels").get_by_role("button", name="Grid").click()
    grids = small_town.grids
    shown = {class_text(rate): row for row, rate in enumerate(grids.rate)}
    assert len(shown) >= 4
    for text, row in shown.items():
        lon, lat = middle(grids, row)
        browser_page.set_view(lon, lat, zoom)
        show_only_shades(browser_page)
        pixels = screenshot(browser_page)
        swatches = swatch_pixels(browser_page, pixels)
        assert pixel_at(browser_page, pixels, lon, lat) == swatches[text], text
        classes = [colour for name, colour in swatches.items() if "%" in name]
        assert len({tuple(colour) for colour in classes}) == len(style.RATE_CLASSES)
    west, south, _, _ = small_town.areas.total_bounds
    browser_page.set_view(west, south, zoom)
    pixels = screenshot(browser_page)
    outside = pixel_at(browser_page, pixels, west - 0.0004, south - 0.0004)
    assert outside == swatch_pixels(browser_page, pixels)["No data"]


def test_a_grid_without_buildings_is_hatched_as_in_the_legend(open_file, small_town: EmbeddedData):
    town = EmbeddedData(**{**vars(small_town), "grids": small_town.grids.copy()})
    figures = ["buildings", "covered", "uncovered", "households", "covered_households"]
    town.grids.loc[town.grids.index[0], figures] = 0
    town.grids.loc[town.grids.index[0], "rate"] = np.nan
    page = map_pages.render_property_coverage(town, title="Hecheng", on=ON, language=Language.EN)
    browser_page = open_file(page, (1920, 1080))
    browser_page.page.locator(".levels").get_by_role("button", name="Grid").click()
    lon, lat = middle(town.grids, 0)
    browser_page.set_view(lon, lat, 17)
    show_only_shades(browser_page)
    pixels = screenshot(browser_page)
    swatch = browser_page.page.locator(".legend li", has_text="No buildings").locator(".swatch")
    box = swatch.bounding_box()
    assert box is not None
    at = browser_page.page.locator(".folium-map").bounding_box()
    assert at is not None
    middle_x, middle_y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    in_grid = colours_of(pixels, middle_x, middle_y, 8)
    in_swatch = colours_of(pixels, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 4)
    assert in_grid["dark"] == in_swatch["dark"]
    assert in_grid["light"] == in_swatch["light"]
    assert in_grid["dark"] != in_grid["light"]


def colours_of(pixels: np.ndarray, x: float, y: float, half: int) -> dict[str, list[int]]:
    """Return the darkest and the lightest colour of a square."""
    part = pixels[int(y) - half : int(y) + half, int(x) - half : int(x) + half].reshape(-1, 3)
    order = part.astype(int).sum(axis=1)
    return {"dark": part[order.argmin()].tolist(), "light": part[order.argmax()].tolist()}
