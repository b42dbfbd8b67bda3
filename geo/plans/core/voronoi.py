"""Voronoi cells of buildings: the area that is nearer to a building than to any other.

They are computed as in momepy's tessellation (Fleischmann et al. 2020, Morphological tessellation
as a way of partitioning space, doi:10.1016/j.compenvurbsys.2019.101441): the outlines of the
buildings are shrunk a little and sampled with points, and the Voronoi cells of the points of one
building are joined.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.local_plane import M_PER_DEGREE, LocalPlane
from geo.geometry.topology import PRECISION_DEG, Geoms
from geo.plans.core.partition import Partition, grid_geometries

INSET_M = 0.2
"""Outlines are shrunk by this, so that borders run between touching ones."""
SPACING_M = 2.0
"""Between the sample points of an outline."""
TOLERANCE_M = 0.3
"""Borders between buildings are simplified by up to this."""
PRECISION_M = PRECISION_DEG * M_PER_DEGREE

BuildingCounts = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The number of buildings and of households of each of n grids: (n,)."""


@dataclass(frozen=True, eq=False)
class Buildings:
    """The buildings of a community, in order of code."""

    codes: tuple[str, ...]
    footprints: Geoms
    households: NDArray[np.int64]
    points: Geoms
    """The point of each building that determines its grid."""

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def position_of(self) -> dict[str, int]:
        """The position of each building, by code."""
        return dict(zip(self.codes, range(len(self)), strict=True))

    @cached_property
    def point_tree(self) -> shapely.STRtree:
        """A spatial index of the points."""
        return shapely.STRtree(self.points)

    @cached_property
    def footprint_tree(self) -> shapely.STRtree:
        """A spatial index of the footprints."""
        return shapely.STRtree(self.footprints)


NO_BUILDINGS = Buildings(
    (), np.array([], dtype=object), np.array([], dtype=np.int64), np.array([], dtype=object)
)


def voronoi_cells(outline: shapely.Geometry, buildings: Buildings) -> Geoms:
    """Return the cell of each of n buildings, reaching far beyond an outline: (n,).

    Inside the outline neighbours share their vertices. Of buildings in the same place all but one
    have an empty cell. Borders are simplified by up to TOLERANCE_M, unless that would cut
    into a building. The same buildings always have the same cells, so that borders along them
    match later.
    """
    if not len(buildings):
        return np.array([], dtype=object)
    plane = LocalPlane.around(outline)
    outline, footprints = plane.to_metres(outline), plane.to_metres(buildings.footprints)
    points, owners = _outline_points(footprints)
    first = _first_of_each(points)
    points, owners = points[first], owners[first]
    point_cells = _point_cells(np.concatenate([points, _far_points(outline)]))[: len(points)]
    bounds = np.searchsorted(owners, np.arange(1, len(buildings)))  # owners are sorted
    cells = [_polygonal(join_cells(group, PRECISION_M)) for group in np.split(point_cells, bounds)]
    simple = _simplify(np.array(cells, dtype=object), footprints)
    return np.asarray(plane.to_degrees(simple), dtype=object)


def _point_cells(points: NDArray[np.float64]) -> Geoms:
    """Return the Voronoi cell of each of n points: (n,).

    Computed around their centre: far from zero doubles are too coarse for GEOS to match all edges.
    """
    centre = points.mean(axis=0)
    sites = shapely.multipoints(points - centre)
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, ordered=True))
    return np.asarray(shapely.transform(cells, lambda coords: coords + centre), dtype=object)


def join_cells(cells: Geoms, precision: float) -> Any:
    """Return the union of cells, rounded to a precision if that is necessary.

    GEOS may give edges that do not match at very close outlines.
    """
    try:
        return shapely.coverage_union_all(cells)
    except shapely.errors.GEOSException:
        valid = shapely.make_valid(shapely.set_precision(cells, precision, mode="pointwise"))
        return shapely.union_all(valid, grid_size=precision)


def _simplify(cells: Geoms, footprints: Geoms) -> Geoms:
    """Return cells with simpler borders, or unchanged where that would cut into a building."""
    simplified = cells.copy()
    not_empty = ~shapely.is_empty(cells)  # of two buildings in the same place only one has a cell
    if not shapely.coverage_is_valid(cells[not_empty]):
        return cells
    simplified[not_empty] = shapely.coverage_simplify(cells[not_empty], TOLERANCE_M)
    before, after = (
        shapely.area(shapely.intersection(geoms, footprints)) for geoms in (cells, simplified)
    )
    cuts_building = (after < before * (1 - 1e-6)).any()
    if cuts_building or not shapely.coverage_is_valid(simplified[not_empty]):
        return cells
    return simplified


def _polygonal(geom: Any) -> Any:
    """Return the polygons of a geometry, without its lines and points."""
    if geom.geom_type in ("Polygon", "MultiPolygon"):
        return geom
    parts = [part for part in shapely.get_parts(geom) if part.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _outline_points(footprints: Geoms) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points along each outline, (n, 2), and the position of its building, (n,)."""
    shrunk = shapely.buffer(footprints, -INSET_M)
    is_thin = shapely.is_empty(shrunk)
    geoms = np.where(is_thin, shapely.point_on_surface(footprints), shrunk)
    sampled = shapely.segmentize(shapely.boundary(geoms), SPACING_M)
    return shapely.get_coordinates(np.where(is_thin, geoms, sampled), return_index=True)


def _far_points(outline: shapely.Geometry) -> NDArray[np.float64]:
    """Return points around an outline, so far away that all of it is nearer to its own points.

    They keep cells from reaching to infinity, where clipping them would misplace vertices.
    """
    west, south, east, north = shapely.bounds(outline)
    centre = np.array([west + east, south + north], dtype=np.float64) / 2
    radius = float(8 * (east - west + north - south))
    angles = 2 * np.pi * (np.arange(8) + 0.1234) / 8
    points: NDArray[np.float64]
    points = centre + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return points


def _first_of_each(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of n points without repetitions."""
    _, first = np.unique(points, axis=0, return_index=True)
    return np.sort(first)


def grid_codes_at(partition: Partition, points: Geoms) -> list[str | None]:
    """Return the code of the grid of each of n points, on a border the lowest; None for no grid."""
    codes: list[str | None] = [*partition.grids, None]
    positions = _grid_positions(partition, shapely.STRtree(points))
    return [codes[position] for position in positions.tolist()]


def count_buildings(partition: Partition, buildings: Buildings) -> BuildingCounts:
    """Return the number of buildings and of households of each of n grids in order of code: (n,).

    A building belongs to the grid that `grid_codes_at` returns for its point.
    """
    grids = len(partition.grids)
    positions = _grid_positions(partition, buildings.point_tree)
    households = np.zeros(grids + 1, dtype=np.int64)
    np.add.at(households, positions, buildings.households)
    return np.bincount(positions, minlength=grids + 1)[:grids], households[:grids]


def _grid_positions(partition: Partition, points: shapely.STRtree) -> NDArray[np.int64]:
    """Return the position of the grid of each of n points; m, the number of grids, for none: (n,).

    Searches the points of each grid: grids are few, and GEOS prepares what it searches for.
    """
    lowest = np.full(len(points), len(partition.grids), dtype=np.int64)
    grid, point = points.query(grid_geometries(partition), predicate="intersects")
    np.minimum.at(lowest, point, grid)  # the grids are in order of code
    return lowest
