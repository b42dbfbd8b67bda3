"""The served pages in a browser: tiles, rows and places come from a small server of our own."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.settings import Language
from maps.folium import assets
from maps.pages import map_pages
from maps.pages.page_data import COLUMNS, EmbeddedData, TileSources

pytestmark = pytest.mark.browser

ON = date(2025, 6, 30)
EXTENT = 4096
MARKUP = '<img src=x onerror="window.hit=1"><b>&amp;</b>'
ADDRESSED = ("at", "on", "then", "level", "in", "measure", "built", "period", "code", "not-use")
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, content: bytes | int) -> bytes:
    """One field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def value(content: object) -> bytes:
    if isinstance(content, bool | np.bool_):
        return field(7, int(content))
    if isinstance(content, int | np.integer):
        return field(4, int(content))
    if isinstance(content, float):
        return varint(3 << 3 | 1) + np.float64(content).tobytes()
    return field(1, str(content).encode())


def commands(shape: shapely.Geometry) -> bytes:
    """The drawing commands of a shape in tile units: move, lines, close."""
    parts = [np.rint(shapely.get_coordinates(ring)).astype(int) for ring in rings(shape)]
    out, last = [], np.zeros(2, int)
    for part in parts:
        closed = shape.area > 0
        corners = part[:-1] if closed else part
        steps = np.diff(corners, axis=0, prepend=[last])
        zigzag = (steps << 1) ^ (steps >> 63)
        out += [9, *zigzag[0]]
        if len(corners) > 1:
            out += [(len(corners) - 1) << 3 | 2, *zigzag[1:].ravel()]
        out += [15] if closed else []
        last = corners[-1]
    return b"".join(varint(int(number)) for number in out)


def rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shape)
    return [ring for part in parts for ring in shapely.get_rings(part)] if shape.area else parts


def layer(name: str, frame: gpd.GeoDataFrame, columns: tuple[str, ...]) -> bytes:
    keys = [column for column in columns if column in frame]
    features, values = b"", b""
    for position, row in enumerate(frame.itertuples()):
        tags = b""
        for key, name_of in enumerate(keys):
            content = getattr(row, name_of)
            if content is None or content != content:
                continue
            tags += varint(key) + varint(len(keys) * position + key)
        shape = row.geometry
        kind = {0: 1, 1: 2, 2: 3}[int(shapely.get_dimensions(shape))]
        features += field(2, field(2, tags) + field(3, kind) + field(4, commands(shape)))
        values += b"".join(field(4, value(getattr(row, key))) for key in keys)
    named = b"".join(field(3, key.encode()) for key in keys)
    head = field(15, 2) + field(1, name.encode())
    return field(3, head + features + named + values + field(5, EXTENT))


def tile(name: str, frame: gpd.GeoDataFrame, z: int, x: int, y: int) -> bytes:
    """A tile as PostGIS writes it: what meets the square, in its units, exteriors clockwise."""
    world = frame.to_crs(3857)
    side = 2 * 20037508.342789244
    west, north = x * side / 2**z - side / 2, side / 2 - y * side / 2**z
    step = side / 2**z
    near = world[world.intersects(shapely.box(west, north - step, west + step, north))]
    scale = EXTENT / step
    moved = near.geometry.affine_transform([scale, 0, 0, -scale, -west * scale, north * scale])
    near = near.set_geometry(shapely.orient_polygons(moved.to_numpy()))
    drawn = layer(name, near, COLUMNS[name])
    if name in ("areas", "grids"):
        spots = near.set_geometry(near.geometry.representative_point())
        drawn += layer(f"{name}_labels", spots, COLUMNS[name])
    return drawn


