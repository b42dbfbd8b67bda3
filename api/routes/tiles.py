"""Vector tiles, drawn once for each state of what they show and kept."""

import asyncio
import datetime
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.http import query_params
from api.http.etag import squeezed
from api.http.query_params import Query
from api.middleware.fast_path import Way
from api.tiles.renderer import Asked, drawn
from geo import city_time
from geo.models import Level
from geo.tiles.layers import Layer, Scene
from geo.tiles.renderer import Sight
from geo.tiles.tile_math import Tile

router = APIRouter(prefix="/tiles", tags=["tiles"])

AT_ONCE = 4
MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "public, max-age=31536000, immutable"


def drawing() -> ThreadPoolExecutor:
    """Return the threads that draw tiles: more at once would only wait for each other."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="drawing")


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
    revision: Annotated[
        int | None, Field(description="How many are in force, as a page names it.")
    ] = None
    state: Annotated[
        str | None, Field(description="Of the layer, as a page names it.", max_length=16)
    ] = None


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {}}}},
    openapi_extra=query_params.parameters(TileQuery),
)
async def tile(request: Request, layer: Layer, z: int, x: int, y: int) -> Response:
    """A layer's vector tile for a day; empty where the layer shows nothing.

    An address that names the day, the revision and the state that are drawn may be kept for good.
    """
    named, state = query_params.read(TileQuery, request), request.app.state
    timezone = state.settings.timezone
    whole = named.state is not None and named.on is not None
    sight = Sight(layer, Tile(z, x, y), _scene(named, timezone))
    asked = Asked(sight, timezone, is_named=whole)
    key = asked.key(named.state or "", named.revision or 0) if whole else None
    kept: bytes | None = None if key is None else state.shelf.take(key)
    if kept is not None:
        return _answer(request, kept, is_exact=True)
    loop = asyncio.get_running_loop()
    found, body = await loop.run_in_executor(state.drawing, drawn, state, asked)
    return _answer(request, body, is_exact=found is not None and found == key)


async def _tile(request: Request, layer: str, z: str, x: str, y: str) -> Response:
    return await tile(request, Layer(layer), int(z), int(x), int(y))


WAY = Way(
    f"{router.prefix}/{{layer}}/{{z}}/{{x}}/{{y}}.mvt",
    re.compile(
        rf"{router.prefix}/(?P<layer>{'|'.join(Layer)})"
        r"/(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,8})/(?P<y>[0-9]{1,8})\.mvt"
    ),
    _tile,
)
"""The short way of addresses that are well formed."""


def _scene(asked: TileQuery, zone: str) -> Scene:
    day = asked.on or city_time.today(zone)
    since = None if asked.since is None else city_time.start_of(asked.since, zone)
    before = None if asked.until is None else city_time.end_of(asked.until, zone)
    return Scene(day, city_time.moment_of(day, zone), asked.level, since, before)


def _answer(request: Request, body: bytes, is_exact: bool) -> Response:
    return squeezed(request, body, MVT, {"Cache-Control": FOREVER if is_exact else "no-cache"})
