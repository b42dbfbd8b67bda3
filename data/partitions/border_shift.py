"""Measure what a repair changed: how far borders moved, and which pieces changed hands whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]
Coords = NDArray[np.float64]
Floats = NDArray[np.float64]

MIN_SECTION_RATIO = 0.25
"""A border that moves leaves a piece between an old and a new border of similar length. A piece
that the new border only closes off, such as a part, an arm or a filled hole, was given away."""
_LISTED = 5
NOTHING_MOVED = "The grids tile already; no border was moved"


@dataclass(frozen=True)
class BorderShift:
    """How the border of one polygon changed."""

    moved_m: float
    """Hausdorff distance between the old and the new border, where it moved."""
    given_m2: float
    """Area of the pieces that the polygon gained or lost without a border that moved."""


@dataclass(frozen=True)
class RepairResult:
    """The repaired polygons, and how much the repair changed them."""

    geoms: Geoms
    changed: Bools
    """Which polygons changed, (n,)."""
    lost_m2: float
    """Area that polygons lost, because it overlapped others or lay outside the outline."""
    gained_m2: float
    """Area that polygons gained from gaps."""
    moved_m: Floats
    """How far the border of each polygon moved, (n,)."""
    given_m2: Floats
    """Area that each polygon gained or lost in whole pieces, (n,)."""

    @property
    def max_moved_m(self) -> float:
        """The largest distance by which a border moved."""
        return float(self.moved_m.max(initial=0.0))

    def describe(self, codes: Sequence[str]) -> str:
        """Return a sentence about the changes; the polygons that changed most come first."""
        count = int(self.changed.sum())
        if not count:
            return NOTHING_MOVED
        pieces = _list_worst(self.given_m2 * self.changed, codes, "{:,.1f} m²", smallest=0.05)
        return (
            f"{count:,} grid{'s' if count > 1 else ''} changed so that all tile: "
            f"{self.lost_m2:,.1f} m² removed where grids overlapped or lay outside, "
            f"{self.gained_m2:,.1f} m² added from gaps, "
            f"borders moved by up to {self.max_moved_m:,.2f} m"
            + _list_worst(self.moved_m * self.changed, codes, "{:,.2f} m", smallest=0.005)
            + (f"; pieces gained or lost whole{pieces}" if pieces else "")
        )


def _list_worst(values: Floats, codes: Sequence[str], unit: str, smallest: float) -> str:
    """Return the largest values with their codes in brackets; nothing if all are small."""
    order = np.argsort(-values, kind="stable")
    order = order[values[order] >= smallest]
    if not len(order):
        return ""
    listed = ", ".join(f"{codes[at]} {unit.format(values[at])}" for at in order[:_LISTED])
    more = f", and {len(order) - _LISTED:,} more" if len(order) > _LISTED else ""
    return f" ({listed}{more})"


def measure(old: Any, new: Any) -> BorderShift:
    """Return how the border of a polygon changed, in the units of its coordinates."""
    difference = shapely.get_parts(shapely.symmetric_difference(old, new))
    pieces = difference[shapely.area(difference) > 0]
    if shapely.is_empty(old) or shapely.is_empty(new):
        return BorderShift(0.0, float(shapely.area(pieces).sum()))
    starts, ends, piece_of = _segments(pieces)
    borders = _Border(old), _Border(new)
    middles = (starts + ends) / 2
    is_old = borders[0].distances(middles) <= borders[1].distances(middles)
    is_moved = _is_moved(np.hypot(*(ends - starts).T), is_old, piece_of, len(pieces))
    moved = 0.0
    for section, other in ((is_old, borders[1]), (~is_old, borders[0])):
        of_moved = section & is_moved[piece_of]
        moved = max(moved, other.distances(starts[of_moved]).max(initial=0.0))
        moved = max(moved, other.distances(ends[of_moved]).max(initial=0.0))
    return BorderShift(float(moved), float(shapely.area(pieces[~is_moved]).sum()))


def _is_moved(lengths: Floats, is_old: Bools, piece_of: NDArray[np.intp], count: int) -> Bools:
    """Return for each piece whether it lies between two sections of border of similar length."""
    old = np.bincount(piece_of[is_old], lengths[is_old], minlength=count)
    new = np.bincount(piece_of[~is_old], lengths[~is_old], minlength=count)
    return np.asarray(np.minimum(old, new) >= MIN_SECTION_RATIO * np.maximum(old, new))


def _segments(geoms: Any) -> tuple[Coords, Coords, NDArray[np.intp]]:
    """Return both ends of each segment of polygons, and the position of its polygon."""
    parts, part_owners = shapely.get_parts(np.atleast_1d(geoms), return_index=True)
    rings, ring_parts = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return coords[:-1][same], coords[1:][same], part_owners[ring_parts[ring[1:][same]]]


class _Border:
    """The border of a polygon in a spatial index."""

    def __init__(self, geometry: Any) -> None:
        starts, ends, _ = _segments(geometry)
        segments = shapely.linestrings(np.stack([starts, ends], axis=1))
        self.tree = shapely.STRtree(np.asarray(segments, dtype=object))

    def distances(self, points: Coords) -> Floats:
        """Return the distance of each point, (n, 2) → (n,)."""
        if not len(points):
            return np.zeros(0)
        _, distances = self.tree.query_nearest(
            shapely.points(points), return_distance=True, all_matches=False
        )
        return np.asarray(distances)
