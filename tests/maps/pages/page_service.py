"""A small HTTP server of the map pages, their tiles, rows and lookups, without a database."""

import json
import re
import threading
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import shapely

from geo.settings import Language
from maps.folium import assets
from maps.folium.basemap import NO_BASEMAP
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData, TileSources
from tests.maps.vector_tiles import encode_tile

ON = date(2025, 6, 30)
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


def coverage_periods(building: pd.Series) -> str | None:
    """Return the periods of a building as its tile has them."""
    if building.covered:
        return f"{building.manager_kind} {building.covered_since}/.."
    if building.reason == "lapsed":
        return f"property_firm 2001-01-01/{building.uncovered_since}"
    return None


class PageService:
    """Serves the map pages and their requests from the frames of a town."""

    def __init__(self, town: EmbeddedData) -> None:
        self.town = town
        self.files = assets.assets_by_url()
        self.requests: list[str] = []
        self.is_broken = False
        self.rows_released = threading.Event()
        self.rows_released.set()
        self.language = Language.EN
        self.basemap = NO_BASEMAP
        self.history: list[dict[str, object]] = []
        self.trend: list[dict[str, object]] = []
        self.location: dict[str, object] = {"grid": None, "areas": []}

    def respond(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes]:
        if path in self.files:
            return 200, TYPES[Path(path).suffix], self.files[path].read_bytes()
        if path.startswith("/maps/"):
            return 200, "text/html; charset=utf-8", b""
        if self.is_broken:
            return 503, "application/problem+json", b"{}"
        if match := re.fullmatch(r"/tiles/(\w+)/(\d+)/(\d+)/(\d+)\.mvt", path):
            frame = self.town.frames()[match[1]]
            if "level" in query:
                frame = frame[frame.level == query["level"]]
            if match[1] == "buildings":
                frame = frame.assign(coverage=frame.apply(coverage_periods, axis=1))
            z, x, y = (int(part) for part in match.groups()[1:])
            return 200, "application/vnd.mapbox-vector-tile", encode_tile(match[1], frame, z, x, y)
        try:
            return 200, "application/json", json.dumps(self.rows(path, query)).encode()
        except KeyError:  # an unknown code
            return 404, "application/problem+json", b"{}"

    def uncovered(self, area: str) -> gpd.GeoDataFrame:
        homes = self.town.frames()["buildings"]
        return homes[~homes.covered & homes.community_code.str.startswith(area)]

    def rows(self, path: str, query: dict[str, str]) -> object:
        frames = self.town.frames()
        if path == "/v1/property-coverage":
            self.rows_released.wait(20)
            areas = frames["areas"]
            rows = frames["grids"] if query["by"] == "grid" else areas[areas.level == query["by"]]
            inside = rows[rows.code.str.startswith(query.get("area", ""))].drop(columns="geometry")
            if query.get("reason") == "lapsed":
                lapsed = self.uncovered("")[lambda homes: homes.reason == "lapsed"]
                inside["uncovered"] = [
                    int(lapsed.community_code.str.startswith(code).sum()) for code in inside.code
                ]
            return json.loads(inside.to_json(orient="records"))
        if path == "/v1/property-coverage/trend":
            return self.trend
        if path == "/v1/buildings":
            homes = self.uncovered(query.get("area", ""))
            return {"features": json.loads(homes.to_json(default=str))["features"], "links": []}
        if path == "/v1/search":
            homes = frames["buildings"]
            matches = homes[homes.code == query["q"]]
            points = matches.geometry.representative_point()
            return [
                {"kind": "building", "code": code, "name": name, "lon": point.x, "lat": point.y}
                for code, name, point in zip(matches.code, matches.name, points, strict=True)
            ]
        if path.endswith("/history"):
            return self.history
        if path == "/v1/lookup":
            return self.location | {"lon": float(query["lon"]), "lat": float(query["lat"])}
        kind, code = path.split("/")[-2:]
        row = frames[kind].set_index("code").loc[code]
        return {"type": "Feature", "geometry": shapely.geometry.mapping(row.geometry)}


def request_handler(service: PageService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            service.requests.append(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, kind, body = service.respond(url.path, query)
            self.send_response(status)
            if url.path.startswith("/maps/"):
                page = render_page(service, url.path.removeprefix("/maps/"))
                body = page.html.encode()
                hashes = " ".join(f"'{code}'" for code in page.script_hashes)
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'self'; script-src 'self' {hashes}; "
                    f"img-src 'self' data: {' '.join(page.image_origins)}",
                )
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # the browser cancelled the request
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def render_page(service: PageService, kind: str) -> map_pages.RenderedPage:
    renderers = {
        "property-coverage": map_pages.render_property_coverage,
        "grids": map_pages.render_grids,
    }
    issues = service.town.issues
    counts = issues.groupby(["category", "status"]).size().reset_index(name="issues")
    sources = TileSources(
        service.town.bounds,
        3,
        timezone="Asia/Shanghai",
        issue_counts=json.loads(counts.to_json(orient="records")),
    )
    render = renderers.get(kind, map_pages.render_issues)
    return render(
        sources, title="Hecheng", on=ON, language=service.language, basemap=service.basemap
    )


class PageServer(ThreadingHTTPServer):
    request_queue_size = 128  # a browser requests many tiles at once
