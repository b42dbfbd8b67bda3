"""Tiles of the district of tests/district.py, rendered in a test's own session."""

from sqlalchemy.orm import Session, sessionmaker

from geo.coverage.counts import CoverageCountCache
from geo.tiles import renderer
from geo.tiles.connections import TileCursor
from geo.tiles.layers import Layer
from geo.tiles.place_index import PlaceIndex
from geo.tiles.renderer import LayerCache
from geo.tiles.tile_math import Tile, to_world
from geo.tiles.tile_request import TileParams, TileRequest
from tests.district import lon_lat

ZONE = "Asia/Shanghai"


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
    """Return a tile as MVT, rendered with empty caches; nothing may be committed meanwhile."""
    cursor = cursor_of(session)
    request, cached = (
        TileRequest(layer, tile, params, ZONE),
        LayerCache(CoverageCountCache(), PlaceIndex()),
    )
    expected = renderer.read_versions(cursor, request)
    sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    content, observed = renderer.render_tile(cursor, sessions, request, cached)
    assert observed == expected
    return content
