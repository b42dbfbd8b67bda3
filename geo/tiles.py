"""Vector tiles, written by PostGIS in two statements: one to look around, one to draw."""

from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from geo import pictures, states
from geo.layers import SHALLOWEST, Layer, Scene, level_at
from geo.models import Level
from geo.pictures import IN_FORCE, NEAR
from geo.squares import BOX, Tile, in_pyramid
from geo.states import SEEN, Seen
from geo.tallies import Counts, Known

MOST_FOOTPRINTS = 3000
"""A tile of more buildings tells how many there are in each of its squares instead."""
ALWAYS_FOOTPRINTS = 15
"""From this zoom on every building is drawn."""

_sql = cache(text)
"""Finding the names in a statement takes as long as a small tile: it is done once."""


@dataclass(frozen=True)
class Sight:
    """A tile to be drawn: of what, how that was seen, and what there is in it."""

    layer: Layer
    tile: Tile
    scene: Scene
    seen: Seen
    found: Any
    """Of areas code and level, of grids id and code; of buildings, whether they are a crowd."""


def scout(connection: Connection, layer: Layer, tile: Tile, scene: Scene) -> Sight:
    """Return what there is to draw in a tile, seen all at one moment."""
    rungs = list(Level)
    level = scene.level or level_at(tile.z)
    values = tile.values() | states.asked(layer, scene.at)
    values |= {"most": MOST_FOOTPRINTS, "levels": rungs[: rungs.index(level) + 1]}
    found = "NULL" if tile.z < SHALLOWEST[layer] else _FOUND.get(layer, "NULL")
    if tile.z >= ALWAYS_FOOTPRINTS and layer is Layer.BUILDINGS:
        found = "false"
    row = connection.execute(_sql(f"SELECT {found} AS found, {SEEN}"), values).one()
    return Sight(layer, tile, scene, states.seen(row), row.found)


_FOUND = {
    Layer.AREAS: f"""(SELECT json_agg(json_build_array(code, level)) FROM area AS place
        WHERE level = ANY (:levels) AND {NEAR})""",
    Layer.GRIDS: f"""(SELECT json_agg(json_build_array(id, code)) FROM micro_grid AS place
        WHERE {IN_FORCE} AND {NEAR})""",
    Layer.BUILDINGS: f"""(SELECT count(*) > :most FROM (SELECT FROM building
        WHERE building.footprint && {BOX} LIMIT CAST(:most AS int) + 1) AS few)""",
}


def paint(
    connection: Connection, session: Session, sight: Sight, known: Known
) -> tuple[bytes, Seen]:
    """Return a tile as MVT, empty where it shows nothing, and how the register was seen then.

    If that is not how it was seen before, a commit in between may be in the tile or not. Areas and
    grids bring a second layer, `…_labels`: a point for each, in the one tile it lies in, so that a
    name is written once however many tiles its ground spreads over; grids from zoom 13 on. Where
    buildings are many and small, `crowds` has a point for each of 8 × 8 squares, with its counts,
    in their place; issues from afar are counted by squares too.

    `known` is what was counted before in this very state; the rest is counted in `session`.
    """
    if sight.tile.z < SHALLOWEST[sight.layer]:
        return b"", sight.seen
    scene, more = sight.scene, dict[str, Any]()
    match sight.layer:
        case Layer.AREAS | Layer.GRIDS:
            if not sight.found:
                return b"", sight.seen
            rows = (_areas if sight.layer is Layer.AREAS else _grids)(
                connection, session, sight, known
            )
            drawn, more = pictures.places(sight.layer, sight.tile, rows)
        case Layer.BUILDINGS:
            drawn = (pictures.crowds if sight.found else pictures.footprints)(sight.tile)
            more = {"on": scene.on, "year": scene.on.year}
        case Layer.ISSUES:
            drawn = pictures.issues(sight.tile)
            more = {"since": scene.since, "before": scene.before}
        case Layer.BACKDROP:
            drawn = pictures.backdrop(sight.tile)
    values = sight.tile.values() | states.asked(sight.layer, scene.at) | more
    row = connection.execute(_sql(f"SELECT {drawn} AS drawn, {SEEN}"), values).one()
    return bytes(row.drawn or b""), states.seen(row)


def _areas(
    connection: Connection, session: Session, sight: Sight, known: Known
) -> list[tuple[Any, ...]]:
    """Return the areas of one level with their tallies, and those above it, drawn as outlines."""
    level = sight.scene.level or level_at(sight.tile.z)
    counted = [code for code, of in sight.found if of == level]
    outlines = [code for code, of in sight.found if of != level]
    exact = level is Level.COMMUNITY
    tallies = known.of_areas(session, counted, sight.scene.on, exact=exact)
    codes = counted + outlines
    _anchor(connection, "area WHERE code", known, {code: code for code in codes})
    return _rows(sight.tile, known, [(code, code) for code in codes], tallies)


def _grids(
    connection: Connection, session: Session, sight: Sight, known: Known
) -> list[tuple[Any, ...]]:
    """Return the grids with their tallies."""
    scene = sight.scene
    tallies = known.of_grids(session, [code for _, code in sight.found], scene.on, scene.at)
    _anchor(connection, "micro_grid WHERE id", known, {code: id for id, code in sight.found})
    return _rows(sight.tile, known, sight.found, tallies)


def _rows(
    tile: Tile, known: Known, places: list[Any], tallies: list[Counts]
) -> list[tuple[Any, ...]]:
    """Return each place's key, its tally if there is one, and where its name goes if in here."""
    return [
        (key, *(counts or _UNCOUNTED), *(tile.spot(*known.anchors[code]) or _ELSEWHERE))
        for (key, code), counts in zip_longest(places, tallies)
    ]


_UNCOUNTED = (None, None, None, None)
_ELSEWHERE = (None, None)


def _anchor(connection: Connection, among: str, known: Known, keys: dict[str, Any]) -> None:
    """Find out where the names of places go, by their keys."""
    unknown = [key for code, key in keys.items() if code not in known.anchors]
    if not unknown:
        return
    asked = _sql(f"""
        SELECT code, ST_X(spot), ST_Y(spot) FROM (
            SELECT code, ST_PointOnSurface(geom) AS spot FROM {among} = ANY (:keys)) AS place
    """)
    rows = connection.execute(asked, {"keys": unknown})
    known.anchors |= {code: in_pyramid(lon, lat) for code, lon, lat in rows}
