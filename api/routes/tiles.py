"""Vector tiles, drawn once for each state of what they show and kept."""

import datetime
import gzip
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.cache import tagged
from api.deps import Day, MomentOfDay, SettingsDep
from geo import grids, moments, states, tiles
from geo.models import Level
from geo.settings import Settings
from geo.tiles import Layer, Scene, Tile

router = APIRouter(prefix="/tiles", tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asked:
    """A layer's tile of a scene, and whether the scene's day is over, so that its grids are set."""

    layer: Layer
    tile: Tile
    scene: Scene
    settled: bool

    def key(self, state: str, revision: int | None) -> str:
        """Return a name of everything that the tile depends on."""
        square = f"{self.tile.z}/{self.tile.x}/{self.tile.y}"
        grids_of = "" if self.settled else revision or 0
        return f"{state}/{self.layer}/{square}/{self.scene.level}/{self.scene.on}/{grids_of}"


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
    settled = at + datetime.timedelta(microseconds=1) == moments.end_of(on, settings.timezone)
    asked = Asked(layer, Tile(z, x, y), Scene(on, at, level), settled)
    named = None
    if state is not None and "on" in request.query_params:
        named = asked.key(state, revision)
    kept: bytes | None = None if named is None else request.app.state.shelf.take(named)
    if kept is not None:
        return _answer(request, kept, is_exact=True)
    key, body = await run_in_threadpool(_drawn, request, settings, asked)
    return _answer(request, body, is_exact=key is not None and key == named)


def _drawn(request: Request, settings: Settings, asked: Asked) -> tuple[str | None, bytes]:
    """Return a tile as it is now, compressed, and its key; no key if all moved meanwhile."""
    with request.app.state.sessions.begin() as session:
        key = _key_now(session, settings, asked)
        body: bytes | None = request.app.state.shelf.take(key)
        if body is not None:
            return key, body
        drawn = tiles.draw(session, asked.layer, asked.tile, asked.scene)
        # A commit in between may be in the tile or not, so only what stood still has a name.
        stood_still = _key_now(session, settings, asked) == key
    body = gzip.compress(drawn, 6, mtime=0)
    if stood_still:
        request.app.state.shelf.put(key, body)
    return key if stood_still else None, body


def _key_now(session: Session, settings: Settings, asked: Asked) -> str:
    state = states.of_layers(session, settings.timezone)[asked.layer]
    return asked.key(state, grids.revision_at(session, asked.scene.at))


def _answer(request: Request, body: bytes, is_exact: bool) -> Response:
    headers = {"Cache-Control": FOREVER if is_exact else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return tagged(request, body, MVT, headers | {"Content-Encoding": "gzip"})
    return tagged(request, gzip.decompress(body), MVT, headers)
