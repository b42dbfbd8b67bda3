"""Cache keys of tiles, of the counts in them, and of place indexes.

A key names everything that a cached value depends on, so no entry is ever stale.
"""

import datetime
import json
from functools import lru_cache

from sqlalchemy.orm import Session

from geo import city_time, table_versions
from geo.table_versions import VersionSnapshot
from geo.tiles.layers import SOURCE_TABLES, Layer
from geo.tiles.tile_request import TileRequest
from geo.tiles.versions import layer_version


def tile_key(request: TileRequest, version: str, revisions: int) -> str:
    """Return the key of a tile in a layer version, with so many revisions in force."""
    tile, params = request.tile, request.params
    base = _day_key(version, revisions, params.on, params.at, request.timezone)
    filters = f"{params.level}/{params.since}/{params.before}"
    return f"{base}/{request.layer}/{tile.z}/{tile.x}/{tile.y}/{filters}"


def tile_key_at(request: TileRequest, snapshot: VersionSnapshot) -> str:
    """Return the key of a tile in a snapshot."""
    version = layer_version(request.layer, snapshot, request.timezone)
    return tile_key(request, version, snapshot.revisions)


def counts_key(request: TileRequest, snapshot: VersionSnapshot) -> str:
    """Return the key of the coverage counts that a layer shows in a snapshot."""
    version = layer_version(request.layer, snapshot, request.timezone)
    params = request.params
    return _day_key(version, snapshot.revisions, params.on, params.at, request.timezone)


def read_counts_key(
    session: Session, layer: Layer, on: datetime.date, at: datetime.datetime, timezone: str
) -> str:
    """Return the current key of the coverage counts that a layer shows for a day."""
    snapshot = table_versions.read_snapshot(session, SOURCE_TABLES[layer], at)
    version = layer_version(layer, snapshot, timezone)
    return _day_key(version, snapshot.revisions, on, at, timezone)


@lru_cache(maxsize=256)
def places_key(layer: Layer, snapshot: VersionSnapshot) -> str:
    """Return the key of a layer's place index: its own table alone, without counts."""
    table = SOURCE_TABLES[layer][0].__tablename__
    return f"{layer}/{json.loads(snapshot.tables).get(table)}/{snapshot.revisions}"


def _day_key(
    version: str, revisions: int, on: datetime.date, at: datetime.datetime, timezone: str
) -> str:
    """Return the key of what a layer version shows on a day.

    The grids at the end of a day do not depend on later revisions, so its key omits their number.
    """
    is_end_of_day = at + datetime.timedelta(microseconds=1) == city_time.end_of_day(on, timezone)
    return f"{version}/{on}/{'' if is_end_of_day else revisions}"
