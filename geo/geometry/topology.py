"""Do polygons tile? Where they overlap, where they leave gaps, how much, and where to look.

Shapes are arrays of polygons in WGS 84. Areas are geodesic square metres on the WGS-84 ellipsoid
(Karney's algorithm, in pyproj), widths are twice the area over the perimeter: about the true
width for anything long and thin, half of it for a square.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Geoms = NDArray[np.object_]

GEOD = Geod(ellps="WGS84")
ROUNDING = 1e-9
"""Degrees: a tenth of a millimetre."""
M2_OF_A_SQUARE_DEGREE = 1.25e10
"""No square degree is larger, anywhere."""
MOST_DOUBTED = 100
"""Corners of edges that are looked at once more: more of them are never GEOS's mistake."""
NOTHING_M2 = 1e-4
NOTHING_M = 5e-3
"""A patch under a square centimetre, or thinner than five millimetres, is the rounding of
coordinates and not ground: 1e-8 degrees are a millimetre."""


@dataclass(frozen=True)
class Patch:
    """A piece of ground where polygons do not tile: whose it is, its size, a point inside it."""

    positions: tuple[int, ...]
    """The polygons concerned, by their position in the array."""
    shape: shapely.Polygon
    area_m2: float
    width_m: float
    lon: float
    lat: float


def shapes(patches: Sequence[Patch]) -> Geoms:
    """Return the shape of each patch."""
    return np.array([patch.shape for patch in patches], dtype=object)


def tiles(geoms: Geoms) -> bool:
    """Tell whether polygons neither overlap nor disagree on the corners of shared edges.

    GEOS takes offence at an edge that ends where a hole of a neighbour touches that neighbour's
    own outline (seen with GEOS 3.14); a few edges that it blames are looked at once more.
    """
    if shapely.coverage_is_valid(geoms):
        return True
    lines = shapely.coverage_invalid_edges(geoms)
    if shapely.get_num_coordinates(lines).sum() > MOST_DOUBTED:
        return False
    blamed, owners = _segments(lines)
    edges, others = shapely.STRtree(geoms).query(blamed, predicate="intersects")
    apart = owners[edges] != others
    edges, others = edges[apart], others[apart]
    if not shapely.relate_pattern(geoms[owners[edges]], geoms[others], "F********").all():
        return False
    return all(map(_meets_at_corners, blamed[edges], geoms[others]))


def _segments(lines: Geoms) -> tuple[Geoms, NDArray[np.int64]]:
    """Return the segments of n lines, and the position of the line of each."""
    parts, owners = shapely.get_parts(lines, return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    pairs = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    return np.asarray(shapely.linestrings(pairs), dtype=object), owners[part[1:][same]]


def _meets_at_corners(edge: shapely.LineString, other: Any) -> bool:
    """Tell whether an edge meets the border of another polygon at common corners alone."""
    met = shapely.intersection(edge, shapely.boundary(other))
    ends, corners, at = (
        {*map(tuple, shapely.get_coordinates(one).tolist())} for one in (edge, other, met)
    )
    return at <= ends & corners and (at == ends or not shapely.length(met))


def union(geoms: Geoms) -> Any:
    """Return the ground of all polygons as one shape, in the fastest way that is safe.

    Where edges lie within rounding of each other GEOS can lose a whole polygon without a word,
    unless it has a grid to round to (seen with GEOS 3.14).
    """
    if tiles(geoms):
        return shapely.coverage_union_all(geoms)
    return shapely.union_all(geoms, grid_size=ROUNDING)


def overlaps(geoms: Geoms) -> list[Patch]:
    """Return the ground that two polygons share, for each pair the pieces of it.

    Of two that overlap at least one has an edge that does not match, so a clean partition costs
    one pass over its edges.
    """
    faulty = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geoms)))
    mine, others = shapely.STRtree(geoms).query(geoms[faulty], predicate="intersects")
    pairs = np.sort(np.column_stack([faulty[mine], others]), axis=1)
    first, second = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    shared = shapely.intersection(geoms[first], geoms[second])
    return [
        patch
        for a, b, ground in zip(first, second, shared, strict=True)
        for patch in _patches(ground, (int(a), int(b)))
    ]


