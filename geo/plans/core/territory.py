"""The territory of buildings within a grid: what is nearer to them than to the grid's others.

Computed from the buildings around only, in metres, so that its cost does not depend on the size of
the community.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.local_plane import LocalPlane
from geo.geometry.topology import Geoms
from geo.plans.core.straight_lines import straighten
from geo.plans.core.voronoi import PRECISION_M, join_cells

Coords = NDArray[np.float64]

INSET_M = 0.2
"""Outlines are shrunk by this, so that the border between touching buildings is their wall."""
SPACING_M, FINE_SPACING_M = 2.0, 0.4
"""Between sample points of an outline, and where another building is nearer than FINE_WITHIN_M."""
FINE_WITHIN_M = 6.0
NEAR_M = 40.0
"""Buildings nearer than this are considered at once, others only where they could matter."""
PROBE_M = 10.0
"""Between the points of a territory's border that are tested for nearer buildings."""
OVERHANG_M = 1.0
"""Border lines reach so far beyond the grid that they surely cross its border."""


@dataclass(frozen=True)
class Territory:
    """An area of a grid, and the lines that divide it from the rest; in degrees."""

    region: Any
    """Reaches beyond the grid."""
    lines: list[shapely.LineString]
    exact_lines: list[shapely.LineString]
    """Before they were straightened."""
    near: NDArray[np.int64]
    """The positions of the other buildings around."""


def find_territory(area: Any, own: Geoms, others: Geoms) -> Territory:
    """Return what is nearer to some buildings than to others, within an area in degrees.

    The lines have few corners, and run between the buildings. `own` must not be empty.
    """
    plane = LocalPlane.around(shapely.union_all(own))
    area_m, own_m = plane.to_metres(area), plane.to_metres(own)
    region, near = _nearest_region(area_m, own_m, plane.to_metres(others))
    lines = _lines_inside(region, area_m)
    obstacles = np.concatenate([own_m, plane.to_metres(others[near])])
    straight = [_extend(straighten(line, obstacles, area_m)) for line in lines]
    return Territory(
        plane.to_degrees(region),
        [plane.to_degrees(line) for line in straight],
        [plane.to_degrees(_extend(line)) for line in lines],
        near,
    )


def narrow(
    area: Any, region: Any, core: Sequence[Any], obstacles: Geoms, margin_m: float
) -> tuple[list[shapely.LineString], Any]:
    """Return the lines around the part of a region within some metres of its core, and that part.

    The lines avoid obstacles.
    """
    plane = LocalPlane.around(shapely.union_all(core))
    hull = plane.to_metres(shapely.convex_hull(shapely.union_all(core)))
    area_m, region_m = plane.to_metres(area), plane.to_metres(region)
    inner = shapely.intersection(region_m, shapely.buffer(hull, margin_m, join_style="mitre"))
    lines = _lines_inside(inner, area_m)
    straight = [_extend(straighten(line, plane.to_metres(obstacles), area_m)) for line in lines]
    return [plane.to_degrees(line) for line in straight], plane.to_degrees(inner)


def _nearest_region(area: Any, own: Geoms, others: Geoms) -> tuple[Any, NDArray[np.int64]]:
    """Return the region nearer to own buildings than to others, and the others around.

    Another building can take a point only if it is nearer to the point than the own buildings are:
    such buildings are added until there is none.
    """
    tree = shapely.STRtree(others)
    whole = shapely.union_all(own)
    near = np.unique(tree.query(own, predicate="dwithin", distance=NEAR_M)[1])
    while True:
        region = _join_cells(own, others[near], area)
        inside = shapely.segmentize(shapely.intersection(region, area), PROBE_M)
        points = shapely.points(shapely.get_coordinates(inside))
        radius = shapely.distance(points, whole) * (1 - 1e-9)
        matches = tree.query(points, predicate="dwithin", distance=radius)[1]
        added = np.setdiff1d(matches, near)
        if not len(added):
            return region, near
        near = np.union1d(near, added)


def _join_cells(own: Geoms, others: Geoms, area: Any) -> Any:
    """Return the union of the Voronoi cells of own buildings among others, beyond an area."""
    footprints = np.concatenate([own, others])
    points, owners = _sample(own, others)
    far = _far_points(shapely.union_all([shapely.envelope(area), *shapely.envelope(footprints)]))
    points = np.concatenate([points, far])
    owners = np.concatenate([owners, np.full(len(far), len(footprints))])
    _, first = np.unique(np.round(points, 4), axis=0, return_index=True)
    first.sort()
    sites = shapely.multipoints(points[first])
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, ordered=True))
    mine = cells[owners[first] < len(own)]
    return join_cells(mine, PRECISION_M)


def _sample(own: Geoms, others: Geoms) -> tuple[Coords, NDArray[np.int64]]:
    """Return points along the outlines, (n, 2), and the position of the building of each, (n,)."""
    footprints = np.concatenate([own, others])
    shrunk = shapely.buffer(footprints, -INSET_M)
    is_thin = shapely.is_empty(shrunk)
    outlines: Geoms = shapely.boundary(shrunk)
    outlines[is_thin] = shapely.point_on_surface(footprints[is_thin])
    coarse = shapely.segmentize(outlines, SPACING_M)
    near_own, near_others = (
        shapely.buffer(shapely.union_all(side), FINE_WITHIN_M) for side in (own, others)
    )
    facing = np.concatenate(
        [
            shapely.intersection(outlines[: len(own)], near_others),
            shapely.intersection(outlines[len(own) :], near_own),
        ]
    )
    fine = shapely.segmentize(facing, FINE_SPACING_M)
    coords, owners = shapely.get_coordinates(coarse, return_index=True)
    fine_coords, fine_owners = shapely.get_coordinates(fine, return_index=True)
    return np.concatenate([coords, fine_coords]), np.concatenate([owners, fine_owners])


def _far_points(area: Any) -> Coords:
    """Return points so far away that no point of an area is nearest to them."""
    west, south, east, north = shapely.bounds(area).tolist()
    radius = 8 * (east - west + north - south)
    angles = 2 * np.pi * (np.arange(8) + 0.1234) / 8
    middle = np.array([west + east, south + north]) / 2
    points: Coords = middle + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return points


def _lines_inside(region: Any, area: Any) -> list[shapely.LineString]:
    """Return the border of a region as far as it divides an area."""
    inside = shapely.intersection(shapely.boundary(region), area)
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    if not parts:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return [line for line in shapely.get_parts(merged) if not line.is_empty]


def _extend(line: shapely.LineString) -> shapely.LineString:
    """Return a line that is OVERHANG_M longer at both ends, unless it is closed."""
    coords = shapely.get_coordinates(line)
    if line.is_closed:
        return line
    start, end = coords[0] - coords[1], coords[-1] - coords[-2]
    coords[0] += start / np.hypot(*start) * OVERHANG_M
    coords[-1] += end / np.hypot(*end) * OVERHANG_M
    return shapely.LineString(coords)