class Service:
    """Answers what a served page asks for, out of the frames of a city."""

    def __init__(self, city: EmbeddedData) -> None:
        self.city = city
        self.files = assets.served()
        self.asked: list[str] = []
        self.broken = False
        self.rows_may_go = threading.Event()
        self.rows_may_go.set()
        self.language = Language.EN
        self.history: list[dict[str, object]] = []
        self.place: dict[str, object] = {"grid": None, "areas": []}

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes]:
        if path in self.files:
            return 200, TYPES[Path(path).suffix], self.files[path].body()
        if path.startswith("/maps/"):
            return 200, "text/html; charset=utf-8", b""
        if self.broken:
            return 503, "application/problem+json", b"{}"
        if match := re.fullmatch(r"/tiles/(\w+)/(\d+)/(\d+)/(\d+)\.mvt", path):
            frame = self.city.frames()[match[1]]
            if "level" in query:
                frame = frame[frame.level == query["level"]]
            z, x, y = (int(part) for part in match.groups()[1:])
            return 200, "application/vnd.mapbox-vector-tile", tile(match[1], frame, z, x, y)
        try:
            return 200, "application/json", json.dumps(self.rows(path, query)).encode()
        except KeyError:  # a code that nothing has
            return 404, "application/problem+json", b"{}"

    def rows(self, path: str, query: dict[str, str]) -> object:
        frames = self.city.frames()
        if path == "/v1/property-coverage":
            self.rows_may_go.wait(20)
            areas = frames["areas"]
            of = frames["grids"] if query["by"] == "grid" else areas[areas.level == query["by"]]
            inside = of[of.code.str.startswith(query.get("area", ""))]
            return json.loads(inside.drop(columns="geometry").to_json(orient="records"))
        if path == "/v1/search":
            homes = frames["buildings"]
            found = homes[homes.code == query["q"]]
            spots = found.geometry.representative_point()
            return [
                {"kind": "building", "code": code, "name": name, "lon": at.x, "lat": at.y}
                for code, name, at in zip(found.code, found.name, spots, strict=True)
            ]
        if path.endswith("/history"):
            return self.history
        if path == "/v1/lookup":
            return self.place | {"lon": float(query["lon"]), "lat": float(query["lat"])}
        kind, code = path.split("/")[-2:]
        row = frames[kind].set_index("code").loc[code]
        return {"type": "Feature", "geometry": shapely.geometry.mapping(row.geometry)}


def handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            service.asked.append(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            status, kind, body = service.answer(asked.path, query)
            self.send_response(status)
            if asked.path.startswith("/maps/"):
                page = served_page(service, asked.path.removeprefix("/maps/"))
                body = page.html.encode()
                hashes = " ".join(f"'{code}'" for code in page.script_hashes)
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'self'; script-src 'self' {hashes}; img-src 'self' data:",
                )
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # a browser that moved on hangs up
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def served_page(service: Service, kind: str) -> map_pages.RenderedPage:
    draw = {"property-coverage": map_pages.property_coverage, "grids": map_pages.grids}
    issues = service.city.issues
    counts = issues.groupby(["category", "status"]).size().reset_index(name="issues")
    data = TileSources(
        service.city.bounds, 3, issue_counts=json.loads(counts.to_json(orient="records"))
    )
    page = draw.get(kind, map_pages.issues)
    return page(data, title="Hecheng", on=ON, language=service.language)


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # a browser asks for many tiles at once


@pytest.fixture
def service(small_town: EmbeddedData) -> Iterator[Service]:
    answers = Service(small_town)
    server = Server(("127.0.0.1", 0), handler(answers))
    answers.home = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_page(service: Service, visit) -> Callable:  # the page closes before the server
    return lambda kind, **how: visit(f"{service.home}/maps/{kind}", **how)


def middle(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    point = frame.geometry.iloc[row].representative_point()
    return point.x, point.y


def test_a_click_on_a_building_out_of_a_tile_opens_its_popup(open_page, small_town: EmbeddedData):
    shown = open_page("property-coverage")
    homes = small_town.buildings
    row = int((homes.reason == "lapsed").to_numpy().nonzero()[0][0])
    lon, lat = middle(homes, row)
    shown.look(lon, lat, 17)
    shown.click_map(lon, lat)
    popup = shown.text(".leaflet-popup")
    assert homes.code.iloc[row] in popup
    assert "Uncovered since 1 Mar 2023" in popup


def test_a_policy_without_inline_scripts_is_kept(open_page):
    shown = open_page("property-coverage")
    shown.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
        }"""
    )
    assert shown.page.evaluate("() => window.hit") is None
    assert "script-src" in shown.faults.pop()


def test_the_table_asks_for_the_rows_of_its_level(open_page, service: Service):
    shown = open_page("property-coverage")
    shown.page.get_by_role("button", name="District", exact=True).click()
    shown.page.locator("tbody tr[data-code='230402']").click()
    shown.page.locator(".trail button", has_text="区").wait_for()
    scope = shown.page.evaluate("() => Gridward.state.scope")
    asked = [path for path in service.asked if path.startswith("/v1/property-coverage")]
    assert f"/v1/property-coverage?by=district&on={ON}" in asked
    shown.page.locator(f"tbody tr[data-code^='{scope}0']").first.wait_for()
    asked = [path for path in service.asked if path.startswith("/v1/property-coverage")]
    assert any(f"area={scope}" in path for path in asked)
    assert f"/v1/areas/{scope}" in service.asked


def test_a_row_that_waits_for_the_next_ones_still_leads_to_its_own_place(
    open_page, service: Service
):
    """The level is switched from grids to districts while the grids' rows still stand."""
    shown = open_page("grids")
    shown.page.get_by_role("button", name="Grid", exact=True).first.click()
    row = shown.page.locator("tbody tr[data-code='230401001001001']")
    row.wait_for()
    service.rows_may_go.clear()
    shown.page.get_by_role("button", name="District", exact=True).click()
    with shown.page.expect_request("**/v1/grids/230401001001001"):
        row.click()
    service.rows_may_go.set()
    shown.page.locator("tbody tr[data-code='230401']").wait_for()


