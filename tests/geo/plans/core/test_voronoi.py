"""The Voronoi cell of each building, and the grid of each building."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry.local_plane import LocalPlane
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import (
    NO_BUILDINGS,
    Buildings,
    count_buildings,
    grid_codes_at,
    voronoi_cells,
)
from geo.quality import tiling

OUTLINE = shapely.box(130, 47, 130.004, 47.004)


def buildings(*footprints: shapely.Geometry, households: int = 1) -> Buildings:
    geoms = np.array(footprints, dtype=object)
    return Buildings(
        tuple(f"b{number}" for number in range(len(geoms))),
        geoms,
        np.full(len(geoms), households, dtype=np.int64),
        np.asarray(shapely.point_on_surface(geoms), dtype=object),
    )


def house(east: float, north: float, width: float = 0.2, depth: float = 0.1) -> shapely.Polygon:
    """A box in thousandths of a degree."""
    west, south = 130 + east / 1000, 47 + north / 1000
    return shapely.box(west, south, west + width / 1000, south + depth / 1000)


def clipped_cells(homes: Buildings) -> np.ndarray:
    """Return the cell of each building inside OUTLINE."""
    cells = shapely.intersection(voronoi_cells(OUTLINE, homes), OUTLINE, grid_size=1e-9)
    polygons = [
        [part for part in shapely.get_parts(cell) if part.geom_type == "Polygon"] for cell in cells
    ]
    return np.array([shapely.union_all(parts) for parts in polygons], dtype=object)


def test_two_equal_buildings_have_cells_of_equal_size():
    """b0 | b1"""
    west, east = clipped_cells(buildings(house(1, 2, 0.2), house(2.8, 2, 0.2)))
    assert abs(west.area - east.area) / OUTLINE.area < 0.01
    assert shapely.length(shapely.intersection(west, east)) > 0.0039


def test_the_border_between_touching_buildings_is_their_wall():
    left, right = house(1, 1, 0.5), house(1.5, 1, 0.5)
    west, east = clipped_cells(buildings(left, right))
    for cell, home in ((west, left), (east, right)):
        assert shapely.intersection(cell, home).area > 0.99 * home.area


def test_a_community_without_buildings_has_no_cells():
    assert len(clipped_cells(NO_BUILDINGS)) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 3.7)] * 2, *[st.floats(0.02, 0.3)] * 2), min_size=1))
def test_cells_tile_the_outline(houses):
    cells = clipped_cells(buildings(*(house(*numbers) for numbers in houses)))
    assert tiling.find_defects(cells[~shapely.is_empty(cells)], OUTLINE) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 17), st.integers(0, 17)), unique=True, min_size=2))
def test_each_cell_contains_the_points_nearest_to_its_building(positions):
    homes = buildings(*(house(0.2 * x, 0.2 * y, 0.1, 0.08) for x, y in positions))
    cells = clipped_cells(homes)
    coords = np.random.default_rng(7).uniform((130, 47), (130.004, 47.004), (200, 2))
    points = shapely.points(coords)
    plane = LocalPlane.around(OUTLINE)
    footprints = plane.to_metres(homes.footprints)
    to_building = np.array(
        [shapely.distance(footprints, point) for point in plane.to_metres(points)]
    )
    to_cell = np.array([shapely.distance(cells, point) for point in points])
    is_inside = to_cell == 0
    nearest = to_building.min(axis=1)[np.nonzero(is_inside)[0]]
    # The sample points of an outline are two metres apart: the border may be off by half of that.
    assert (to_building[is_inside] <= nearest + 2).all()


def test_a_point_on_a_shared_border_belongs_to_the_lowest_code():
    """002 | 001, a point in each, one between and one outside"""
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    grids = {"x002": Grid(None, west), "x001": Grid(None, east)}
    partition = Partition("x", shapely.box(0, 0, 2, 1), grids, frozenset())
    points = shapely.points([[0.5, 0.5], [1.5, 0.5], [1, 0.5], [3, 3]])
    assert grid_codes_at(partition, points) == ["x002", "x001", "x001", None]
    homes = Buildings(("a", "b", "c", "d"), points, np.array([1, 20, 300, 4_000]), points)
    assert [column.tolist() for column in count_buildings(partition, homes)] == [[2, 1], [320, 1]]


def test_without_buildings_every_grid_has_none_and_without_grids_no_building_counts():
    square = shapely.box(0, 0, 1, 1)
    partition = Partition("x", square, {"x001": Grid(None, square)}, frozenset())
    assert [*map(list, count_buildings(partition, NO_BUILDINGS))] == [[0], [0]]
    points = np.array([shapely.Point(0.5, 0.5)])
    homes = Buildings(("a",), points, np.array([7]), points)
    assert [*map(list, count_buildings(partition.with_grids({}), homes))] == [[], []]
