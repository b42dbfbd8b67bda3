"""Vector tiles, drawn once for each state of what they show and kept."""

import gzip
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.cache import tagged
from api.deps import Day, MomentOfDay, SettingsDep
from geo import states, tiles
from geo.models import Level
from geo.tiles import Layer, Scene, Tile

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
        return f"{self.ground(state, revision)}/{self.layer}/{square}/{self.scene.level}"

    def ground(self, state: str, revision: int | None) -> str:
        """Return a name of everything that the tallies of the layer's places depend on."""
        return states.ground(state, revision, self.scene.on, self.scene.at, self.timezone)


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {}}}},
)
async def tile(
    request: Request,
    settings: SettingsDep,
    layer: Layer,
    z: int,
    x: int,
    y: int,
    on: Day,
    at: MomentOfDay,
    level: Annotated[Level | None, Query(description="Of areas; by the zoom if left out.")] = None,
    revision: Annotated[int | None, Query(description="Of the grids, as a page names it.")] = None,
    state: Annotated[
        str | None, Query(description="Of the layer, as a page names it.", max_length=16)
    ] = None,
) -> Response:
    """A layer's vector tile for a day; empty where the layer shows nothing.

    An address that names the day, the revision and the state that are drawn may be kept for good.
    """
    asked = Asked(layer, Tile(z, x, y), Scene(on, at, level), settings.timezone)
    named = None
    if state is not None and "on" in request.query_params:
        named = asked.key(state, revision)
    kept: bytes | None = None if named is None else request.app.state.shelf.take(named)
    if kept is not None:
        return _answer(request, kept, is_exact=True)
    limit = request.app.state.drawing
    key, body = await to_thread.run_sync(_drawn, request, asked, limiter=limit)
    return _answer(request, body, is_exact=key is not None and key == named)


def _drawn(request: Request, asked: Asked) -> tuple[str | None, bytes]:
    """Return a tile as it is now, compressed, and its key; no key if all moved meanwhile."""
    with request.app.state.sessions.begin() as session:
        before = _state_now(session, asked)
        key = asked.key(*before)
        body: bytes | None = request.app.state.shelf.take(key)
        if body is not None:
            return key, body
        # A commit in between may be in the tile or not, so only what stood still has a name.
        known = request.app.state.tallies.at(asked.ground(*before))
        drawn = tiles.draw(session, asked.layer, asked.tile, asked.scene, known)
        stood_still = _state_now(session, asked) == before
    body = gzip.compress(drawn, 3, mtime=0)
    if stood_still:
        request.app.state.shelf.put(key, body)
    return key if stood_still else None, body


def _state_now(session: Session, asked: Asked) -> tuple[str, int | None]:
    return states.of_layer(session, asked.layer, asked.timezone, asked.scene.at)


def _answer(request: Request, body: bytes, is_exact: bool) -> Response:
    headers = {"Cache-Control": FOREVER if is_exact else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return tagged(request, body, MVT, headers | {"Content-Encoding": "gzip"})
    return tagged(request, gzip.decompress(body), MVT, headers)
