"""Repairing a partition whose polygons disagree: overlaps shared out, gaps closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import coverage_clean  # type: ignore[attr-defined]  # newer than the stubs

from data.partitions import gap_fill
from data.reading.geometry.repair import apart
from geo.geometry import topology

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
GAP_WIDTH_M = 20.0
"""A gap wider than a large street is taken for real: an enclave, a lake, a river."""
CRACK_M = 0.05
"""A gap narrower than this is closed by the neighbour with the longest border on it."""
SNAP_M = 0.01
"""Corners closer than a centimetre are the same corner."""
DECIMALS = 8
"""Coordinates are kept to a hundred-millionth of a degree, about a millimetre."""

_METRES_PER_DEGREE = 111_320.0
_STEP = GAP_WIDTH_M / _METRES_PER_DEGREE
"""How far a polygon may grow along a gap beyond its own border, in degrees."""


@dataclass(frozen=True)
class RepairResult:
    """A repaired partition, and how much had to move."""

    geoms: Geoms
    changed: Bools
    lost_m2: float
    """Ground that polygons gave up: others had a better claim to it, or it lay outside."""
    gained_m2: float
    """Ground that polygons gained: it lay in gaps."""
    moved_m: float
    """How far the border that moved most was moved."""

    def __str__(self) -> str:
        count = int(self.changed.sum())
        if not count:
            return "No border had to be moved to make them tile"
        return (
            f"{count:,} outline{'s' if count > 1 else ''} redrawn to make them tile: "
            f"{self.lost_m2:,.1f} m² given up where they overlapped or reached out, "
            f"{self.gained_m2:,.1f} m² gained in gaps, borders moved by up to {self.moved_m:,.2f} m"
        )


class LocalProjection:
    """Degrees to metres and back: an equirectangular plane, true to 0.1 % within a city."""

    def __init__(self, geoms: Geoms) -> None:
        west, south, east, north = shapely.total_bounds(geoms)
        self.origin = np.array([(west + east) / 2, (south + north) / 2])
        shrink = np.cos(np.radians(self.origin[1]))
        self.scale = np.array([_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE])

    def to_metres(self, geoms: Any) -> Any:
        """Return shapes in metres from the middle of the extent."""
        return shapely.transform(geoms, lambda xy: (xy - self.origin) * self.scale)

    def to_degrees(self, geoms: Any) -> Any:
        """Return shapes in degrees, rounded: equal corners stay equal."""
        return round_coordinates(shapely.transform(geoms, lambda xy: xy / self.scale + self.origin))


def repair(
    geoms: Geoms,
    owners: Sequence[str | None] = (),
    outlines: Mapping[str, shapely.Geometry] | None = None,
    taken: shapely.Geometry | None = None,
) -> RepairResult:
    """Return polygons that tile: no overlap, matching corners, no narrow gap, no splinter.

    Polygons that do so already are left as they are, but for the rounding. A gap is narrow if no
    circle wider than GAP_WIDTH_M fits in it. `owners` names for each polygon what it belongs to;
    those that belong to one of the `outlines` are made to tile that outline. All give way to
    ground that is `taken`. A polygon that others swallow whole, or that lies outside its outline,
    comes back empty.
    """
    free = geoms if taken is None else _polygons(shapely.difference(geoms, taken))
    if shapely.is_empty(free).all():  # as it is of no polygons at all
        return RepairResult(free, ~shapely.is_empty(geoms), 0.0, 0.0, 0.0)
    tiled = round_coordinates(free)
    if not _is_sound(tiled):
        tiled = _close_gaps(_without_splinters(_without_overlaps(tiled)))
    for owner, outline in (outlines or {}).items():
        own = np.array([named == owner for named in owners], dtype=np.bool_)
        room = outline if taken is None else shapely.difference(outline, taken)
        if topology.outside(tiled[own], room) or topology.gaps(tiled[own], room):
            tiled[own] = fit_to_outline(tiled[own], room)
    return _compare(geoms, tiled)


def round_coordinates(geoms: Any) -> Any:
    """Return shapes with their coordinates rounded: equal corners stay equal."""
    return shapely.transform(geoms, lambda xy: np.round(xy, DECIMALS))


def fit_to_outline(geoms: Geoms, outline: shapely.Geometry) -> Geoms:
    """Return polygons that tile `outline`: what reaches beyond is cut off, what is missing is
    shared among those beside it. A polygon outside comes back empty. Shapes (n,) → (n,).
    """
    inside = _polygons(shapely.intersection(geoms, outline))
    missing = _ground(shapely.difference(outline, shapely.union_all(inside)))
    pieces = coverage_clean(np.concatenate([inside, missing]), snapping_distance=10.0**-DECIMALS)
    fitted, gaps = pieces[: len(geoms)].copy(), pieces[len(geoms) :]
    return match_corners(gap_fill.fill(fitted, gaps[~shapely.is_empty(gaps)], _STEP))


def match_corners(geoms: Geoms) -> Geoms:
    """Return polygons with corners set in where those of others meet their borders."""
    for decimals in range(DECIMALS, DECIMALS - 3, -1):
        if topology.tiles(geoms):
            break
        geoms = coverage_clean(geoms, snapping_distance=10.0**-decimals)
    return geoms


def is_narrow(gaps: Geoms, width_m: float = GAP_WIDTH_M) -> Bools:
    """Tell which gaps are narrower than so much: the diameter of the largest circle in each."""
    if not len(gaps):
        return np.zeros(0, dtype=np.bool_)
    circles = shapely.maximum_inscribed_circle(
        LocalProjection(gaps).to_metres(gaps), tolerance=width_m / 20
    )
    return np.asarray(2 * shapely.length(circles) <= width_m, dtype=np.bool_)


def _is_sound(geoms: Geoms) -> bool:
    """Tell whether polygons tile with no narrow gap, be it a hairline, and no splinter."""
    if not topology.tiles(geoms):
        return False
    if _splinters(*shapely.get_parts(geoms, return_index=True)).any():
        return False
    return not is_narrow(_holes(topology.union(geoms))).any()


def _without_splinters(geoms: Geoms) -> Geoms:
    """Return polygons whose splinters went to those beside them."""
    parts, owners = shapely.get_parts(geoms, return_index=True)
    thin = _splinters(parts, owners)
    if not thin.any():
        return geoms
    rest = geoms.copy()
    for owner in np.unique(owners[thin]):
        rest[owner] = shapely.union_all(parts[~thin & (owners == owner)])
    return match_corners(gap_fill.fill(rest, parts[thin], _STEP))


def _splinters(parts: Geoms, owners: NDArray[np.intp]) -> Bools:
    """Tell which parts of polygons that have several are thinner than a corner is wide."""
    several = np.flatnonzero(np.bincount(owners)[owners] > 1)
    thin = np.zeros(len(parts), dtype=np.bool_)
    for patch in topology.slivers(parts[several], SNAP_M):
        thin[several[list(patch.positions)]] = True
    return thin


def _without_overlaps(geoms: Geoms) -> Geoms:
    """Return polygons that tile apart from gaps wider than cracks."""
    plane = LocalProjection(geoms)
    clean = coverage_clean(plane.to_metres(geoms), gap_width=CRACK_M, snapping_distance=SNAP_M)
    return match_corners(plane.to_degrees(clean))


def _close_gaps(geoms: Geoms) -> Geoms:
    gaps = topology.shapes(topology.gaps(geoms))
    gaps = gaps[is_narrow(gaps)]
    return match_corners(gap_fill.fill(geoms, gaps, _STEP)) if len(gaps) else geoms


def _polygons(geoms: Geoms) -> Geoms:
    """Return the ground of each geometry, without the lines and points that lie beside it."""
    other = ~np.isin(shapely.get_type_id(geoms), _AREAL)
    geoms[other] = [shapely.union_all(_ground(geometry)) for geometry in geoms[other]]
    geoms[shapely.is_empty(geoms)] = shapely.Polygon()
    return geoms


def _ground(geometry: shapely.Geometry) -> Geoms:
    """Return the polygons that a geometry is made of."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return np.asarray(parts[shapely.area(parts) > 0], dtype=object)


