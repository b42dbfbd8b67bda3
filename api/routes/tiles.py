"""Vector tiles, drawn once for each state of what they show and kept."""

import datetime
import gzip
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from isal import igzip
from pydantic import Field
from sqlalchemy.exc import DBAPIError

from api import query
from api.cache import tagged
from api.query import Query
from geo import moments, states, tiles
from geo.layers import Layer, Scene
from geo.models import Level
from geo.squares import Tile

router = APIRouter(prefix="/tiles", tags=["tiles"])

AT_ONCE = 4
MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "public, max-age=31536000, immutable"


def drawing() -> CapacityLimiter:
    """Return what holds back tiles asked for at once: more would only wait for each other."""
    return CapacityLimiter(AT_ONCE)


@dataclass(frozen=True)
class Asked:
    """A layer's tile of a scene, in a city whose clock is set to a zone."""

    layer: Layer
    tile: Tile
    scene: Scene
    timezone: str

    def key(self, state: str, revision: int | None) -> str:
        """Return a name of everything that the tile depends on."""
        square = f"{self.tile.z}/{self.tile.x}/{self.tile.y}"
        scene = self.scene
        chosen = f"{scene.level}/{scene.since}/{scene.before}"
        return f"{self.ground(state, revision)}/{self.layer}/{square}/{chosen}"

    def ground(self, state: str, revision: int | None) -> str:
        """Return a name of everything that the tallies of the layer's places depend on."""
        return states.ground(state, revision, self.scene.on, self.scene.at, self.timezone)


class TileQuery(Query):
    """The day, and what a page names to have an address that may be kept for good."""

    on: Annotated[
        datetime.date | None, Field(description="The day asked about; today if left out.")
    ] = None
    level: Annotated[Level | None, Field(description="Of areas; by the zoom if left out.")] = None
    since: Annotated[
        datetime.date | None, Field(description="Of issues: the first day of being reported.")
    ] = None
    until: Annotated[datetime.date | None, Field(description="Of issues: the last day.")] = None
    revision: Annotated[int | None, Field(description="Of the grids, as a page names it.")] = None
    state: Annotated[
        str | None, Field(description="Of the layer, as a page names it.", max_length=16)
    ] = None


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {}}}},
    openapi_extra=query.parameters(TileQuery),
)
async def tile(request: Request, layer: Layer, z: int, x: int, y: int) -> Response:
    """A layer's vector tile for a day; empty where the layer shows nothing.

    An address that names the day, the revision and the state that are drawn may be kept for good.
    """
    named, timezone = query.read(TileQuery, request), request.app.state.settings.timezone
    asked = Asked(layer, Tile(z, x, y), _scene(named, timezone), timezone)
    whole = named.state is not None and named.on is not None
    key = asked.key(named.state or "", named.revision) if whole else None
    kept: bytes | None = None if key is None else request.app.state.shelf.take(key)
    if kept is not None:
        return _answer(request, kept, is_exact=True)
    limit = request.app.state.drawing
    drawn, body = await to_thread.run_sync(_drawn, request, asked, limiter=limit)
    return _answer(request, body, is_exact=drawn is not None and drawn == key)


def _scene(asked: TileQuery, zone: str) -> Scene:
    day = asked.on or moments.today(zone)
    since = None if asked.since is None else moments.start_of(asked.since, zone)
    before = None if asked.until is None else moments.end_of(asked.until, zone)
    return Scene(day, moments.moment_of(day, zone), asked.level, since, before)


def _drawn(request: Request, asked: Asked) -> tuple[str | None, bytes]:
    """Return a tile as it is now, compressed, and its key; no key if all moved meanwhile."""
    try:
        return _drawn_once(request, asked)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _drawn_once(request, asked)  # the database was restarted since the last tile


def _drawn_once(request: Request, asked: Asked) -> tuple[str | None, bytes]:
    state = request.app.state
    with state.reading() as connection, state.sessions.begin() as session:
        sight = tiles.scout(connection, asked.layer, asked.tile, asked.scene)
        name = states.name(asked.layer, sight.seen, asked.timezone)
        key = asked.key(name, sight.seen.revision)
        body: bytes | None = state.shelf.take(key)
        if body is not None:
            return key, body
        known = state.tallies.at(asked.ground(name, sight.seen.revision))
        drawn, seen = tiles.paint(connection, session, sight, known)
    body = igzip.compress(drawn, 2, mtime=0)
    if seen != sight.seen:  # a commit in between may be in the tile or not
        return None, body
    state.shelf.put(key, body)
    return key, body


def _answer(request: Request, body: bytes, is_exact: bool) -> Response:
    headers = {"Cache-Control": FOREVER if is_exact else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return tagged(request, body, MVT, headers | {"Content-Encoding": "gzip"})
    return tagged(request, gzip.decompress(body), MVT, headers)
