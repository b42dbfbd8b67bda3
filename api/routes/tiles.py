"""Vector tiles."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.cache import tagged
from api.deps import Day, MomentOfDay, SessionDep
from geo import tiles
from geo.models import Level
from geo.tiles import Layer, Scene, Tile

router = APIRouter(prefix="/tiles", tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {}}}},
)
def tile(
    request: Request,
    session: SessionDep,
    layer: Layer,
    z: int,
    x: int,
    y: int,
    on: Day,
    at: MomentOfDay,
    level: Annotated[Level | None, Query(description="Of areas; by the zoom if left out.")] = None,
    revision: int | None = None,  # noqa: ARG001 - a new number makes the browser ask anew
) -> Response:
    """A layer's vector tile for a day; empty where the layer shows nothing."""
    return tagged(request, tiles.draw(session, layer, Tile(z, x, y), Scene(on, at, level)), MVT)
