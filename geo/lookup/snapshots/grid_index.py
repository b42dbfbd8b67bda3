"""The grids of one moment, indexed for point lookup."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.geometry.datums import Coords
from geo.lookup.index import border_distance, cell_index, point_query
from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import Method

Geometries = NDArray[np.object_]
Positions = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class GridTable:
    """Rows of grids as columns, in order of code."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    community_codes: NDArray[np.object_]
    geometries: Geometries

    def __len__(self) -> int:
        return len(self.codes)


class GridIndex(Protocol):
    """An index of grids. Lookups return positions, which are indexes into the arrays.

    Each array ends with an additional None, so that NOWHERE (-1) is a valid index and gives None.
    """

    @property
    def codes(self) -> NDArray[np.object_]:
        """The grid codes. A grid that has changed may occur twice; one of the two is unused."""

    @property
    def names(self) -> NDArray[np.object_]:
        """The grid names; None for a grid without one."""

    @property
    def community_codes(self) -> NDArray[np.object_]:
        """The codes of the communities that the grids belong to."""

    @property
    def full_index(self) -> "FullIndex":
        """The full index that this one is based on, or is."""

    @property
    def nbytes(self) -> int:
        """The memory of this index in bytes, without the parts that it shares with others."""

    def locate(self, lon: float, lat: float) -> tuple[int, Method]:
        """Return the position of the grid of a point, or NOWHERE, and how the point lies in it."""

    def assign(self, coords: Coords) -> Positions:
        """Return the position of the grid of each of n points, or NOWHERE: (n, 2) → (n,)."""

    def nearest_border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """Return the metres to the nearest border of a point's grid and the position beyond it.

        None for a point outside every grid.
        """


@dataclass(frozen=True, eq=False)
class FullIndex:
    """A `GridIndex` of all grids in one cell index."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    community_codes: NDArray[np.object_]
    index: CellIndex

    @property
    def full_index(self) -> "FullIndex":
        """This index."""
        return self

    @property
    def nbytes(self) -> int:
        """The memory of the cell index and, estimated, of the strings."""
        return self.index.nbytes + 200 * len(self.codes)

    def locate(self, lon: float, lat: float) -> tuple[int, Method]:
        """See `GridIndex`."""
        return point_query.locate_with_method(self.index, lon, lat)

    def assign(self, coords: Coords) -> Positions:
        """See `GridIndex`."""
        return point_query.assign(self.index, coords)

    def nearest_border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """See `GridIndex`."""
        position, _ = self.locate(lon, lat)
        return None if position == NOWHERE else self.measure_border(lon, lat)

    def measure_border(self, lon: float, lat: float) -> tuple[float, int]:
        """Return the metres to the nearest border, and the position of the grid beyond it."""
        coords = np.array([[lon, lat]])
        [metres], [neighbor] = border_distance.find_nearest_borders(self.index, coords)
        return float(metres), int(neighbor)


def build(table: GridTable, memory_bytes: int | None = None) -> FullIndex:
    """Return the index of these grids. Raises IndexTooLarge beyond the memory limit."""
    return FullIndex(
        _with_none(table.codes),
        _with_none(table.names),
        _with_none(table.community_codes),
        cell_index.build(table.geometries, memory_bytes=memory_bytes),
    )


def _with_none(values: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array([*values, None], dtype=object)
