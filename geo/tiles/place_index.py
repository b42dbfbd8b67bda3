"""In-memory index of the areas or grids of one version, so that a tile needs only one query."""

import datetime
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.feature_query import BBox
from geo.tiles.connections import TileCursor
from geo.tiles.layers import Layer
from geo.tiles.tile_math import to_world

Key = str | int
"""Primary key of an area or a grid."""
LabelPoints = Mapping[Key, tuple[float, float]]
"""Where labels are placed, in world coordinates (see `tile_math.to_world`)."""


class PlaceEntry(NamedTuple):
    """An area or a grid."""

    key: Key
    code: str
    level: str | None
    """Of an area; None for a grid."""


@dataclass(frozen=True)
class _PlaceTable:
    table: str
    key: str
    level: str
    condition: str


_SOURCES = {
    Layer.AREAS: _PlaceTable("area", "code", "level", "geom IS NOT NULL"),
    Layer.GRIDS: _PlaceTable("micro_grid", "id", "NULL", "in_force @> CAST(%(at)s AS timestamptz)"),
}


class PlaceIndex:
    """Bounding boxes and label points of all areas, or of all grids in force at a time.

    Loaded from the database on first use. Thread-safe.
    """

    def __init__(self) -> None:
        self._entries: list[PlaceEntry] | None = None
        self._bounds: NDArray[np.float64] = np.empty((4, 0))
        self._label_points: dict[Key, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def intersecting(
        self, cursor: TileCursor, layer: Layer, at: datetime.datetime, box: BBox
    ) -> list[PlaceEntry]:
        """Return the areas or grids whose bounding boxes intersect a box."""
        with self._lock:
            if self._entries is None:
                self._entries, self._bounds = _load(cursor, layer, at)
            entries = self._entries
        west, south, east, north = self._bounds
        intersects = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        return [entries[position] for position in np.flatnonzero(intersects)]

    def label_points(self, cursor: TileCursor, layer: Layer, keys: list[Key]) -> LabelPoints:
        """Return the label points of some areas or grids, and possibly of others."""
        missing = [key for key in keys if key not in self._label_points]
        if missing:
            source = _SOURCES[layer]
            rows = cursor.execute(
                f"SELECT key, ST_X(point), ST_Y(point) FROM (SELECT {source.key} AS key, "
                f"ST_PointOnSurface(geom) AS point FROM {source.table} "
                f"WHERE {source.key} = ANY (%(keys)s)) AS label",
                {"keys": missing},
            )
            self._label_points |= {key: to_world(lon, lat) for key, lon, lat in rows}
        return self._label_points


def _load(
    cursor: TileCursor, layer: Layer, at: datetime.datetime
) -> tuple[list[PlaceEntry], NDArray[np.float64]]:
    """Return the entries by code, and their bounds as west, south, east, north: shape (4, n)."""
    source = _SOURCES[layer]
    rows = cursor.execute(
        f"SELECT {source.key}, code, {source.level}, ST_XMin(geom), ST_YMin(geom), "
        f"ST_XMax(geom), ST_YMax(geom) FROM {source.table} WHERE {source.condition} ORDER BY code",
        {"at": at},
    ).fetchall()
    bounds = np.array([row[3:] for row in rows], dtype=np.float64).reshape(-1, 4)
    return [PlaceEntry(*row[:3]) for row in rows], bounds.T
