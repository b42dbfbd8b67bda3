"""Where places are, read once for each state they are in: so a tile asks the database but once."""

import datetime
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.feature_query import Box
from geo.tiles.connections import Asking
from geo.tiles.layers import Layer
from geo.tiles.tile_math import in_pyramid

Key = str | int
Spots = Mapping[Key, tuple[float, float]]
"""By key where names are written, in the pyramid of tiles."""


class Place(NamedTuple):
    """An area or a grid."""

    key: Key
    """In its table."""
    code: str
    level: str | None
    """Of an area."""


@dataclass(frozen=True)
class _Table:
    name: str
    key: str
    level: str
    there: str


_TABLES = {
    Layer.AREAS: _Table("area", "code", "level", "geom IS NOT NULL"),
    Layer.GRIDS: _Table("micro_grid", "id", "NULL", "in_force @> CAST(%(at)s AS timestamptz)"),
}


class Whereabouts:
    """All areas, or all grids in force at a moment: their boxes, and where their names go."""

    def __init__(self) -> None:
        self._places: list[Place] | None = None
        self._boxes: NDArray[np.float64] = np.empty((4, 0))
        self._spots: dict[Key, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def near(self, asking: Asking, layer: Layer, at: datetime.datetime, box: Box) -> list[Place]:
        """Return the places whose boxes meet a box."""
        with self._lock:
            if self._places is None:
                self._places, self._boxes = _read(asking, layer, at)
            places = self._places
        west, south, east, north = self._boxes
        meet = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        return [places[position] for position in np.flatnonzero(meet)]

    def spots(self, asking: Asking, layer: Layer, keys: list[Key]) -> Spots:
        """Return where the names of some places are written, and maybe of others."""
        unknown = [key for key in keys if key not in self._spots]
        if unknown:
            table = _TABLES[layer]
            rows = asking.execute(
                f"SELECT key, ST_X(spot), ST_Y(spot) FROM (SELECT {table.key} AS key, "
                f"ST_PointOnSurface(geom) AS spot FROM {table.name} "
                f"WHERE {table.key} = ANY (%(keys)s)) AS place",
                {"keys": unknown},
            )
            self._spots |= {key: in_pyramid(lon, lat) for key, lon, lat in rows}
        return self._spots


def _read(
    asking: Asking, layer: Layer, at: datetime.datetime
) -> tuple[list[Place], NDArray[np.float64]]:
    table = _TABLES[layer]
    rows = asking.execute(
        f"SELECT {table.key}, code, {table.level}, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), "
        f"ST_YMax(geom) FROM {table.name} WHERE {table.there} ORDER BY code",
        {"at": at},
    ).fetchall()
    boxes = np.array([row[3:] for row in rows], dtype=np.float64).reshape(-1, 4)
    return [Place(*row[:3]) for row in rows], boxes.T
