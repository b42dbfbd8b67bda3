"""Do polygons tile an area? Overlaps, gaps, their sizes, and a point in each.

Geometries are arrays of polygons in WGS 84. An edge is straight in the plane of longitude and
latitude, as it is for lookups and for PostGIS: between two corners far apart a geodesic, or an edge
of a projected file, runs metres beside it. Areas are the square metres on the ellipsoid inside such
edges. Widths are twice the area over the perimeter: about the true width of anything long and thin,
half the side of a square.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from geo.geometry import planar_area

Geoms = NDArray[np.object_]

GEOD = Geod(ellps="WGS84")
PRECISION_DEG = 1e-9
"""Degrees: a tenth of a millimetre."""
MAX_VERTICES_TO_RECHECK = 100
"""With more invalid edges than this GEOS is right: its mistakes concern a few."""
COORDINATE_GRID_DEG = 1e-8
"""Degrees, about a millimetre: the coordinates of imported grids are multiples of it."""
THINNEST_PATCH_DEG = 1.01 * COORDINATE_GRID_DEG
"""Anything thinner, and one step of the coordinate grid itself, is a rounding error."""
LONGEST_DEGREE_M = 111_700.0
"""Metres: no degree on the ellipsoid is longer; that of the meridian at a pole has 111,694."""
AREA_TOLERANCE_M2 = 1e-4
"""A polygon whose area changed by less than a square centimetre was not changed."""


@dataclass(frozen=True)
class Patch:
    """A polygon where others overlap, leave a gap, lie outside, or are thin."""

    positions: tuple[int, ...]
    """The polygons concerned, by their position in the array."""
    polygon: shapely.Polygon
    area_m2: float
    width_m: float
    lon: float
    lat: float
    """A point inside the patch."""


def patch_polygons(patches: Sequence[Patch]) -> Geoms:
    """Return the polygon of each patch."""
    return np.array([patch.polygon for patch in patches], dtype=object)


def is_valid_coverage(geoms: Geoms) -> bool:
    """Return whether polygons do not overlap and have the same vertices on shared edges.

    GEOS rejects an edge that ends where a hole of a neighbour touches that neighbour's own outline
    (seen with GEOS 3.14), so a few invalid edges are checked again.
    """
    if shapely.coverage_is_valid(geoms):
        return True
    invalid = shapely.coverage_invalid_edges(geoms)
    if shapely.get_num_coordinates(invalid).sum() > MAX_VERTICES_TO_RECHECK:
        return False
    segments, owners = _segments(invalid)
    edge, other = shapely.STRtree(geoms).query(segments, predicate="intersects")
    is_other = owners[edge] != other
    edge, other = edge[is_other], other[is_other]
    interiors_disjoint = shapely.relate_pattern(geoms[owners[edge]], geoms[other], "F********")
    if not interiors_disjoint.all():
        return False
    return all(map(_meets_at_vertices, segments[edge], geoms[other]))


def _segments(lines: Geoms) -> tuple[Geoms, NDArray[np.int64]]:
    """Return the segments of n lines, and the position of the line of each."""
    parts, owners = shapely.get_parts(lines, return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    pairs = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    return np.asarray(shapely.linestrings(pairs), dtype=object), owners[part[1:][same]]


def _meets_at_vertices(edge: shapely.LineString, other: Any) -> bool:
    """Return whether an edge meets the border of another polygon at common vertices only."""
    shared = shapely.intersection(edge, shapely.boundary(other))
    ends, vertices, points = (
        {*map(tuple, shapely.get_coordinates(geom).tolist())} for geom in (edge, other, shared)
    )
    return points <= ends & vertices and (points == ends or not shapely.length(shared))


def union(geoms: Geoms, *, is_coverage: bool = False) -> Any:
    """Return the union of polygons, by the fastest algorithm that is safe.

    Where edges lie within rounding of each other, GEOS can silently lose a whole polygon unless it
    rounds to a precision (seen with GEOS 3.14). `is_coverage` says that the polygons are a valid
    coverage; otherwise that is tested.
    """
    if is_coverage or is_valid_coverage(geoms):
        return shapely.coverage_union_all(geoms)
    return shapely.union_all(geoms, grid_size=PRECISION_DEG)


def have_invalid_edges(geoms: Geoms) -> NDArray[np.bool_]:
    """Tell for each of n polygons whether GEOS rejects one of its edges in the coverage: (n,).

    If none has, they are a valid coverage.
    """
    has_invalid: NDArray[np.bool_] = ~shapely.is_empty(shapely.coverage_invalid_edges(geoms))
    return has_invalid


def find_overlaps(geoms: Geoms, has_invalid: NDArray[np.bool_] | None = None) -> list[Patch]:
    """Return the area shared by two polygons, for each pair as one or more patches.

    Of two that overlap at least one has an invalid edge, so a valid coverage costs only one pass
    over its edges: that of `have_invalid_edges`, unless its result is given.
    """
    invalid = np.flatnonzero(have_invalid_edges(geoms) if has_invalid is None else has_invalid)
    own, other = shapely.STRtree(geoms).query(geoms[invalid], predicate="intersects")
    pairs = np.sort(np.column_stack([invalid[own], other]), axis=1)
    first, second = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    shared = shapely.intersection(geoms[first], geoms[second])
    return [
        patch
        for a, b, area in zip(first, second, shared, strict=True)
        for patch in find_patches(area, (int(a), int(b)))
    ]


def find_gaps(
    geoms: Geoms, within: shapely.Geometry | None = None, *, is_coverage: bool = False
) -> list[Patch]:
    """Return the area that no polygon covers: inside `within`, or else enclosed by the polygons.

    The positions of each gap are the polygons around it. `is_coverage` is as for `union`.
    """
    covered = union(geoms, is_coverage=is_coverage)
    if within is not None:
        missing = shapely.difference(within, covered)
    else:
        missing = shapely.difference(_fill_enclosed(covered), covered)
    tree = shapely.STRtree(geoms)
    return [_with_neighbours(patch, tree, geoms) for patch in find_patches(missing, ())]


def find_outside(geoms: Geoms, within: shapely.Geometry) -> list[Patch]:
    """Return the area of polygons that lies outside `within`, polygon by polygon."""
    shapely.prepare(within)
    positions = np.flatnonzero(~shapely.covers(within, geoms))
    outside = shapely.difference(geoms[positions], within)
    return [
        patch
        for position, area in zip(positions, outside, strict=True)
        for patch in find_patches(area, (int(position),))
    ]


def area_m2(geom: shapely.Geometry) -> float:
    """Return the area of the polygons of a geometry, whatever the direction of their rings."""
    return planar_area.area_m2(geom)


def find_slivers(geoms: Geoms, thinner_m: float) -> list[Patch]:
    """Return the parts of polygons that are thinner than some metres."""
    parts, owners = shapely.get_parts(geoms, return_index=True)
    longest_m = shapely.length(parts) * LONGEST_DEGREE_M  # geodesics take longer to measure
    may_be_thin = 2 * planar_area.areas_m2(parts) < thinner_m * longest_m
    patches = map(_patch, parts[may_be_thin], [(owner,) for owner in owners[may_be_thin].tolist()])
    return [patch for patch in patches if patch.width_m < thinner_m]


def _fill_enclosed(covered: shapely.Geometry) -> shapely.Geometry:
    """Return polygons with what they enclose: holes, and areas between parts that only touch."""
    parts = shapely.get_parts(covered)
    rings = shapely.get_rings(parts)
    faces = shapely.polygonize([shapely.node(shapely.GeometryCollection([*rings]))])
    filled = np.asarray(shapely.polygons(shapely.get_exterior_ring(parts)), dtype=object)
    return shapely.union_all(np.concatenate([filled, shapely.get_parts(faces)]))


def find_patches(geom: shapely.Geometry, positions: tuple[int, ...]) -> Iterator[Patch]:
    """Yield the polygons of a geometry that are somewhere wider than THINNEST_PATCH_DEG."""
    for part in shapely.get_parts(geom):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            if _exceeds_rounding(part):
                yield _patch(part, positions)
        elif part.geom_type.startswith(("Multi", "Geometry")):
            yield from find_patches(part, positions)


def has_patch(geom: shapely.Geometry) -> bool:
    """Return whether a geometry is somewhere wider than THINNEST_PATCH_DEG."""
    return any(find_patches(geom, ()))


def _exceeds_rounding(polygon: shapely.Polygon) -> bool:
    """Return whether a circle fits in a polygon whose diameter is THINNEST_PATCH_DEG.

    A circle with a diameter of twice the area over the perimeter always fits.
    """
    if 2 * polygon.area > THINNEST_PATCH_DEG * polygon.length:
        return True
    if polygon.area < THINNEST_PATCH_DEG**2 / 2:
        return False
    origin = np.array(polygon.exterior.coords[0])
    scaled = shapely.transform(polygon, lambda xy: (xy - origin) / THINNEST_PATCH_DEG)
    return not shapely.buffer(scaled, -0.5).is_empty


def _patch(polygon: shapely.Polygon, positions: tuple[int, ...]) -> Patch:
    area = planar_area.area_m2(polygon)
    perimeter = GEOD.geometry_length(polygon)
    point = polygon.representative_point()
    if point.is_empty:  # too thin for a point inside
        point = shapely.Point(polygon.exterior.coords[0])
    width = 2 * area / perimeter if perimeter else 0.0
    return Patch(positions, polygon, area, width, point.x, point.y)


def _with_neighbours(patch: Patch, tree: shapely.STRtree, geoms: Geoms) -> Patch:
    """Return a patch with the positions of the polygons that share a border with it."""
    near = tree.query(patch.polygon, predicate="intersects")
    is_touching = shapely.length(shapely.intersection(geoms[near], patch.polygon)) > 0
    return replace(patch, positions=tuple(sorted(near[is_touching].tolist())))
