"""The coverage page in a browser, at three sizes of city, against a plain Folium page."""

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

from bench import city, ground, servers, visits
from bench.figures import Figure
from bench.visits import Visit, visit
from data.exporting import export
from geo import buildings, city_time, db
from geo.grids import grids
from geo.postgres import embedded
from geo.settings import Settings
from maps.folium import assets

SIZES = (4_253, 100_000, 1_000_000)
LARGEST_PLAIN = 100_000
"""A plain Folium page of 1,000,000 buildings is a file of half a gigabyte, which none opens."""
ROUNDS = 5
MOST_KB = 100
OURS_USABLE = """() => new Promise((done) => {
  const ask = () => {
    const map = window.Gridward?.layers?.shade?._map;
    if (!map || !document.querySelector("tbody tr") || !document.querySelector("#figures dd")) {
      setTimeout(ask, 20);
    } else Gridward.whenDrawn(map, () => done(performance.now()));
  };
  ask();
})"""
PLAIN_USABLE = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""


def measure() -> Iterator[Figure]:
    """Yield weights and times at each size, and the bounds that hold for all of them."""
    seen: dict[int, list[Visit]] = {}
    with visits.browser() as chromium:
        for count in SIZES:
            with ground.register() as settings:
                _fill(settings, count)
                with servers.ours(settings) as home:
                    address = f"{home}/maps/property-coverage"
                    seen[count] = [visit(chromium, address, OURS_USABLE) for _ in range(1 + ROUNDS)]
                yield from _ours(count, seen[count], seen[SIZES[0]])
                if count <= LARGEST_PLAIN:
                    yield from _plain(chromium, settings, count, seen[count])


def _fill(settings: Settings, count: int) -> None:
    """Make the sample city for the smallest size, else one as dense as a town."""
    if count == SIZES[0]:
        told = {"GRIDWARD_HOME": str(settings.home)}
        command = [str(servers.BIN / "gridward"), "demo"]
        subprocess.run(command, env=servers.clean() | told, check=True, stdout=subprocess.DEVNULL)
        return
    engine = db.connect(embedded.url(settings))
    city.fill(engine, count)
    engine.dispose()


def _ours(count: int, seen: list[Visit], smallest: list[Visit]) -> Iterator[Figure]:
    first, taken = seen[0], _usual(seen)
    told = f"with scripts and styles {(first.page + first.assets) / 1e3:,.0f} KB, "
    told += f"tiles and figures {first.data / 1e3:,.0f} KB"
    name = f"{count:,} buildings"
    yield Figure(f"page, {name}", first.page / 1e3, "KB", at_most=MOST_KB, told=told)
    told = f"{taken:.2f} s, best of {ROUNDS}; {_usual(smallest):.2f} s at {SIZES[0]:,}"
    yield Figure(f"time, {name}", taken / _usual(smallest), at_most=1.5, told=told)
    told = f"{first.seconds:.2f} s: nothing drawn or counted before"
    yield Figure(f"time of the first visit, {name}", first.seconds / smallest[0].seconds, told=told)


def _usual(seen: list[Visit]) -> float:
    return min(visit.seconds for visit in seen[1:])


def _plain(
    chromium: Browser, settings: Settings, count: int, ours: list[Visit]
) -> Iterator[Figure]:
    folder = settings.home / "plain"
    folder.mkdir()
    _write_plain(settings, folder)
    with _served(folder) as home:
        rounds = ROUNDS if count == SIZES[0] else 1
        seen = [visit(chromium, f"{home}/index.html", PLAIN_USABLE) for _ in range(rounds)]
    name = f"plain Folium, {count:,} buildings"
    weight, taken = seen[0].page / 1e3, min(one.seconds for one in seen)
    told = f"{weight:,.0f} KB, with scripts and styles {weight + seen[0].assets / 1e3:,.0f} KB"
    yield Figure(f"{name}: weight to ours", weight * 1e3 / ours[0].page, told=told)
    told = f"{taken:.2f} s, best of {rounds}"
    yield Figure(f"{name}: time to ours", taken / _usual(ours), told=told)


def _write_plain(settings: Settings, folder: Path) -> None:
    """Write what a tutorial would: two GeoJson layers with tooltips, Leaflet from beside it."""
    engine = db.connect(embedded.url(settings))
    at, on = city_time.now(), city_time.today(settings.timezone)
    with Session(engine) as session:
        homes = export.frame(session, buildings.facts(on=on, at=at))
        cells = export.frame(session, grids.facts(at=at))
    engine.dispose()
    for frame in (homes, cells):
        for column in frame.columns:
            if frame[column].map(lambda value: isinstance(value, datetime.date)).any():
                frame[column] = frame[column].astype(str)
    west, south, east, north = cells.total_bounds
    drawn = folium.Map(tiles=None)
    folium.GeoJson(cells, tooltip=folium.GeoJsonTooltip(["code", "buildings"])).add_to(drawn)
    folium.GeoJson(
        homes, style_function=_colour, tooltip=folium.GeoJsonTooltip(["name", "reason"])
    ).add_to(drawn)
    drawn.fit_bounds([[south, west], [north, east]])
    html = drawn.get_root().render()
    html = re.sub(
        r'<script src="https://[^"]*/leaflet\.js"></script>', "<script src='l.js'></script>", html
    )
    html = re.sub(
        r'<link[^>]*https://[^>]*/leaflet\.css"/>', "<link rel='stylesheet' href='l.css'>", html
    )
    html = re.sub(r'<script src="https://[^>]*></script>|<link[^>]*"https://[^>]*>', "", html)
    (folder / "index.html").write_text(html)
    (folder / "l.js").write_text(assets.script_text(assets.scripts()[0]))
    (folder / "l.css").write_text(assets.style_text(assets.styles()[0]))


def _colour(feature: dict[str, dict[str, object]]) -> dict[str, str]:
    return {"color": "#73858f" if feature["properties"]["covered"] else "#c4420a"}


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
