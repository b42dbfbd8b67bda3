import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.lookup.index.border_distance import find_nearest_borders
from geo.lookup.index.cell_index import build
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import assign
from tests.geo.lookup.index.tilings import as_array, tilings

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def three_grids():
    """
    2 +-------+
      |   2   |
    1 +---+---+        in hundredths of a degree, north-east of (130, 47)
      | 0 | 1 |
    0 +---+---+
      0   1   2
    """
    boxes = [(0, 0, 1, 1), (1, 0, 2, 1), (0, 1, 2, 2)]
    return build(
        as_array([shapely.box(*np.array(box) / 100 + (130, 47, 130, 47)) for box in boxes])
    )


@pytest.mark.parametrize(
    ("point", "nearest_point", "neighbor"),
    [
        ((0.9, 0.5), (1, 0.5), 1),
        ((0.5, 0.9), (0.5, 1), 2),
        ((0.1, 0.5), (0, 0.5), NOWHERE),
        ((1.9, 1.5), (2, 1.5), NOWHERE),
        ((1.5, 1.2), (1.5, 1), 1),
        ((-0.5, 0.5), (0, 0.5), 0),
        ((-0.3, -0.4), (0, 0), 0),
        ((1, 0.5), (1, 0.5), 1),
        ((1, 1), (1, 1), 1),
    ],
)
def test_the_result_is_the_nearest_border_and_the_grid_across(
    three_grids, point, nearest_point, neighbor
):
    lon, lat = np.array(point) / 100 + (130, 47)
    metres, neighbors = find_nearest_borders(three_grids, np.array([(lon, lat)]))
    _, _, expected = GEOD.inv(lon, lat, nearest_point[0] / 100 + 130, nearest_point[1] / 100 + 47)
    assert neighbors.tolist() == [neighbor]
    assert metres[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_points_with_nan_or_infinite_coordinates_have_no_border(three_grids):
    metres, neighbors = find_nearest_borders(
        three_grids, np.array([(math.nan, 1), (math.inf, 1), (1e300, 1)])
    )
    assert np.isnan(metres).all()
    assert neighbors.tolist() == [NOWHERE] * 3


def test_without_grids_there_is_no_border():
    metres, neighbors = find_nearest_borders(build(as_array([])), np.array([(1.0, 1.0)]))
    assert np.isnan(metres).all()
    assert neighbors.tolist() == [NOWHERE]


def test_the_grid_across_is_found_where_vertices_do_not_match():
    """
    1 +-------+---+
      |   0   | 1 |
      |       +---+       0 has no vertex where 1 and 2 meet
      |       | 2 |
    0 +-------+---+
      0       2   3       in hundredths of a degree
    """
    boxes = [(0, 0, 2, 1), (2, 0.5, 3, 1), (2, 0, 3, 0.5)]
    index = build(as_array([shapely.box(*np.array(box) / 100) for box in boxes]))
    _, neighbors = find_nearest_borders(index, np.array([(1.9, 0.7), (1.9, 0.3), (2.1, 0.7)]) / 100)
    assert neighbors.tolist() == [1, 2, 0]


def geodesic_to_segment(lon: float, lat: float, a: np.ndarray, b: np.ndarray) -> float:
    """Metres to a segment, straight in degrees: the shortest of 21 geodesics, refined 8 times."""
    low, high = 0.0, 1.0
    for _ in range(8):
        fractions = np.linspace(low, high, 21)
        points = a + fractions[:, None] * (b - a)
        _, _, metres = GEOD.inv(np.full(21, lon), np.full(21, lat), *points.T)
        best = int(np.argmin(metres))
        low, high = fractions[max(best - 1, 0)], fractions[min(best + 1, 20)]
    return float(metres.min())


@pytest.mark.parametrize("lat", [0, 20, 47, -60, 69])
def test_distances_match_geodesics_within_a_millimetre_nearby_and_five_centimetres_far_away(lat):
    """Points in and around a square of 0.4 degrees; the distance is to its nearest side."""
    square = shapely.box(100, lat, 100.4, lat + 0.4)
    vertices = shapely.get_coordinates(square)
    points = np.random.default_rng(1).uniform((99.8, lat - 0.18), (100.6, lat + 0.58), (100, 2))
    metres, _ = find_nearest_borders(build(as_array([square])), points)
    assert metres.max() > 15_000
    for (x, y), distance in zip(points.tolist(), metres.tolist(), strict=True):
        sides = [geodesic_to_segment(x, y, a, b) for a, b in pairwise(vertices)]
        tolerance = 0.001 if distance < 5_000 else 0.05
        assert distance == pytest.approx(min(sides), rel=0, abs=tolerance)


@settings(max_examples=60, deadline=None)
@given(tilings(), st.integers(0, 2**32))
def test_distances_match_shapely_near_the_equator(grids, seed):
    """There, degrees of longitude and latitude are equal, so plane geometry applies."""
    grids = as_array([g if g is None else shapely.transform(g, lambda xy: xy / 1e3) for g in grids])
    assume(any(grid is not None for grid in grids))
    index = build(grids)
    points = np.random.default_rng(seed).uniform(0, 3e-3, (30, 2))
    metres, neighbors = find_nearest_borders(index, points)
    shapes = [shapely.Polygon() if g is None else g for g in grids]
    uncovered = shapely.box(-1, -1, 1, 1) - shapely.union_all(shapes)
    for point, own, distance, across in zip(
        shapely.points(points), assign(index, points), metres, neighbors, strict=True
    ):
        area = uncovered if own == NOWHERE else shapes[own]
        expected = shapely.distance(point, shapely.boundary(area)) * 111_000
        assert distance == pytest.approx(expected, rel=0.01, abs=1e-6)
        if across != NOWHERE:
            assert across != own
            assert shapely.distance(point, shapes[across]) * 111_000 == pytest.approx(
                expected, rel=0.01, abs=0.02
            )
