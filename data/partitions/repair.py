"""Repair polygons that should tile: remove overlaps, fill narrow gaps, match corners."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import coverage_clean  # type: ignore[attr-defined]  # newer than the stubs

from data.partitions import border_shift, corners, gap_fill
from data.partitions.border_shift import RepairResult
from data.partitions.corners import DECIMALS
from geo.geometry import topology

Geoms = NDArray[np.object_]
Bools = NDArray[np.bool_]

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
GAP_WIDTH_M = 20.0
"""A gap wider than a large street is real, such as an enclave, a lake or a river, and stays."""
CRACK_M = 0.05
"""A gap narrower than this goes to the neighbour with the longest border on it."""
SNAP_M = 0.01
"""Corners closer than a centimetre are snapped together."""

_METRES_PER_DEGREE = 111_320.0
_STEP = GAP_WIDTH_M / _METRES_PER_DEGREE
"""How far a polygon may grow along a gap beyond its own border: GAP_WIDTH_M in degrees."""


class LocalProjection:
    """Converts degrees to metres and back: equirectangular, accurate to 0.1 % within a city."""

    def __init__(self, geoms: Geoms) -> None:
        west, south, east, north = shapely.total_bounds(geoms)
        self.origin = np.array([(west + east) / 2, (south + north) / 2])
        shrink = np.cos(np.radians(self.origin[1]))
        self.scale = np.array([_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE])

    def to_metres(self, geoms: Any) -> Any:
        """Return geometries in metres from the centre of the extent."""
        return shapely.transform(geoms, lambda xy: (xy - self.origin) * self.scale)

    def to_degrees(self, geoms: Any) -> Any:
        """Return geometries in degrees, rounded, so that equal corners stay equal."""
        return round_coordinates(shapely.transform(geoms, lambda xy: xy / self.scale + self.origin))


def repair(
    geoms: Geoms,
    owners: Sequence[str | None] = (),
    outlines: Mapping[str, shapely.Geometry] | None = None,
    occupied: shapely.Geometry | None = None,
) -> RepairResult:
    """Return polygons that tile: no overlap, matching corners, no narrow gap, no sliver.

    Polygons that tile already stay as they are. A gap is narrow if no circle wider than GAP_WIDTH_M
    fits in it. `owners` has for each polygon a key of `outlines`; the polygons of one owner are
    made to tile its outline. All polygons lose what overlaps `occupied`. A polygon that others
    cover completely, or that lies outside its outline, becomes empty.
    """
    free = geoms.copy() if occupied is None else _cut_occupied(geoms, occupied)
    if shapely.is_empty(free).all():  # also true if there are no polygons
        return _compare(geoms, free)
    tiled = free
    if not _is_clean(tiled):
        tiled = _fill_narrow_gaps(_remove_slivers(_remove_overlaps(tiled)))
    for owner, outline in (outlines or {}).items():
        own = np.array([candidate == owner for candidate in owners], dtype=np.bool_)
        room = outline if occupied is None else shapely.difference(outline, occupied)
        if topology.find_outside(tiled[own], room) or topology.find_gaps(tiled[own], room):
            tiled[own] = fit_to_outline(tiled[own], room)
    return _compare(geoms, corners.round_corners(tiled, _corners_of(geoms)))


def _corners_of(geoms: Geoms) -> corners.Coords:
    return np.asarray(np.unique(shapely.get_coordinates(geoms), axis=0))


def _cut_occupied(geoms: Geoms, occupied: shapely.Geometry) -> Geoms:
    """Remove `occupied` from the polygons that overlap it."""
    shapely.prepare(occupied)
    free = geoms.copy()
    near = np.flatnonzero(shapely.intersects(occupied, geoms))
    shared = shapely.intersection(geoms[near], occupied)
    overlap = [at for at, area in zip(near, shared, strict=True) if topology.has_patch(area)]
    free[overlap] = _to_polygons(shapely.difference(geoms[overlap], occupied))
    return free


def keep_sound(before: Geoms, after: Geoms, owners: Sequence[str | None]) -> Geoms:
    """Return repaired polygons, but the original ones where these have the same area, (n,).

    An owner whose polygons would then not share their corners gets all of them repaired.
    """
    difference = shapely.symmetric_difference(before, after)
    is_same = np.array([not topology.has_patch(area) for area in difference], dtype=np.bool_)
    result, owner_keys = after.copy(), np.array(owners, dtype=np.str_)
    for owner in np.unique(owner_keys):
        own = owner_keys == owner
        mixed = np.where(is_same, before, after)[own]
        if topology.is_valid_coverage(mixed):
            result[own] = mixed
    return result


def has_slivers(geoms: Geoms) -> bool:
    """Return whether a multipolygon has a part that is thinner than SNAP_M."""
    return bool(_find_slivers(*shapely.get_parts(geoms, return_index=True)).any())


def round_coordinates(geoms: Any) -> Any:
    """Return geometries with coordinates rounded to DECIMALS; equal corners stay equal."""
    return shapely.transform(geoms, lambda xy: np.round(xy, DECIMALS))


def fit_to_outline(geoms: Geoms, outline: shapely.Geometry) -> Geoms:
    """Return polygons that tile `outline`, (n,) → (n,).

    What lies outside is cut off; uncovered parts go to the polygons beside them. A polygon that
    lies outside completely becomes empty.
    """
    inside = _to_polygons(shapely.intersection(geoms, outline))
    missing = _polygon_parts(shapely.difference(outline, shapely.union_all(inside)))
    pieces = coverage_clean(np.concatenate([inside, missing]), snapping_distance=10.0**-DECIMALS)
    fitted, gaps = pieces[: len(geoms)].copy(), pieces[len(geoms) :]
    return match_corners(gap_fill.fill(fitted, gaps[~shapely.is_empty(gaps)], _STEP))


def match_corners(geoms: Geoms) -> Geoms:
    """Return polygons with corners inserted where the corners of others lie on their borders."""
    for decimals in range(DECIMALS, DECIMALS - 3, -1):
        if topology.is_valid_coverage(geoms):
            break
        geoms = coverage_clean(geoms, snapping_distance=10.0**-decimals)
    return geoms


def is_narrow(gaps: Geoms, width_m: float = GAP_WIDTH_M) -> Bools:
    """Return for each gap whether no circle wider than `width_m` fits in it, (n,) → (n,)."""
    if not len(gaps):
        return np.zeros(0, dtype=np.bool_)
    circles = shapely.maximum_inscribed_circle(
        LocalProjection(gaps).to_metres(gaps), tolerance=width_m / 20
    )
    return np.asarray(2 * shapely.length(circles) <= width_m, dtype=np.bool_)


def _is_clean(geoms: Geoms) -> bool:
    """Return whether polygons tile without any narrow gap, however thin, and without slivers."""
    if not topology.is_valid_coverage(geoms):
        return False
    if has_slivers(geoms):
        return False
    return not is_narrow(_holes(topology.union(geoms))).any()


def _remove_slivers(geoms: Geoms) -> Geoms:
    """Give the slivers of each multipolygon to the polygons beside them."""
    parts, owners = shapely.get_parts(geoms, return_index=True)
    is_sliver = _find_slivers(parts, owners)
    if not is_sliver.any():
        return geoms
    rest = geoms.copy()
    for owner in np.unique(owners[is_sliver]):
        rest[owner] = shapely.union_all(parts[~is_sliver & (owners == owner)])
    return match_corners(gap_fill.fill(rest, parts[is_sliver], _STEP))


def _find_slivers(parts: Geoms, owners: NDArray[np.intp]) -> Bools:
    """Return which parts of multipolygons are thinner than SNAP_M, (n,) → (n,)."""
    of_multipolygon = np.flatnonzero(np.bincount(owners)[owners] > 1)
    is_sliver = np.zeros(len(parts), dtype=np.bool_)
    for patch in topology.find_slivers(parts[of_multipolygon], SNAP_M):
        is_sliver[of_multipolygon[list(patch.positions)]] = True
    return is_sliver


def _remove_overlaps(geoms: Geoms) -> Geoms:
    """Return polygons that tile, except for gaps wider than CRACK_M."""
    projection = LocalProjection(geoms)
    clean = coverage_clean(projection.to_metres(geoms), gap_width=CRACK_M, snapping_distance=SNAP_M)
    return match_corners(projection.to_degrees(clean))


def _fill_narrow_gaps(geoms: Geoms) -> Geoms:
    gaps = topology.patch_polygons(topology.find_gaps(geoms))
    gaps = gaps[is_narrow(gaps)]
    return match_corners(gap_fill.fill(geoms, gaps, _STEP)) if len(gaps) else geoms


def _to_polygons(geoms: Geoms) -> Geoms:
    """Reduce each geometry to its polygons; drop the lines and points of collections."""
    other = ~np.isin(shapely.get_type_id(geoms), _POLYGONAL)
    geoms[other] = [shapely.union_all(_polygon_parts(geometry)) for geometry in geoms[other]]
    geoms[shapely.is_empty(geoms)] = shapely.Polygon()
    return geoms


def _polygon_parts(geometry: shapely.Geometry) -> Geoms:
    """Return the polygons among the parts of a geometry."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return np.asarray(parts[shapely.area(parts) > 0], dtype=object)


def _compare(before: Geoms, after: Geoms) -> RepairResult:
    projection = LocalProjection(before)
    old, new = projection.to_metres(before), projection.to_metres(after)
    differ = ~np.asarray(shapely.equals_exact(old, new, SNAP_M, normalize=True), dtype=np.bool_)
    moved_m, given_m2 = np.zeros(len(before)), np.zeros(len(before))
    for at in np.flatnonzero(differ):
        shift = border_shift.measure(old[at], new[at])
        moved_m[at], given_m2[at] = shift.moved_m, shift.given_m2
    changed = (moved_m > SNAP_M) | (given_m2 > SNAP_M) | (differ & shapely.is_empty(new))
    lost = shapely.area(shapely.difference(old[changed], new[changed]))
    gained = shapely.area(shapely.difference(new[changed], old[changed]))
    return RepairResult(after, changed, float(lost.sum()), float(gained.sum()), moved_m, given_m2)


def _holes(geometry: Any) -> Geoms:
    """Return the holes of a geometry as polygons."""
    rings, owners = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
    return np.asarray(shapely.polygons(rings[1:][owners[1:] == owners[:-1]]), dtype=object)
