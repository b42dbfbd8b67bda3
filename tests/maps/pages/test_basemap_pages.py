"""A basemap that fails never leaves the map without a backdrop; one in GCJ-02 is shifted."""

import io
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from geo.geometry.datums import Coords, Datum, from_wgs84
from geo.settings import Language
from maps.folium.basemap import Basemap
from maps.locales.texts import PageName, page_texts
from tests.browser import BrowserPage
from tests.maps.pages.tile_server import TileServer, serve_tiles

pytestmark = pytest.mark.browser

NOTE = ".map-notes p:visible"


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    with serve_tiles() as server:
        yield server


@pytest.fixture
def open_with_basemap(service, tiles: TileServer, open_page) -> Callable[..., BrowserPage]:
    def open_(kind: str = "property-coverage", datum: str = "wgs84") -> BrowserPage:
        service.basemap = Basemap(tiles.url, datum)
        # The load event of a page waits for its images, which may never come.
        return open_page(kind, allowed=[tiles.home], wait_until="domcontentloaded")

    return open_


def expect_backdrop(browser_page: BrowserPage, *, on: bool) -> None:
    """Wait until the backdrop layer is on the map or off, and everything is rendered."""
    browser_page.page.wait_for_function(
        "(on) => Object.values(Gridward.layers)[0]._map.hasLayer(Gridward.layers.backdrop) === on",
        arg=on,
    )
    browser_page.wait_until_rendered()


def expect_recovery(browser_page: BrowserPage) -> None:
    """Wait until the backdrop and the note have gone, as the browser reports a connection."""
    browser_page.page.wait_for_function(
        """() => {
          window.dispatchEvent(new Event("online"));
          return !Object.values(Gridward.layers)[0]._map.hasLayer(Gridward.layers.backdrop);
        }""",
        polling=200,
    )
    expect(browser_page.page.locator(NOTE)).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "datum"), [("property-coverage", "wgs84"), ("grids", "gcj02"), ("issues", "wgs84")]
)
def test_a_basemap_that_comes_replaces_the_backdrop(open_with_basemap, kind, datum):
    browser_page = open_with_basemap(kind, datum)
    expect_backdrop(browser_page, on=False)
    expect(browser_page.page.locator(NOTE)).to_have_count(0)


@pytest.mark.parametrize(("failure", "datum"), [("refuses", "wgs84"), ("404", "gcj02")])
@pytest.mark.parametrize("language", Language)
def test_the_backdrop_stays_until_a_failing_basemap_comes_back(
    open_with_basemap, service, tiles: TileServer, failure, datum, language
):
    service.language = language
    text = page_texts(language, PageName.MAP)["basemap_unreachable"]
    if failure == "refuses":
        tiles.stop()
    else:
        tiles.mode = failure
    browser_page = open_with_basemap(datum=datum)
    expect(browser_page.page.locator(NOTE)).to_contain_text(text)
    expect_backdrop(browser_page, on=True)
    if failure == "refuses":
        tiles.start()
    tiles.mode = "works"
    expect_recovery(browser_page)
    browser_page.ignore_errors("Failed to load resource")


def test_the_backdrop_returns_when_a_basemap_fails_later(open_with_basemap, tiles: TileServer):
    browser_page = open_with_basemap()
    expect_backdrop(browser_page, on=False)
    tiles.mode = "404"
    browser_page.page.get_by_role("button", name="Zoom in").click()
    expect(browser_page.page.locator(NOTE)).to_be_visible()
    expect_backdrop(browser_page, on=True)
    browser_page.ignore_errors("Failed to load resource")


def test_the_backdrop_stays_while_a_basemap_does_not_respond(open_with_basemap, tiles: TileServer):
    tiles.mode = "hangs"
    browser_page = open_with_basemap()
    expect_backdrop(browser_page, on=True)
    expect(browser_page.page.locator(NOTE)).to_contain_text("cannot be reached")
    expect_backdrop(browser_page, on=True)
    tiles.mode = "works"
    tiles.released.set()
    expect_recovery(browser_page)
    browser_page.ignore_errors("Failed to load resource")


def test_the_backdrop_returns_when_a_reader_hides_the_basemap(open_with_basemap):
    browser_page = open_with_basemap()
    expect_backdrop(browser_page, on=False)
    browser_page.page.locator(".leaflet-control-layers").hover()
    browser_page.page.get_by_role("checkbox", name="Basemap").uncheck()
    expect_backdrop(browser_page, on=True)


CITIES = {
    "Hegang": (130.3, 47.35),
    "Beijing": (116.4, 39.9),
    "Shanghai": (121.47, 31.23),
    "Chengdu": (104.06, 30.66),
    "Sanya": (109.5, 18.25),
    "Urumqi": (87.6, 43.8),
    "Tokyo": (139.7, 35.7),  # outside the box: not shifted
}


def pixel_metres(lat: float, zoom: float) -> float:
    return 156_543.034 * np.cos(np.radians(lat)) / 2**zoom


