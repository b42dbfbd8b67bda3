"""Vector tiles."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from api.http import query_params
from api.http.etag import NOT_MODIFIED, precompressed_response
from api.http.query_params import QueryParams
from geo import city_time
from geo.input_types import Date, SingleLine
from geo.models import Level
from geo.tiles import cache_key
from geo.tiles.cache_key import depends_on_day
from geo.tiles.layers import Layer
from geo.tiles.renderer import TileRenderer
from geo.tiles.tile_math import MAX_ZOOM, Tile
from geo.tiles.tile_request import TileParams, TileRequest

router = APIRouter(prefix="/tiles", tags=["tiles"])

RENDER_THREADS = 4
"""More at once would only wait for each other."""
MVT = "application/vnd.mapbox-vector-tile"
BINARY = {"type": "string", "format": "binary"}
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM)]
Index = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM)]
IMMUTABLE = "public, max-age=31536000, immutable"


def render_pool() -> ThreadPoolExecutor:
    """Return the threads that render tiles."""
    return ThreadPoolExecutor(RENDER_THREADS, thread_name_prefix="tiles")


class TileQuery(QueryParams):
    """The query parameters of a tile; a URL with `on` and `version` can be cached for good.

    Areas, buildings and the backdrop are the same on every day: their URLs need no `on`.
    """

    on: Annotated[
        Date | None, Field(description="The date of property coverage; default today.")
    ] = None
    level: Annotated[Level | None, Field(description="The level of areas; default by zoom.")] = None
    since: Annotated[
        Date | None, Field(description="Only issues reported on this date or later.")
    ] = None
    until: Annotated[
        Date | None, Field(description="Only issues reported on this date or earlier.")
    ] = None
    revision: Annotated[
        int | None, Field(description="How many revisions are in force, as map pages state it.")
    ] = None
    version: Annotated[
        SingleLine | None,
        Field(description="The layer's version, as map pages state it.", max_length=16),
    ] = None


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {"schema": BINARY}}}, **NOT_MODIFIED},
    openapi_extra=query_params.openapi_parameters(TileQuery),
)
async def tile(request: Request, layer: Layer, z: Zoom, x: Index, y: Index) -> Response:
    """A vector tile of a layer; empty if it has no features.

    If the URL states the date, the revision and the version that are current, the response is
    immutable.
    """
    query, state = query_params.parse(TileQuery, request), request.app.state
    timezone = state.settings.timezone
    tile_request = TileRequest(layer, Tile(z, x, y), _tile_params(query, timezone), timezone)
    renderer: TileRenderer = state.tile_renderer
    key = None
    if query.version is not None and (query.on is not None or not depends_on_day(layer)):
        key = cache_key.tile_key(tile_request, query.version, query.revision or 0)
        stored = renderer.store.get(key)
        if stored is not None:
            return _response(request, stored, is_immutable=True)
    loop = asyncio.get_running_loop()
    current_key, body = await loop.run_in_executor(
        state.render_pool, lambda: renderer.render(tile_request, check_store=key is None)
    )
    return _response(request, body, is_immutable=key is not None and key == current_key)


def _tile_params(query: TileQuery, timezone: str) -> TileParams:
    day = query.on or city_time.today(timezone)
    since = None if query.since is None else city_time.start_of_day(query.since, timezone)
    before = None if query.until is None else city_time.end_of_day(query.until, timezone)
    return TileParams(day, city_time.timestamp_for(day, timezone), query.level, since, before)


def _response(request: Request, body: bytes, is_immutable: bool) -> Response:
    return precompressed_response(
        request, body, MVT, {"Cache-Control": IMMUTABLE if is_immutable else "no-cache"}
    )
