"""The coverage page in a browser, for three sizes of city, against a plain Folium page."""

import datetime
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import folium
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from bench import database, generated_city, page_loads, servers
from bench.measurements import Measurement
from bench.page_loads import PageLoad, load_page
from data.exporting import export
from geo import buildings, city_time, db
from geo.grids import grids
from geo.postgres import embedded
from geo.settings import Settings
from maps.folium import assets

SIZES = (4_253, 100_000, 1_000_000)
"""Numbers of buildings. The first is the sample city."""
MAX_PLAIN_SIZE = 100_000
"""A plain Folium page of 1,000,000 buildings has half a gigabyte; no browser opens it."""
ROUNDS = 5
MAX_PAGE_KB = 100
OURS_USABLE = """() => new Promise((resolve) => {
  const check = () => {
    const map = window.Gridward?.layers?.shade?._map;
    if (!map || !document.querySelector("tbody tr") || !document.querySelector("#figures dd")) {
      setTimeout(check, 20);
    } else Gridward.whenDrawn(map, () => resolve(performance.now()));
  };
  check();
})"""
"""Returns when the map is rendered, and the table and the figures are filled."""
PLAIN_USABLE = """() => new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))"""


def measure() -> Iterator[Measurement]:
    """Yield page sizes and loading times for each size of city."""
    loads: dict[int, list[PageLoad]] = {}
    with page_loads.launch_browser() as browser:
        for count in SIZES:
            with database.temporary_database() as settings:
                _fill(settings, count)
                with servers.gridward(settings) as home:
                    url = f"{home}/maps/property-coverage"
                    loads[count] = [load_page(browser, url, OURS_USABLE) for _ in range(1 + ROUNDS)]
                yield from _ours(count, loads[count], loads[SIZES[0]])
                if count <= MAX_PLAIN_SIZE:
                    yield from _plain(browser, settings, count, loads[count])


def _fill(settings: Settings, count: int) -> None:
    """Load the sample city for the smallest size, otherwise a generated city."""
    if count == SIZES[0]:
        environment = servers.clean_environment() | {"GRIDWARD_HOME": str(settings.home)}
        command = [str(servers.BIN / "gridward"), "demo"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return
    engine = db.connect(embedded.url(settings))
    generated_city.fill(engine, count)
    engine.dispose()


def _ours(count: int, loads: list[PageLoad], smallest: list[PageLoad]) -> Iterator[Measurement]:
    first, best_s, smallest_s = loads[0], _best_seconds(loads), _best_seconds(smallest)
    name = f"{count:,} buildings"
    details = (
        f"with scripts and styles {(first.page + first.assets) / 1e3:,.0f} KB, "
        f"tiles and figures {first.data / 1e3:,.0f} KB"
    )
    page_kb = first.page / 1e3
    yield Measurement(f"page, {name}", page_kb, "KB", at_most=MAX_PAGE_KB, details=details)
    details = f"{best_s:.2f} s, best of {ROUNDS}; {smallest_s:.2f} s for {SIZES[0]:,}"
    yield Measurement(f"time, {name}", best_s / smallest_s, at_most=1.5, details=details)
    details = f"{first.seconds:.2f} s, with empty caches on the server"
    ratio = first.seconds / smallest[0].seconds
    yield Measurement(f"time of the first page load, {name}", ratio, details=details)


def _best_seconds(loads: list[PageLoad]) -> float:
    return min(load.seconds for load in loads[1:])


def _plain(
    browser: Browser, settings: Settings, count: int, ours: list[PageLoad]
) -> Iterator[Measurement]:
    folder = settings.home / "plain"
    folder.mkdir()
    _write_plain_page(settings, folder)
    with _serve_folder(folder) as home:
        rounds = ROUNDS if count == SIZES[0] else 1
        loads = [load_page(browser, f"{home}/index.html", PLAIN_USABLE) for _ in range(rounds)]
    name = f"plain Folium, {count:,} buildings"
    page, best_s = loads[0].page, min(load.seconds for load in loads)
    total_kb = (page + loads[0].assets) / 1e3
    details = f"{page / 1e3:,.0f} KB, with scripts and styles {total_kb:,.0f} KB"
    yield Measurement(f"{name}: size in relation to ours", page / ours[0].page, details=details)
    details = f"{best_s:.2f} s, best of {rounds}"
    ratio = best_s / _best_seconds(ours)
    yield Measurement(f"{name}: time in relation to ours", ratio, details=details)


def _write_plain_page(settings: Settings, folder: Path) -> None:
    """Write the page of a Folium tutorial: two GeoJson layers with tooltips, and local Leaflet."""
    engine = db.connect(embedded.url(settings))
    at, on = city_time.now(), city_time.today(settings.timezone)
    with Session(engine) as session:
        building_frame = export.fetch_features(session, buildings.query(on=on, at=at))
        grid_frame = export.fetch_features(session, grids.query(at=at))
    engine.dispose()
    for frame in (building_frame, grid_frame):
        for column in frame.columns:
            if frame[column].map(lambda value: isinstance(value, datetime.date)).any():
                frame[column] = frame[column].astype(str)
    west, south, east, north = grid_frame.total_bounds
    page = folium.Map(tiles=None)
    grid_tooltip = folium.GeoJsonTooltip(["code", "buildings"])
    folium.GeoJson(grid_frame, tooltip=grid_tooltip).add_to(page)
    building_tooltip = folium.GeoJsonTooltip(["name", "reason"])
    folium.GeoJson(building_frame, style_function=_style, tooltip=building_tooltip).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    (folder / "index.html").write_text(_with_local_leaflet(page.get_root().render()))
    (folder / "l.js").write_text(assets.inline_script(assets.map_scripts()[0]))
    (folder / "l.css").write_text(assets.inline_style(assets.map_styles()[0]))


def _style(feature: dict[str, dict[str, object]]) -> dict[str, str]:
    return {"color": "#73858f" if feature["properties"]["covered"] else "#c4420a"}


def _with_local_leaflet(html: str) -> str:
    """Return the page with Leaflet from local files, and without all other CDN files."""
    for pattern, replacement in (
        (r'<script src="https://[^"]*/leaflet\.js"></script>', "<script src='l.js'></script>"),
        (r'<link[^>]*https://[^>]*/leaflet\.css"/>', "<link rel='stylesheet' href='l.css'>"),
        (r'<script src="https://[^>]*></script>|<link[^>]*"https://[^>]*>', ""),
    ):
        html = re.sub(pattern, replacement, html)
    return html


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_: object) -> None:
        """Ignore the message."""


@contextmanager
def _serve_folder(folder: Path) -> Iterator[str]:
    handler = partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
