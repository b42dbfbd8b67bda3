"""Tiles drawn for a test in its own session."""

from sqlalchemy.orm import Session, sessionmaker

from geo.coverage.counts import Known
from geo.tiles import renderer
from geo.tiles.connections import Asking
from geo.tiles.layers import Layer, Scene
from geo.tiles.place_index import Whereabouts
from geo.tiles.renderer import Knowledge, Sight
from geo.tiles.tile_math import Tile


def cursor_of(session: Session) -> Asking:
    """Return a cursor that sees what the session has flushed."""
    session.flush()
    cursor: Asking = session.connection().connection.driver_connection.cursor()
    return cursor


def draw(session: Session, layer: Layer, tile: Tile, scene: Scene) -> bytes:
    """Return a tile as MVT, with nothing known before; nobody else writes meanwhile."""
    asking = cursor_of(session)
    sight, known = Sight(layer, tile, scene), Knowledge(Known(), Whereabouts())
    before = renderer.look(asking, sight)
    sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    drawn, seen = renderer.paint(asking, sessions, sight, known)
    assert seen == before
    return drawn
