"""Renders vector tiles, each with one PostGIS statement, and stores them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

from isal import igzip
from psycopg import OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import text
from sqlalchemy.engine import make_url

from geo import table_versions
from geo.table_versions import VersionSnapshot
from geo.tiles import cache_key, mvt_sql
from geo.tiles.connections import TileCursor
from geo.tiles.layers import MIN_ZOOM, SOURCE_TABLES, Layer, level_for_zoom
from geo.tiles.mvt_sql import TileSql
from geo.tiles.store import TileStore
from geo.tiles.tile_request import TileRequest

_GZIP_LEVEL = 2


@dataclass(frozen=True)
class TileRenderer:
    """Renders tiles on cursors of its own, and keeps them in a store. Thread-safe."""

    cursor: Callable[[], AbstractContextManager[TileCursor]]
    """Yields the cursor of the calling thread: `TileConnections.cursor`."""
    store: TileStore

    def render(self, request: TileRequest, *, check_store: bool) -> tuple[str, bytes]:
        """Return a tile's cache key, and its current content compressed with gzip.

        `check_store` first looks up the current version in the store.
        """
        try:
            return self._render(request, check_store)
        except (QueryCanceled, LockNotAvailable):
            raise
        except OperationalError:
            return self._render(request, check_store)  # reconnects after a restart of the database

    def _render(self, request: TileRequest, check_store: bool) -> tuple[str, bytes]:
        with self.cursor() as cursor:
            if check_store and self.store.is_enabled:
                key = cache_key.tile_key_at(request, read_versions(cursor, request))
                stored = self.store.get(key)
                if stored is not None:
                    return key, stored
            content, snapshot = render_content(cursor, request)
        body: bytes = igzip.compress(content, _GZIP_LEVEL, mtime=0)
        key = cache_key.tile_key_at(request, snapshot)
        self.store.put(key, body)
        return key, body


def read_versions(cursor: TileCursor, request: TileRequest) -> VersionSnapshot:
    """Return the current versions of a layer's source tables."""
    statement = _compile(f"SELECT {_snapshot_columns(request)}")
    row = cursor.execute(statement, {"at": request.params.at}, binary=True).fetchone()
    assert row is not None  # a SELECT without FROM returns one row
    return VersionSnapshot(*row)


def render_content(cursor: TileCursor, request: TileRequest) -> tuple[bytes, VersionSnapshot]:
    """Return a tile as MVT, empty if it has no features, and the versions that it was read at.

    Beside its own MVT layer, a tile may have these:

    - areas and grids (from zoom 13 on): `…_labels`, one point per feature, in the one tile that
      the point lies in, so that each label appears once;
    - buildings: `crowded` instead, one point, where they are too many; then the layer
      `building_counts` has a point with counts for each of 8 × 8 cells.

    At low zooms, the issues themselves are counted by cell.
    """
    statement, params = tile_statement(request)
    row = cursor.execute(statement, params, binary=True).fetchone()
    assert row is not None  # a SELECT without FROM returns one row
    return row[0] or b"", VersionSnapshot(*row[1:])


def tile_statement(request: TileRequest) -> tuple[bytes, dict[str, Any]]:
    """Return the statement of a tile, with psycopg's placeholders, and its parameters."""
    sql, params = _EMPTY
    if request.tile.z >= MIN_ZOOM[request.layer]:
        sql, params = _layer_sql(request)
    statement = _compile(f"SELECT {sql}, {_snapshot_columns(request)}")
    return statement, params | request.tile.sql_params() | {"at": request.params.at}


def _snapshot_columns(request: TileRequest) -> str:
    return table_versions.snapshot_columns(*SOURCE_TABLES[request.layer])


_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


@cache
def _compile(statement: str) -> bytes:
    """Return a statement with psycopg's placeholders."""
    return str(text(statement).compile(dialect=_DIALECT)).encode()


_EMPTY: TileSql = "CAST(NULL AS bytea)", {}


def _layer_sql(request: TileRequest) -> TileSql:
    tile, params = request.tile, request.params
    match request.layer:
        case Layer.AREAS:
            return mvt_sql.areas(tile, params.level or level_for_zoom(tile.z))
        case Layer.GRIDS:
            return mvt_sql.grids(tile)
        case Layer.BUILDINGS:
            return mvt_sql.buildings(tile)
        case Layer.BUILDING_COUNTS:
            return mvt_sql.building_counts(tile, params.on)
        case Layer.ISSUES:
            return mvt_sql.issues(tile, params)
        case Layer.BACKDROP:
            return mvt_sql.backdrop(tile)