def test_the_page_computes_gcj02_as_the_service_does(open_with_basemap):
    browser_page = open_with_basemap()
    rng = np.random.default_rng(3)
    points = np.repeat(list(CITIES.values()), 200, axis=0) + rng.uniform(-0.6, 0.6, (1400, 2))
    in_page = browser_page.page.evaluate(
        "(points) => points.map(Gridward.toGcj02)", points.tolist()
    )
    assert np.abs(np.array(in_page) - from_wgs84(points, Datum.GCJ02)).max() < 1e-10


def test_every_pixel_of_a_shifted_tile_is_within_a_metre_from_zoom_9_to_20(open_with_basemap):
    """Compares the cells of tiles with the conversion of points at pixels of those cells."""
    browser_page = open_with_basemap()
    for (lon, lat), zoom in product(CITIES.values(), range(9, 21)):
        world = 256 * 2**zoom
        tile = [int(part // 256) for part in to_pixels(np.array([[lon, lat]]), world)[0]]
        cells = browser_page.page.evaluate(
            "([z, x, y]) => Gridward.shiftedCells({z, x, y})", [zoom, *tile]
        )
        share = np.random.default_rng(zoom).uniform(0, 1, (len(cells), 2))
        corner = np.array([[cell["left"], cell["top"]] for cell in cells])
        size = np.array([[cell["width"], cell["height"]] for cell in cells])
        low = np.array([[cell["west"], cell["north"]] for cell in cells])
        high = np.array([[cell["east"], cell["south"]] for cell in cells])
        pixels = np.array(tile) * 256 + corner + share * size
        expected = to_pixels(from_wgs84(to_degrees(pixels, world), Datum.GCJ02), world)
        distance = np.hypot(*(low + share * (high - low) - expected).T)
        assert distance.max() * pixel_metres(lat, zoom) < 1, (lon, lat, zoom)
        covered = (size[:, 0] * size[:, 1]).sum()
        assert covered == 256 * 256


@pytest.mark.parametrize("city", ["Hegang", "Sanya", "Tokyo"])
def test_a_mark_in_a_gcj02_basemap_is_drawn_where_wgs84_data_has_it(
    open_with_basemap, tiles: TileServer, city
):
    """To a metre, or a tenth of a pixel where that is more."""
    lon, lat = CITIES[city]
    [tiles.mark] = from_wgs84(np.array([[lon, lat]]), Datum.GCJ02).tolist()
    browser_page = open_with_basemap("issues", "gcj02")
    for zoom in (11, 14, 17, 19):
        offset = mark_offset(browser_page, lon, lat, zoom)
        pixel = pixel_metres(lat, zoom)
        assert np.hypot(*offset) * pixel < max(1, pixel / 10), zoom


def test_without_its_datum_the_same_mark_is_hundreds_of_metres_off(
    open_with_basemap, tiles: TileServer
):
    lon, lat = CITIES["Hegang"]
    [tiles.mark] = from_wgs84(np.array([[lon, lat]]), Datum.GCJ02).tolist()
    browser_page = open_with_basemap("issues", "wgs84")
    offset = mark_offset(browser_page, lon, lat, 14)
    assert 500 < np.hypot(*offset) * pixel_metres(lat, 14) < 800


def mark_offset(browser_page: BrowserPage, lon: float, lat: float, zoom: int) -> Coords:
    """Return how far the black disc is drawn from a location, in pixels, to subpixels."""
    page = browser_page.page
    page.evaluate(  # a style element would break the content security policy
        """(hidden) => {
          const style = new CSSStyleSheet();
          style.replaceSync(`${hidden} { visibility: hidden !important }`);
          document.adoptedStyleSheets = [style];
        }""",
        ".leaflet-control-container, .map-notes, .leaflet-layer:not(.basemap)",
    )
    browser_page.set_view(lon, lat, zoom)
    expect_backdrop(browser_page, on=False)
    x, y = page.evaluate(
        """async ([lon, lat]) => {
          const map = Object.values(Gridward.layers)[0]._map;
          const tiles = () => [...document.querySelectorAll(".basemap .leaflet-tile")];
          while (!tiles().every((tile) => tile.classList.contains("leaflet-tile-loaded")))
            await new Promise((done) => requestAnimationFrame(done));
          const origin = map.getPixelOrigin();
          const at = map.layerPointToContainerPoint(map.project([lat, lon]).subtract(origin));
          return [at.x, at.y];
        }""",
        [lon, lat],
    )
    return centre_of_black(page.locator(".folium-map").screenshot()) - np.array([x, y])


def centre_of_black(png: bytes) -> Coords:
    """Return the centroid of what is not the magenta of the tiles, weighted by its share."""
    red = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))[:, :, 0]
    weight = 1 - red / 255
    rows, columns = np.mgrid[: red.shape[0], : red.shape[1]] + 0.5
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


def to_pixels(coords: Coords, world: int) -> Coords:
    lon, lat = coords.T
    mercator = np.arcsinh(np.tan(np.radians(lat)))
    return np.column_stack([lon / 360 + 0.5, 0.5 - mercator / (2 * np.pi)]) * world


def to_degrees(pixels: Coords, world: int) -> Coords:
    x, y = (pixels / world).T
    return np.column_stack([(x - 0.5) * 360, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))])
