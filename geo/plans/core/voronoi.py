"""Which ground belongs to which building: all that is nearer to it than to any other.

Cells are the Voronoi regions of the buildings' outlines inside their community, as momepy's
enclosed tessellation has them (Fleischmann et al. 2020, Morphological tessellation as a way of
partitioning space, doi:10.1016/j.compenvurbsys.2019.101441): the outlines are drawn in a little
and set with points, the regions of the points of one building are joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.topology import ROUNDING, Geoms
from geo.plans.core.partition import Partition, shapes

INSET = 2e-6
"""Degrees, about 0.2 m: outlines that touch are drawn apart, so that a border runs between them."""
STEP = 2e-5
"""Degrees, about 2 m, between the points that an outline is set with."""
STRAIGHT = 3e-6
"""Degrees, about 0.3 m: by so much a border between buildings may be straightened."""


@dataclass(frozen=True, eq=False)
class Buildings:
    """The buildings on the ground of a community, by rising code."""

    codes: tuple[str, ...]
    footprints: Geoms
    households: NDArray[np.int64]
    points: Geoms
    """The point of each that says which grid it belongs to."""

    def __len__(self) -> int:
        return len(self.codes)


NO_BUILDINGS = Buildings(
    (), np.array([], dtype=object), np.array([], dtype=np.int64), np.array([], dtype=object)
)


def cells(outline: shapely.Geometry, buildings: Buildings) -> Geoms:
    """Return the ground that each of n buildings owns inside an outline: (n,).

    Together they are the outline, and neighbours share their corners, but for the rounding of
    coordinates to 1e-9 degrees. A building outside the outline may own nothing: an empty polygon.
    """
    inside = shapely.intersection(regions(outline, buildings), outline, grid_size=ROUNDING)
    return np.array([_polygonal(ground) for ground in inside], dtype=object)


def regions(outline: shapely.Geometry, buildings: Buildings) -> Geoms:
    """Return what is nearer to each of n buildings than to the others, far beyond an outline: (n,).

    Borders are straightened by up to STRAIGHT, unless that would cut into a building. The same
    buildings have the same regions every time, so that borders drawn along them meet again.
    """
    if not len(buildings):
        return np.array([], dtype=object)
    points, owners = _outline_points(buildings.footprints)
    first = _first_of_each(points)
    points, owners = points[first], owners[first]
    nearest = _nearest(np.concatenate([points, _far_away(outline)]))[: len(points)]
    bounds = np.searchsorted(owners, np.arange(1, len(buildings)))  # owners rise
    own = [_polygonal(_joined(group)) for group in np.split(nearest, bounds)]
    return _straightened(np.array(own, dtype=object), buildings.footprints)


def _nearest(points: NDArray[np.float64]) -> Geoms:
    """Return what is nearer to each of n points than to the others: (n,).

    Reckoned from their middle: far from zero doubles are too coarse for GEOS to match all edges.
    """
    middle = points.mean(axis=0)
    sites = shapely.multipoints(points - middle)
    found = shapely.get_parts(shapely.voronoi_polygons(sites, ordered=True))
    return np.asarray(shapely.transform(found, lambda at: at + middle), dtype=object)


def _joined(nearest: Geoms) -> Any:
    """Return regions as one; where outlines lie very close GEOS gives edges that do not match."""
    try:
        return shapely.coverage_union_all(nearest)
    except shapely.errors.GEOSException:
        valid = shapely.make_valid(shapely.set_precision(nearest, ROUNDING, mode="pointwise"))
        return shapely.union_all(valid, grid_size=ROUNDING)


def _straightened(ground: Geoms, footprints: Geoms) -> Geoms:
    """Return the ground with straighter borders; as it is where that would harm a building."""
    straight = ground.copy()
    owned = ~shapely.is_empty(ground)  # of two in the very same place only one owns ground
    if not shapely.coverage_is_valid(ground[owned]):
        return ground
    straight[owned] = shapely.coverage_simplify(ground[owned], STRAIGHT)
    before, after = (shapely.area(shapely.intersection(g, footprints)) for g in (ground, straight))
    harmed = (after < before * (1 - 1e-6)).any() or not shapely.coverage_is_valid(straight[owned])
    return ground if harmed else straight


def _polygonal(ground: Any) -> Any:
    """Return a piece of ground without the lines and points where it only touches."""
    if ground.geom_type in ("Polygon", "MultiPolygon"):
        return ground
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _outline_points(footprints: Geoms) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points along each outline, (n, 2), and the position of its building, (n,)."""
    drawn_in = shapely.buffer(footprints, -INSET)
    too_thin = shapely.is_empty(drawn_in)
    kept = np.where(too_thin, shapely.point_on_surface(footprints), drawn_in)
    edges = np.where(too_thin, kept, shapely.segmentize(shapely.boundary(kept), STEP))
    return shapely.get_coordinates(edges, return_index=True)


def _far_away(outline: shapely.Geometry) -> NDArray[np.float64]:
    """Return points so far around an outline that all of it is nearer to what lies in it.

    They keep regions from reaching to infinity, where cutting them off would misplace corners.
    """
    west, south, east, north = shapely.bounds(outline)
    middle = np.array([west + east, south + north], dtype=np.float64) / 2
    reach = float(8 * (east - west + north - south))
    turns = 2 * np.pi * (np.arange(8) + 0.1234) / 8
    around: NDArray[np.float64] = middle + reach * np.column_stack([np.cos(turns), np.sin(turns)])
    return around


def _first_of_each(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of n points without those that another one equals."""
    _, first = np.unique(points, axis=0, return_index=True)
    return np.sort(first)


def holders(partition: Partition, points: Geoms) -> list[str | None]:
    """Return the code of the grid that each of n points is in: the lowest on a border, or None."""
    found: list[str | None] = [None] * len(points)
    codes: Sequence[str] = list(partition.grids)
    at, grids = shapely.STRtree(shapes(partition)).query(points, predicate="intersects")
    for point, grid in zip(at.tolist(), grids.tolist(), strict=True):
        known = found[point]
        if known is None or codes[grid] < known:
            found[point] = codes[grid]
    return found
