"""Apply a small change to an index without building all of it again."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.geometry.datums import Coords
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import Method
from geo.lookup.snapshots import grid_index
from geo.lookup.snapshots.grid_index import FullIndex, GridIndex, GridTable, Positions


@dataclass(frozen=True, eq=False)
class GridChanges:
    """How the grids at a moment differ from the grids in an index.

    `nearby` are grids as they are at that moment: those that changed; their neighbors, whose
    bounding box meets an old or new shape of a changed grid; and the neighbors of those.
    """

    changed_codes: frozenset[str]
    """The codes of grids that were added, removed or changed."""
    nearby: GridTable
    has_all_neighbors: NDArray[np.bool_]
    """For each nearby grid, whether all of its neighbors are among the nearby grids."""


@dataclass(frozen=True, eq=False)
class OverlayIndex:
    """A `GridIndex` of a full index and a small index of nearby grids that is laid over it.

    Its results equal those of a full index of the same grids. Where the base finds a grid that has
    changed, only the overlay counts; it holds every grid that meets an old or new shape. Where the
    base finds an unchanged grid and the overlay finds one too, the lower code wins.
    """

    base: FullIndex
    overlay: FullIndex
    is_changed: NDArray[np.bool_]
    """For each position of the base, whether that grid has changed; True for NOWHERE."""
    base_rank: NDArray[np.int64]
    """For each position of the overlay, the first position of the base whose code is not lower;
    for NOWHERE, a number above all positions."""
    has_all_neighbors: NDArray[np.bool_]

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """See `GridIndex`: the grids of the base, then those of the overlay."""
        return np.concatenate([self.base.codes[:-1], self.overlay.codes])

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """See `GridIndex`."""
        return np.concatenate([self.base.names[:-1], self.overlay.names])

    @cached_property
    def community_codes(self) -> NDArray[np.object_]:
        """See `GridIndex`."""
        return np.concatenate([self.base.community_codes[:-1], self.overlay.community_codes])

    @property
    def full_index(self) -> FullIndex:
        """The base."""
        return self.base

    @property
    def nbytes(self) -> int:
        """The memory of the overlay; the base is shared with other indexes."""
        return self.overlay.nbytes + 24 * len(self.base.codes)

    @property
    def _offset(self) -> int:
        """The position of the first grid of the overlay."""
        return len(self.base.codes) - 1

    def locate(self, lon: float, lat: float) -> tuple[int, Method]:
        """See `GridIndex`."""
        base, base_method = self.base.locate(lon, lat)
        top, top_method = self.overlay.locate(lon, lat)
        if top != NOWHERE and (self.is_changed[base] or self.base_rank[top] <= base):
            return self._offset + top, top_method
        return (NOWHERE, Method.OUTSIDE) if self.is_changed[base] else (base, base_method)

    def assign(self, coords: Coords) -> Positions:
        """See `GridIndex`."""
        positions, top = self.base.assign(coords), self.overlay.assign(coords)
        is_changed = self.is_changed[positions]
        positions[is_changed] = NOWHERE
        is_top = (top != NOWHERE) & (is_changed | (self.base_rank[top] <= positions))
        positions[is_top] = self._offset + top[is_top]
        return positions

    def nearest_border(self, lon: float, lat: float) -> tuple[float, int] | None:
        """See `GridIndex`."""
        position, _ = self.locate(lon, lat)
        if position == NOWHERE:
            return None
        if position < self._offset or not self.has_all_neighbors[position - self._offset]:
            return self.base.measure_border(lon, lat)
        metres, neighbor = self.overlay.measure_border(lon, lat)
        return metres, neighbor if neighbor == NOWHERE else self._offset + neighbor


def build(base: FullIndex, changes: GridChanges, memory_bytes: int | None = None) -> GridIndex:
    """Return an index of the base with these changes; the base itself if there are none."""
    if not changes.changed_codes:
        return base
    is_changed = np.array([*(code in changes.changed_codes for code in base.codes[:-1]), True])
    base_rank = np.searchsorted(base.codes[:-1], changes.nearby.codes)
    return OverlayIndex(
        base,
        grid_index.build(changes.nearby, memory_bytes),
        is_changed,
        np.append(base_rank, len(base.codes)),
        changes.has_all_neighbors,
    )
