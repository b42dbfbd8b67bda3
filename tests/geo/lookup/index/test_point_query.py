import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.lookup.index.cell_index import Resolution, build
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import (
    METHODS,
    Method,
    assign,
    assign_with_methods,
    locate,
    locate_with_method,
)
from tests.geo.lookup.index import exact
from tests.geo.lookup.index.tilings import as_array, overlapping, tilings

resolutions = st.sampled_from(
    [
        None,
        Resolution(1, 1),
        Resolution(1, 4),
        Resolution(9, 1),
        Resolution(9, 1000),
        Resolution(400, 2),
        Resolution(10_000, 4),
    ]
)


@pytest.fixture
def two_grids():
    """
    1 +---+---+
      | 0 | 1 |
    0 +---+---+
      0   1   2
    """
    return build(as_array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))


@pytest.mark.parametrize(
    ("point", "position", "method"),
    [
        ((0.5, 0.5), 0, Method.INSIDE),
        ((1.5, 0.5), 1, Method.INSIDE),
        ((1, 0.5), 0, Method.BORDER),
        ((1, 0), 0, Method.BORDER),
        ((1, 1), 0, Method.BORDER),
        ((math.nextafter(1, 2), 0.5), 1, Method.INSIDE),
        ((0, 0), 0, Method.BORDER),
        ((2, 1), 1, Method.BORDER),
        ((math.nextafter(2, 3), 1), NOWHERE, Method.OUTSIDE),
        ((-math.ulp(0.0), 0.5), NOWHERE, Method.OUTSIDE),
        ((math.ulp(0.0), 0.5), 0, Method.INSIDE),
        ((7, 7), NOWHERE, Method.OUTSIDE),
    ],
)
def test_a_point_on_a_shared_border_belongs_to_the_lowest_position(
    two_grids, point, position, method
):
    assert locate_with_method(two_grids, *point) == (position, method)
    assert locate(two_grids, *point) == position
    assert assign(two_grids, np.array([point])).tolist() == [position]


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 1e300, -1e300])
def test_points_far_outside_or_with_nan_coordinates_are_nowhere(two_grids, x):
    points = np.array([(x, 0.5), (0.5, x), (x, x), (0.5, 0.5)])
    assert assign(two_grids, points).tolist() == [NOWHERE] * 3 + [0]
    assert locate_with_method(two_grids, x, 0.5) == (NOWHERE, Method.OUTSIDE)


@pytest.mark.parametrize("grids", [[], [None], [shapely.Polygon()], [shapely.MultiPolygon(), None]])
def test_without_grids_every_point_is_nowhere(grids):
    assert assign(build(as_array(grids)), np.array([(0.0, 0.0), (1e9, 1)])).tolist() == [-1, -1]


def test_no_points_give_no_positions(two_grids):
    assert assign(two_grids, np.empty((0, 2))).shape == (0,)


def test_the_lowest_position_wins_where_grids_overlap():
    """
    2 +-------+
      | 2     |
    1 |   +---+---+         all of it under 3
      | 2 | 1 | 1 |
    0 +---+---+---+
      0   1   2   3
    """
    index = build(
        as_array(
            [None, shapely.box(1, 0, 3, 1), shapely.box(0, 0, 2, 2), shapely.box(-1, -1, 4, 4)]
        )
    )
    points = np.array([(1.5, 0.5), (0.5, 0.5), (2.5, 0.5), (3.5, 0.5), (1, 0.5), (2, 2), (3, 3)])
    positions, methods = assign_with_methods(index, points)
    assert positions.tolist() == [1, 2, 1, 3, 1, 2, 3]
    assert [METHODS[m].value for m in methods] == ["inside"] * 4 + ["border"] * 2 + ["inside"]


def test_a_hole_is_nowhere_and_an_island_in_it_belongs_to_its_own_grid():
    """Position 1 is a square with a hole; in the hole lies an island, a part of position 0."""
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    islands = shapely.union_all([shapely.box(4, 4, 5, 5), shapely.box(20, 0, 21, 1)])
    index = build(as_array([islands, ring]))
    points = np.array([(1, 1), (3.5, 3.5), (4.5, 4.5), (20.5, 0.5), (15, 5), (3, 4), (4, 4)])
    assert assign(index, points).tolist() == [1, NOWHERE, 0, 0, NOWHERE, 1, 0]


@settings(max_examples=150, deadline=None)
@given(tilings() | overlapping(), resolutions, st.integers(0, 2**32))
def test_the_index_agrees_with_exact_fractions_on_every_point(grids, resolution, seed):
    assume(any(grid is not None for grid in grids))
    index = build(grids, resolution=resolution)
    random = np.random.default_rng(seed)
    points = np.concatenate(
        [
            random.permutation(exact.hard_points(grids))[:60],
            random.uniform(-0.2, 3.2, (20, 2)),
            random.integers(-1, 12, (20, 2)) / 3,
        ]
    )
    expected_positions, expected_methods = exact.assign(grids, points)
    positions, methods = assign_with_methods(index, points)
    assert positions.tolist() == expected_positions
    assert [METHODS[m].value for m in methods] == expected_methods
    assert assign(index, points).tolist() == expected_positions


@settings(max_examples=50, deadline=None)
@given(tilings(), st.integers(-170, 170), st.integers(-80, 80), st.integers(-30, 10))
def test_results_are_exact_at_any_size_and_anywhere_on_earth(grids, lon, lat, size):
    """The same tilings scaled from 2⁻³⁰ to 2¹⁰ and shifted, which rounds their vertices."""
    moved = shapely.transform(grids, lambda xy: xy * 2.0**size + (lon / 7, lat / 7))
    moved = as_array([g if g is not None and g.is_valid and g.area > 0 else None for g in moved])
    assume(any(grid is not None for grid in moved))
    points = exact.hard_points(moved)[:80]
    assert assign(build(moved), points).tolist() == exact.assign(moved, points)[0]
