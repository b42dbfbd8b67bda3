"""Tiles of the district of tests/district.py, rendered in a test's own session."""

import math

from sqlalchemy.orm import Session

from geo.tiles import renderer
from geo.tiles.connections import TileCursor
from geo.tiles.layers import Layer
from geo.tiles.tile_math import Tile
from geo.tiles.tile_request import TileParams, TileRequest
from tests.district import lon_lat

ZONE = "Asia/Shanghai"


def to_world(lon: float, lat: float) -> tuple[float, float]:
    """Return world coordinates: Web Mercator from 0 in the north-west to 1."""
    mercator = math.asinh(math.tan(math.radians(lat)))
    return (lon + 180) / 360, (1 - mercator / math.pi) / 2


def tile_around(east: float, north: float, zoom: int) -> Tile:
    """Return the tile that contains a position in the district."""
    x, y = to_world(*lon_lat(east, north))
    return Tile(zoom, int(x * (1 << zoom)), int(y * (1 << zoom)))


def cursor_of(session: Session) -> TileCursor:
    """Return a cursor that sees what the session has flushed."""
    session.flush()
    cursor: TileCursor = session.connection().connection.driver_connection.cursor()
    return cursor


def render(session: Session, layer: Layer, tile: Tile, params: TileParams) -> bytes:
    """Return a tile as MVT."""
    request = TileRequest(layer, tile, params, ZONE)
    content, _ = renderer.render_content(cursor_of(session), request)
    return content
