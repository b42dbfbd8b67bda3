"""Renders vector tiles, each with one PostGIS statement."""

from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from geo import table_versions
from geo.coverage.counts import CoverageCountCache, CoverageCounts
from geo.models import Level
from geo.table_versions import SNAPSHOT_COLUMNS, VersionSnapshot
from geo.tiles import mvt_sql
from geo.tiles.connections import TileCursor
from geo.tiles.layers import LABELS_MIN_ZOOM, MIN_ZOOM, SOURCE_TABLES, Layer, level_for_zoom
from geo.tiles.mvt_sql import TileSql
from geo.tiles.place_index import Key, LabelPoints, PlaceEntry, PlaceIndex
from geo.tiles.tile_math import Tile
from geo.tiles.tile_request import TileRequest

Sessions = sessionmaker[Session]


@dataclass(frozen=True)
class LayerCache:
    """Counts and places cached for one version of a layer; filled on demand."""

    counts: CoverageCountCache
    places: PlaceIndex


CACHED_LAYERS = frozenset({Layer.AREAS, Layer.GRIDS})
"""Layers that are rendered with a LayerCache."""


def read_versions(cursor: TileCursor, request: TileRequest) -> VersionSnapshot:
    """Return the current versions of a layer's source tables."""
    row = cursor.execute(
        _compile(f"SELECT {SNAPSHOT_COLUMNS}"), _snapshot_params(request), binary=True
    ).fetchone()
    assert row is not None  # a SELECT without FROM returns one row
    return VersionSnapshot(*row)


def render_tile(
    cursor: TileCursor, sessions: Sessions, request: TileRequest, cached: LayerCache | None = None
) -> tuple[bytes, VersionSnapshot]:
    """Return a tile as MVT, empty if it has no features, and the versions that it was read at.

    Areas and grids need a LayerCache. If it is not of the returned versions, the tile mixes two
    versions: discard it.

    Beside its own MVT layer, a tile may have these:

    - areas and grids (from zoom 13 on): `…_labels`, one point per feature, in the one tile that
      the point lies in, so that each label appears once;
    - buildings: `clusters` instead, where they are too many: a point with counts for each of
      8 × 8 cells. At low zooms, the issues themselves are counted by cell.
    """
    sql, params = _EMPTY
    if request.tile.z >= MIN_ZOOM[request.layer]:
        sql, params = _layer_sql(cursor, sessions, request, cached)
    params = request.tile.sql_params() | _snapshot_params(request) | params
    row = cursor.execute(
        _compile(f"SELECT {sql}, {SNAPSHOT_COLUMNS}"), params, binary=True
    ).fetchone()
    assert row is not None  # a SELECT without FROM returns one row
    return row[0] or b"", VersionSnapshot(*row[1:])


def _snapshot_params(request: TileRequest) -> dict[str, Any]:
    return table_versions.snapshot_params(SOURCE_TABLES[request.layer], request.params.at)


_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


@cache
def _compile(statement: str) -> bytes:
    """Return a statement with psycopg's placeholders."""
    return str(text(statement).compile(dialect=_DIALECT)).encode()


_EMPTY: TileSql = "CAST(NULL AS bytea)", {}


def _layer_sql(
    cursor: TileCursor, sessions: Sessions, request: TileRequest, cached: LayerCache | None
) -> TileSql:
    match request.layer:
        case Layer.AREAS | Layer.GRIDS:
            assert cached is not None
            return _areas_or_grids_sql(cursor, sessions, request, cached)
        case Layer.BUILDINGS:
            return mvt_sql.buildings(request.tile, request.params.on)
        case Layer.ISSUES:
            return mvt_sql.issues(request.tile, request.params)
        case Layer.BACKDROP:
            return mvt_sql.backdrop(request.tile)


def _areas_or_grids_sql(
    cursor: TileCursor, sessions: Sessions, request: TileRequest, cached: LayerCache
) -> TileSql:
    """Return SQL of grids, or of the areas of one level, with counts; higher levels without."""
    layer, params = request.layer, request.params
    counted = cached.places.intersecting(cursor, layer, params.at, request.tile.bounds())
    outlines: list[PlaceEntry] = []
    if layer is Layer.AREAS:
        counted, outlines = _split_by_level(counted, _level(request))
    if not counted and not outlines:
        return _EMPTY
    codes = [entry.code for entry in counted]
    with sessions() as session:
        if layer is Layer.AREAS:
            exact = _level(request) is Level.COMMUNITY
            counts = cached.counts.count_areas(session, codes, params.on, exact=exact)
        else:
            counts = cached.counts.count_grids(session, codes, params.on, params.at)
    keys = [entry.key for entry in counted + outlines]
    has_labels = request.tile.z >= LABELS_MIN_ZOOM.get(layer, 0)
    points = cached.places.label_points(cursor, layer, keys) if has_labels else {}
    return mvt_sql.areas_or_grids(layer, request.tile, _rows(request.tile, keys, counts, points))


def _level(request: TileRequest) -> Level:
    return request.params.level or level_for_zoom(request.tile.z)


def _split_by_level(
    areas: list[PlaceEntry], level: Level
) -> tuple[list[PlaceEntry], list[PlaceEntry]]:
    """Return the areas of a level, and those of higher levels."""
    levels = list(Level)
    higher = levels[: levels.index(level)]
    return (
        [area for area in areas if area.level == level],
        [area for area in areas if area.level in higher],
    )


def _rows(
    tile: Tile, keys: list[Key], counts: list[CoverageCounts], points: LabelPoints
) -> list[tuple[Any, ...]]:
    """Return a row per key: the key, four counts or None, and x, y of a label in the tile or None.

    `counts` belong to the first keys.
    """
    return [
        (
            key,
            *(count or _NO_COUNTS),
            *((key in points and tile.to_units(*points[key])) or _NO_LABEL),
        )
        for key, count in zip_longest(keys, counts)
    ]


_NO_COUNTS = (None, None, None, None)
_NO_LABEL = (None, None)
