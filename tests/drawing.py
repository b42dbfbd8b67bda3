"""Tiles drawn for a test in its own session."""

from sqlalchemy.orm import Session

from geo import tiles
from geo.layers import Layer, Scene
from geo.squares import Tile
from geo.tallies import Known


def draw(session: Session, layer: Layer, tile: Tile, scene: Scene) -> bytes:
    """Return a tile as MVT, with nothing known before; nobody else writes meanwhile."""
    sight = tiles.scout(session.connection(), layer, tile, scene)
    drawn, seen = tiles.paint(session.connection(), session, sight, Known())
    assert seen == sight.seen
    return drawn
