"""The grids of one moment, compiled: all of them, or others and what has changed since."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.geometry.datums import Coords
from geo.lookup.index import border_distance, cell_index, point_query
from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import Method

Geoms = NDArray[np.object_]
Positions = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Grids as the database has them, by rising code."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    communities: NDArray[np.object_]
    geoms: Geoms

    def __len__(self) -> int:
        return len(self.codes)


class Sheet(Protocol):
    """Grids that can be asked; a position leads to the same place of every array.

    Each array has one more entry than there are grids: the last is None, so that NOWHERE (-1)
    leads to it.
    """

    @property
    def codes(self) -> NDArray[np.object_]:
        """Their codes; a grid that has changed may stand there a second time, unused."""

    @property
    def names(self) -> NDArray[np.object_]:
        """Their names, None where one has none."""

    @property
    def communities(self) -> NDArray[np.object_]:
        """The codes of the communities they lie in."""

    @property
    def whole(self) -> "Whole":
        """The sheet of all grids that it stands on, or is."""

    @property
    def nbytes(self) -> int:
        """The memory that it holds for itself alone."""

    def place(self, lon: float, lat: float) -> tuple[int, Method]:
        """Return the position of the grid of a point, or NOWHERE, and how it was placed."""

    def assign(self, coords: Coords) -> Positions:
        """Return the position of the grid of each of n points, or NOWHERE: (n, 2) → (n,)."""

    def border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """Return the metres to the nearest border of a point's grid and the position beyond it.

        None for a point in no grid.
        """


@dataclass(frozen=True, eq=False)
class Whole:
    """All grids, in one index."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    communities: NDArray[np.object_]
    index: CellIndex

    @property
    def whole(self) -> "Whole":
        """Itself."""
        return self

    @property
    def nbytes(self) -> int:
        """The memory that it holds: the index, and the texts beside it, about."""
        return self.index.nbytes + 200 * len(self.codes)

    def place(self, lon: float, lat: float) -> tuple[int, Method]:
        """As Sheet has it."""
        return point_query.place(self.index, lon, lat)

    def assign(self, coords: Coords) -> Positions:
        """As Sheet has it."""
        return point_query.assign(self.index, coords)

    def border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """As Sheet has it."""
        position, _ = self.place(lon, lat)
        return None if position == NOWHERE else self.nearest(lon, lat)

    def nearest(self, lon: float, lat: float) -> tuple[float, int]:
        """Return the metres to the nearest border, and the position of the grid beyond it."""
        [metres], [neighbor] = border_distance.border(self.index, np.array([[lon, lat]]))
        return float(metres), int(neighbor)


def compile(outlines: Outlines, memory_bytes: int | None = None) -> Whole:
    """Return grids as a sheet. Raises IndexTooLarge beyond the memory allowed."""
    return Whole(
        _ended(outlines.codes),
        _ended(outlines.names),
        _ended(outlines.communities),
        cell_index.build(outlines.geoms, memory_bytes=memory_bytes),
    )


def _ended(values: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array([*values, None], dtype=object)


@dataclass(frozen=True, eq=False)
class Change:
    """How the grids of a moment differ from those of a sheet.

    `fresh` has, as they are at that moment: the grids that changed, those whose bounding boxes
    meet an old or a new shape of one that changed, and those whose boxes meet theirs.
    """

    changed: frozenset[str]
    """The codes of grids that are not what they were, or are no more, or are new."""
    fresh: Outlines
    near: NDArray[np.bool_]
    """Which of those have all their neighbours among `fresh`: all but the outer ring."""


@dataclass(frozen=True, eq=False)
class Patched:
    """A sheet and a small one that lies over it where grids have changed: as exact as a whole one.

    A point in a grid of the base that has not changed may also lie in a fresh grid: the lower code
    wins, as everywhere. A point that the base puts into a grid that has changed is asked of the
    fresh ones alone: they hold every grid that meets an old shape.
    """

    base: Whole
    patch: Whole
    free: NDArray[np.bool_]
    """By positions of the base: whether that grid has changed; True behind the last, for NOWHERE.
    """
    rank: NDArray[np.int64]
    """For each fresh grid the first position of the base whose code is not lower than its own;
    behind the last, for NOWHERE, one that there is not."""
    near: NDArray[np.bool_]

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """As Sheet has it: those of the base, then the fresh ones."""
        return np.concatenate([self.base.codes[:-1], self.patch.codes])

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """As Sheet has it."""
        return np.concatenate([self.base.names[:-1], self.patch.names])

    @cached_property
    def communities(self) -> NDArray[np.object_]:
        """As Sheet has it."""
        return np.concatenate([self.base.communities[:-1], self.patch.communities])

    @property
    def whole(self) -> Whole:
        """The base."""
        return self.base

    @property
    def nbytes(self) -> int:
        """The memory of the patch: the base is held by others too."""
        return self.patch.nbytes + 24 * len(self.base.codes)

    @property
    def _offset(self) -> int:
        return len(self.base.codes) - 1

    def place(self, lon: float, lat: float) -> tuple[int, Method]:
        """As Sheet has it."""
        position, method = self.base.place(lon, lat)
        fresh, how = self.patch.place(lon, lat)
        if fresh != NOWHERE and (self.free[position] or self.rank[fresh] <= position):
            return self._offset + fresh, how
        return (NOWHERE, Method.OUTSIDE) if self.free[position] else (position, method)

    def assign(self, coords: Coords) -> Positions:
        """As Sheet has it."""
        positions, fresh = self.base.assign(coords), self.patch.assign(coords)
        free = self.free[positions]
        positions[free] = NOWHERE
        wins = (fresh != NOWHERE) & (free | (self.rank[fresh] <= positions))
        positions[wins] = self._offset + fresh[wins]
        return positions

    def border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """As Sheet has it."""
        position, _ = self.place(lon, lat)
        if position == NOWHERE:
            return None
        if position < self._offset or not self.near[position - self._offset]:
            return self.base.nearest(lon, lat)
        metres, neighbor = self.patch.nearest(lon, lat)
        return metres, neighbor if neighbor == NOWHERE else self._offset + neighbor


def patch(base: Whole, change: Change, memory_bytes: int | None = None) -> Sheet:
    """Return the grids of a sheet as a change leaves them; the sheet itself if nothing changed."""
    if not change.changed:
        return base
    free = np.array([*(code in change.changed for code in base.codes[:-1]), True])
    return Patched(
        base,
        compile(change.fresh, memory_bytes),
        free,
        np.append(np.searchsorted(base.codes[:-1], change.fresh.codes), len(base.codes)),
        change.near,
    )