def _compare(before: Geoms, after: Geoms) -> RepairResult:
    plane = LocalProjection(before)
    old, new = plane.to_metres(before), plane.to_metres(after)
    differ = ~np.asarray(shapely.equals_exact(old, new, SNAP_M, normalize=True), dtype=np.bool_)
    moved = np.zeros(len(before))
    moved[differ] = [_moved(*pair) for pair in zip(old[differ], new[differ], strict=True)]
    changed = ~(moved <= SNAP_M)  # a polygon that vanished moved by no number
    lost = shapely.area(shapely.difference(old[changed], new[changed]))
    gained = shapely.area(shapely.difference(new[changed], old[changed]))
    return RepairResult(
        after,
        changed,
        lost_m2=float(lost.sum()),
        gained_m2=float(gained.sum()),
        moved_m=float(np.nanmax(moved, initial=0.0)),
    )


def _moved(old: Any, new: Any) -> float:
    """Return how far a border moved; that of a hole which closed by the width of the hole.

    The next border may be far away from it.
    """
    holes = _holes(old)
    closed = holes[shapely.contains_properly(new, holes)]
    if not len(closed):
        return apart(old, new)
    widths = 2 * shapely.length(shapely.maximum_inscribed_circle(closed))
    rest = shapely.union_all([old, *closed])
    return float(max(apart(rest, new), *widths))


def _holes(geometry: Any) -> Geoms:
    """Return the holes of a geometry as polygons."""
    rings, owners = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
    return np.asarray(shapely.polygons(rings[1:][owners[1:] == owners[:-1]]), dtype=object)
