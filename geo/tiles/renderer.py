"""Vector tiles, each written by PostGIS in one statement."""

from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from geo.coverage.counts import Counts, Known
from geo.models import Level
from geo.tiles import mvt_sql, versions
from geo.tiles.connections import Asking
from geo.tiles.layers import NAMED_FROM, SHALLOWEST, Layer, Scene, level_at
from geo.tiles.mvt_sql import Picture
from geo.tiles.place_index import Key, Place, Spots, Whereabouts
from geo.tiles.tile_math import Tile
from geo.tiles.versions import SEEN, Seen

Sessions = sessionmaker[Session]


@dataclass(frozen=True)
class Sight:
    """A tile to be drawn, and of what."""

    layer: Layer
    tile: Tile
    scene: Scene


@dataclass(frozen=True)
class Knowledge:
    """What is known of the state that a tile is drawn in; what is not yet is found out."""

    tallies: Known
    places: Whereabouts


TALLIED = frozenset({Layer.AREAS, Layer.GRIDS})
"""Layers that are drawn with such knowledge; the others need none."""


def look(asking: Asking, sight: Sight) -> Seen:
    """Return how the register is seen."""
    values = versions.asked(sight.layer, sight.scene.at)
    told = asking.execute(_sql(f"SELECT {SEEN}"), values, binary=True).fetchone()
    assert told is not None  # it has no FROM
    return Seen(*told)


def paint(
    asking: Asking, sessions: Sessions, sight: Sight, known: Knowledge | None = None
) -> tuple[bytes, Seen]:
    """Return a tile as MVT, empty where it shows nothing, and how the register was seen for it.

    Areas and grids have to be `known`; if that is of another state, the tile is of neither. They
    bring a second layer, `…_labels`: a point for each, in the one tile it lies in, so that a
    name is written once however many tiles its ground spreads over; grids from zoom 13 on. Where
    buildings are many and small, `crowds` has a point for each of 8 × 8 squares, with its counts,
    in their place; issues from afar are counted by squares too.
    """
    drawn, binds = _NOTHING
    if sight.tile.z >= SHALLOWEST[sight.layer]:
        drawn, binds = _picture(asking, sessions, sight, known)
    values = sight.tile.values() | versions.asked(sight.layer, sight.scene.at) | binds
    told = asking.execute(_sql(f"SELECT {drawn}, {SEEN}"), values, binary=True).fetchone()
    assert told is not None  # it has no FROM
    return told[0] or b"", Seen(*told[1:])


_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


@cache
def _sql(statement: str) -> bytes:
    """Return a statement as the driver takes it."""
    return str(text(statement).compile(dialect=_DIALECT)).encode()


_NOTHING: Picture = "CAST(NULL AS bytea)", {}


def _picture(asking: Asking, sessions: Sessions, sight: Sight, known: Knowledge | None) -> Picture:
    match sight.layer:
        case Layer.AREAS | Layer.GRIDS:
            assert known is not None
            return _places(asking, sessions, sight, known)
        case Layer.BUILDINGS:
            return mvt_sql.buildings(sight.tile, sight.scene.on)
        case Layer.ISSUES:
            return mvt_sql.issues(sight.tile, sight.scene)
        case Layer.BACKDROP:
            return mvt_sql.backdrop(sight.tile)


def _places(asking: Asking, sessions: Sessions, sight: Sight, known: Knowledge) -> Picture:
    """Return the grids, or the areas of one level, with their tallies; those above as outlines."""
    layer, scene = sight.layer, sight.scene
    counted = known.places.near(asking, layer, scene.at, sight.tile.box())
    outlines: list[Place] = []
    if layer is Layer.AREAS:
        counted, outlines = _at_level(counted, _level(sight))
    if not counted and not outlines:
        return _NOTHING
    codes = [place.code for place in counted]
    with sessions() as session:
        if layer is Layer.AREAS:
            exact = _level(sight) is Level.COMMUNITY
            tallies = known.tallies.of_areas(session, codes, scene.on, exact=exact)
        else:
            tallies = known.tallies.of_grids(session, codes, scene.on, scene.at)
    keys = [place.key for place in counted + outlines]
    is_named = sight.tile.z >= NAMED_FROM.get(layer, 0)
    spots = known.places.spots(asking, layer, keys) if is_named else {}
    return mvt_sql.places(layer, sight.tile, _rows(sight.tile, keys, tallies, spots))


def _level(sight: Sight) -> Level:
    return sight.scene.level or level_at(sight.tile.z)


def _at_level(areas: list[Place], level: Level) -> tuple[list[Place], list[Place]]:
    """Return the areas of a level, and those above it."""
    rungs = list(Level)
    above = rungs[: rungs.index(level)]
    return (
        [area for area in areas if area.level == level],
        [area for area in areas if area.level in above],
    )


def _rows(
    tile: Tile, keys: list[Key], tallies: list[Counts], spots: Spots
) -> list[tuple[Any, ...]]:
    """Return each place's key, its tally if there is one, and where its name goes if in here."""
    return [
        (key, *(counts or _UNCOUNTED), *((key in spots and tile.spot(*spots[key])) or _ELSEWHERE))
        for key, counts in zip_longest(keys, tallies)
    ]


_UNCOUNTED = (None, None, None, None)
_ELSEWHERE = (None, None)