def gaps(geoms: Geoms, within: shapely.Geometry | None = None) -> list[Patch]:
    """Return the ground that no polygon has: inside `within`, or else enclosed by the polygons.

    Each gap names the polygons around it.
    """
    covered = union(geoms)
    if within is not None:
        missing = shapely.difference(within, covered)
    else:
        parts = shapely.get_parts(covered)
        missing = shapely.difference(shapely.union_all(_filled(parts)), covered)
    tree = shapely.STRtree(geoms)
    return [_around(patch, tree, geoms) for patch in _patches(missing, ())]


def outside(geoms: Geoms, within: shapely.Geometry) -> list[Patch]:
    """Return the ground that polygons have beyond `within`, polygon by polygon."""
    shapely.prepare(within)
    astray = np.flatnonzero(~shapely.covers(within, geoms))
    beyond = shapely.difference(geoms[astray], within)
    return [
        patch
        for position, ground in zip(astray, beyond, strict=True)
        for patch in _patches(ground, (int(position),))
    ]


def flaws(geoms: Geoms, within: shapely.Geometry | None = None) -> list[Patch]:
    """Return all that keeps polygons from tiling `within`: overlaps, gaps, and what lies beyond."""
    beyond = [] if within is None else outside(geoms, within)
    return [*overlaps(geoms), *gaps(geoms, within), *beyond]


def area_m2(ground: shapely.Geometry) -> float:
    """Return the area of a piece of ground, whatever way round its rings run.

    Where a piece is thinner than coordinates can tell, its geodesic area is mere rounding, up to
    tens of square centimetres: it counts for no more than its square degrees allow.
    """
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon"]
    return float(sum(_area_m2(shapely.orient_polygons(part)) for part in parts))


def _area_m2(part: shapely.Polygon) -> float:
    geodesic = abs(float(GEOD.geometry_area_perimeter(part)[0]))
    return min(geodesic, float(part.area) * M2_OF_A_SQUARE_DEGREE)


def slivers(geoms: Geoms, thinner_m: float) -> list[Patch]:
    """Return the parts of polygons that are thinner than so many metres."""
    parts, owners = shapely.get_parts(geoms, return_index=True)
    found = []
    for part, owner in zip(parts, owners, strict=True):
        patch = _patch(part, (int(owner),))
        if patch.width_m < thinner_m:
            found.append(patch)
    return found


def _filled(parts: Geoms) -> Geoms:
    return np.asarray(shapely.polygons(shapely.get_exterior_ring(parts)), dtype=object)


def _patches(ground: shapely.Geometry, positions: tuple[int, ...]) -> Iterator[Patch]:
    """Yield the polygons of a piece of ground, whatever else it is made of."""
    for part in shapely.get_parts(ground):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            patch = _patch(part, positions)
            if patch.area_m2 > NOTHING_M2 and patch.width_m > NOTHING_M:
                yield patch
        elif part.geom_type.startswith(("Multi", "Geometry")):
            yield from _patches(part, positions)


def _patch(shape: shapely.Polygon, positions: tuple[int, ...]) -> Patch:
    area, perimeter = GEOD.geometry_area_perimeter(shape)
    spot = shape.representative_point()
    if spot.is_empty:  # too thin for a point inside that floating point can name
        spot = shapely.Point(shape.exterior.coords[0])
    width = 2 * abs(area) / perimeter if perimeter else 0.0
    return Patch(positions, shape, abs(area), width, spot.x, spot.y)


def _around(patch: Patch, tree: shapely.STRtree, geoms: Geoms) -> Patch:
    near = tree.query(patch.shape, predicate="intersects")
    touching = shapely.length(shapely.intersection(geoms[near], patch.shape)) > 0
    positions = tuple(sorted(int(position) for position in near[touching]))
    return Patch(positions, patch.shape, patch.area_m2, patch.width_m, patch.lon, patch.lat)
