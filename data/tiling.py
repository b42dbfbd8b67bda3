"""Repairing a partition whose polygons disagree: overlaps shared out, narrow gaps closed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import coverage_clean  # type: ignore[attr-defined]  # newer than the stubs

from geo import topology

Geoms = NDArray[np.object_]

GAP_WIDTH_M = 20.0
"""A gap wider than a large street is taken for real: an enclave, a lake, a river."""
SNAP_M = 0.01
"""Corners closer than a centimetre are the same corner."""
DECIMALS = 8
"""Coordinates are kept to a hundred-millionth of a degree, about a millimetre."""

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Tiling:
    """A repaired partition, and how much had to move."""

    geoms: Geoms
    changed: NDArray[np.bool_]
    overlap_m2: float
    """Ground that polygons lost: where two claimed it, the longer border on it decided."""
    gap_m2: float
    """Ground that polygons gained: gaps closed, by the longer border too."""
    moved_m: float
    """How far the border that moved most was moved."""

    def __str__(self) -> str:
        return (
            f"{int(self.changed.sum()):,} polygons repaired: {self.overlap_m2:,.1f} m² of overlaps "
            f"shared out, {self.gap_m2:,.1f} m² of gaps closed, borders moved by up to "
            f"{self.moved_m:,.2f} m"
        )


class LocalMetres:
    """Degrees to metres and back: an equirectangular plane, true to 0.1 % within a city."""

    def __init__(self, geoms: Geoms) -> None:
        west, south, east, north = shapely.total_bounds(geoms)
        self.origin = np.array([(west + east) / 2, (south + north) / 2])
        shrink = np.cos(np.radians(self.origin[1]))
        self.scale = np.array([_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE])

    def to(self, geoms: Any) -> Any:
        """Return shapes in metres from the middle of the extent."""
        return shapely.transform(geoms, lambda xy: (xy - self.origin) * self.scale)

    def back(self, geoms: Any) -> Any:
        """Return shapes in degrees, rounded: equal corners stay equal."""
        return shapely.transform(
            geoms, lambda xy: np.round(xy / self.scale + self.origin, DECIMALS)
        )


def repair(geoms: Geoms, gap_width_m: float = GAP_WIDTH_M) -> Tiling:
    """Return polygons that tile: no overlap, matching corners, no gap narrower than so much.

    A gap's width is the diameter of the largest circle in it. A polygon that others swallow whole
    comes back empty.
    """
    plane = LocalMetres(geoms)
    before = plane.to(geoms)
    clean = coverage_clean(before, gap_width=gap_width_m, snapping_distance=SNAP_M)
    after = plane.back(clean)
    if not topology.tiles(after):  # rounding made corners of one border meet another
        after = coverage_clean(after, snapping_distance=10.0**-DECIMALS)
    return _compare(before, plane.to(after), after)


def fit(geoms: Geoms, outline: shapely.Geometry) -> Geoms:
    """Return polygons that tile `outline`: what reaches beyond is cut off, what is missing is
    given to the polygon with the longest border on it. A polygon outside comes back empty.
    """
    inside = shapely.intersection(geoms, outline)
    missing = shapely.get_parts(shapely.difference(outline, shapely.union_all(inside)))
    missing = missing[shapely.area(missing) > 0]
    pieces = coverage_clean(np.concatenate([inside, missing]), snapping_distance=0)
    fitted, spare = pieces[: len(geoms)].copy(), pieces[len(geoms) :]
    for piece in spare:
        shared = shapely.length(shapely.intersection(fitted, piece))
        if shared.any():
            owner = int(shared.argmax())
            fitted[owner] = shapely.union(fitted[owner], piece)
    return np.asarray(fitted, dtype=object)


def _compare(before: Geoms, moved: Geoms, after: Geoms) -> Tiling:
    changed = ~shapely.equals_exact(shapely.normalize(before), shapely.normalize(moved), SNAP_M)
    old, new = before[changed], moved[changed]
    lost = float(shapely.area(shapely.difference(old, new)).sum())
    gained = float(shapely.area(shapely.difference(new, old)).sum())
    return Tiling(
        after,
        np.asarray(changed, dtype=np.bool_),
        overlap_m2=lost,
        gap_m2=gained,
        moved_m=float(np.nanmax(shapely.hausdorff_distance(old, new), initial=0.0)),
    )


def narrow(patches: list[topology.Patch], width_m: float = GAP_WIDTH_M) -> NDArray[np.bool_]:
    """Tell which gaps are narrower than so much: the diameter of the largest circle in each."""
    if not patches:
        return np.zeros(0, dtype=np.bool_)
    shapes = np.array([patch.shape for patch in patches], dtype=object)
    plane = LocalMetres(shapes)
    circles = shapely.maximum_inscribed_circle(plane.to(shapes), tolerance=width_m / 20)
    return np.asarray(2 * shapely.length(circles) <= width_m, dtype=np.bool_)
