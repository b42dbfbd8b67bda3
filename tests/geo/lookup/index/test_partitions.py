"""The index against shapely: a million points, and points on borders, in real partitions."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from geo.lookup.index.cell_index import CellIndex, build
from geo.lookup.index.point_query import assign
from tests.geo.lookup.index import exact

FILES = [
    "dc_single_member_district_2013",
    "dc_voting_precinct_2012",
    "denver_precincts2016_orig",
    "denver_precincts2016_repaired",
    "taipei_base_units",
    "taipei_code2",
    "tokyo23ku_smallareas2015_simplified",
]
CHUNK = 250_000


@pytest.fixture(scope="module", params=FILES)
def partition(request, realdata: Path) -> tuple[NDArray[np.object_], CellIndex]:
    """The grids of a real partition in degrees, repaired where invalid, and their index."""
    frame = geopandas.read_file(realdata / "partitions" / f"{request.param}.gpkg").to_crs(4326)
    grids = shapely.force_2d(np.asarray(frame.geometry.values))
    invalid = ~shapely.is_valid(grids)
    grids[invalid] = shapely.make_valid(grids[invalid], method="structure", keep_collapsed=False)
    return grids, build(grids)


def assign_with_shapely(
    grids: NDArray[np.object_], points: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The lowest position that covers each point, or −1."""
    grid, point = shapely.STRtree(shapely.points(points)).query(grids, predicate="covers")
    lowest = np.full(len(points), len(grids))
    np.minimum.at(lowest, point, grid)
    return np.where(lowest == len(grids), -1, lowest)


def test_a_million_random_points_get_the_same_grids_as_with_shapely(partition):
    grids, index = partition
    west, south, east, north = shapely.total_bounds(grids)
    random = np.random.default_rng(20261123)
    for _ in range(1_000_000 // CHUNK):
        points = random.uniform((west, south), (east, north), (CHUNK, 2))
        points = points + 0.01 * (points - (west, south))
        assert np.array_equal(assign(index, points), assign_with_shapely(grids, points))


def test_points_on_vertices_and_edges_and_one_ulp_beside_them_get_the_same_grids(partition):
    grids, index = partition
    points = np.random.default_rng(1).permutation(exact.hard_points(grids))[:CHUNK]
    assert np.array_equal(assign(index, points), assign_with_shapely(grids, points))


def test_a_vertex_belongs_to_the_lowest_grid_that_has_it(partition):
    grids, index = partition
    vertices, grid = shapely.get_coordinates(grids, return_index=True)
    assert (assign(index, vertices) <= grid).all()