def test_tiles_are_asked_for_one_day_and_revision_and_never_deeper_than_they_go(
    open_page, service: Service, small_town: EmbeddedData
):
    shown = open_page("grids")
    shown.look(*middle(small_town.buildings, 0), 19)
    tiles = [urlsplit(path) for path in service.asked if path.startswith("/tiles/")]
    assert all(f"on={ON}" in path.query and "revision=3" in path.query for path in tiles)
    zooms = {int(path.path.split("/")[3]) for path in tiles}
    assert max(zooms) == 15


def test_footprints_are_asked_for_only_where_they_show(open_page, service: Service):
    shown = open_page("property-coverage")
    shown.look(130.25, 47.29, 12)
    service.asked.clear()
    shown.look(130.25, 47.29, 13)
    assert not [path for path in service.asked if path.startswith("/tiles/buildings")]
    shown.look(130.25, 47.29, 15)
    assert [path for path in service.asked if path.startswith("/tiles/buildings")]


def test_search_asks_the_service_and_goes_there(open_page, small_town: EmbeddedData):
    shown = open_page("property-coverage")
    code = small_town.buildings.code.iloc[7]
    shown.page.get_by_role("combobox").fill(code)
    shown.page.locator("#hits li").first.wait_for()
    shown.page.keyboard.press("Enter")
    popup = shown.page.locator(".leaflet-popup")
    popup.wait_for()
    assert code in popup.inner_text()


def test_markup_that_the_service_answers_with_shows_as_text(
    open_page, service: Service, small_town: EmbeddedData
):
    spell = {"covered_from": "2020-01-01", "covered_to": None}
    service.history = [spell | {"manager": MARKUP, "manager_kind": MARKUP}]
    service.place = {
        "grid": {"code": MARKUP, "name": MARKUP},
        "areas": [{"level": "community", "code": MARKUP, "name": MARKUP}],
    }
    shown = open_page("property-coverage")
    lon, lat = middle(small_town.buildings, 0)
    shown.look(lon, lat, 17)
    shown.click_map(lon, lat)
    shown.page.locator(".history li").wait_for()
    assert shown.text(".history").count(MARKUP) == 2
    shown.page.get_by_role("combobox").fill(f"{lon}, {lat}")
    shown.page.locator("#hits li").nth(1).click()
    shown.page.locator(".facts-place").wait_for()
    assert shown.text(".facts-place").count(MARKUP) >= 2
    assert shown.page.locator("img[onerror]").count() == 0
    assert shown.page.evaluate("() => window.hit") is None


def test_markup_in_an_address_does_nothing(open_page):
    spoilt = "&".join(f"{name}={quote(MARKUP)}" for name in ADDRESSED)
    shown = open_page(f"property-coverage#{spoilt}")
    shown.page.locator("tbody tr").first.wait_for()
    assert shown.page.locator("img[onerror]").count() == 0
    assert shown.page.evaluate("() => window.hit") is None
    shown.pardon("404")  # no area has such a code, which the service says


@pytest.mark.parametrize("kind", ["property-coverage", "grids", "issues"])
@pytest.mark.parametrize("language", Language)
def test_nothing_sticks_out_of_the_window_of_a_served_page(
    open_page, service: Service, kind: str, language: Language
):
    service.language = language
    shown = open_page(kind)
    for width, height in ((1920, 1080), (1366, 768), (390, 844)):
        shown.page.set_viewport_size({"width": width, "height": height})
        assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_issue_counts_come_with_the_page(open_page, small_town: EmbeddedData):
    shown = open_page("issues")
    assert shown.text("#figures").split()[:2] == ["Issues", str(len(small_town.issues))]
    lon, lat = middle(small_town.issues, 0)
    shown.look(lon, lat, 18)
    shown.click_map(lon, lat)
    assert "Reported" in shown.text(".leaflet-popup")


def test_the_pages_link_to_each_other(open_page):
    shown = open_page("property-coverage")
    shown.page.get_by_role("link", name="Micro-grids").click()
    shown.page.wait_for_url("**/maps/grids")
    shown.settle()
    assert (
        shown.page.get_by_role("link", name="Micro-grids").get_attribute("aria-current") == "page"
    )


def test_a_service_that_fails_is_said_on_the_page(open_page, service: Service):
    service.broken = True
    shown = open_page("property-coverage")
    shown.page.get_by_text("Could not be read: 503").wait_for()
    assert shown.faults
    shown.pardon()
