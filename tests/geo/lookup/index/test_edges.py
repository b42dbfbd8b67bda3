from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geo.lookup.index.edges import END, NOWHERE, UnusableGrid, take_apart
from tests.geo.lookup.index.tilings import as_array, overlapping, tilings


def described(edges):
    """Each edge as (from, to, left, right)."""
    lines = edges.lines
    return {
        (
            (float(lines["x"][e]), float(lines["y"][e])),
            (float(lines["x"][e + 1]), float(lines["y"][e + 1])),
            int(lines["left"][e]),
            int(lines["right"][e]),
        )
        for e in edges.numbers
    }


def numbered(edges, grid):
    """The numbers of a grid's edges, its own and those lent to it."""
    own = range(edges.own[grid], edges.own[grid + 1])
    lent = edges.lent[edges.lent_first[grid] : edges.lent_first[grid + 1]]
    return [e for e in own if edges.lines["left"][e] != END] + lent.tolist()


def test_a_shared_border_is_one_edge_that_knows_both_sides():
    """
    1 +---+---+
      | 0 | 1 |      seven edges, not eight
    0 +---+---+
      0   1   2
    """
    edges = take_apart(as_array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    assert len(edges.numbers) == 7
    assert ((1, 0), (1, 1), 0, 1) in described(edges)
    assert ((1, 1), (0, 1), 0, NOWHERE) in described(edges)
    assert [len(numbered(edges, grid)) for grid in (0, 1)] == [4, 4]


@pytest.mark.parametrize("turn", [shapely.normalize, shapely.reverse])
def test_rings_may_run_either_way(turn):
    square = turn(shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2))
    for (ax, ay), (bx, by), left, right in described(take_apart(as_array([square]))):
        leftward = (ax + bx) / 2 - (by - ay) / 9, (ay + by) / 2 + (bx - ax) / 9
        inside = shapely.contains_xy(square, *leftward)
        assert (left, right) == ((0, NOWHERE) if inside else (NOWHERE, 0))


def test_the_same_shape_twice_shares_nothing():
    """Both lie on the same side of every edge."""
    square = shapely.box(0, 0, 1, 1)
    edges = take_apart(as_array([square, square]))
    assert len(edges.numbers) == 8
    assert len(edges.lent) == 0


def test_repeated_corners_make_no_edge():
    square = shapely.Polygon([(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (0, 0)])
    assert len(take_apart(as_array([square])).numbers) == 4


def test_zero_with_a_minus_is_zero():
    left, right = shapely.box(-1, 0, -0.0, 1), shapely.box(0.0, 0, 1, 1)
    assert len(take_apart(as_array([left, right])).numbers) == 7


@settings(max_examples=60, deadline=None)
@given(tilings() | overlapping())
def test_each_grid_gets_back_the_edges_it_is_made_of(grids):
    edges = take_apart(grids)
    for position, grid in enumerate(grids):
        lines = edges.lines
        got = {
            frozenset([(float(lines["x"][i]), float(lines["y"][i])) for i in (e, e + 1)])
            for e in numbered(edges, position)
        }
        rings = shapely.get_rings(shapely.get_parts(as_array([grid])))
        corners = [[tuple(c) for c in shapely.get_coordinates(ring).tolist()] for ring in rings]
        assert got == {
            frozenset(pair) for ring in corners for pair in pairwise(ring) if pair[0] != pair[1]
        }
        for e in numbered(edges, position):
            assert position in (lines["left"][e], lines["right"][e])


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (shapely.Point(1, 1), "Grid 1 is a Point"),
        (shapely.GeometryCollection([shapely.box(0, 0, 1, 1)]), "Grid 1 is a GeometryCollection"),
        (shapely.Polygon([(0, 0), (1, 1), (np.inf, 1)]), "Grid 1 has a corner at"),
        (shapely.Polygon([(0, 0), (1, 1e-300), (1, 1)]), r"Grid 1 has a corner at \(1.0, 1e-300\)"),
    ],
)
def test_shapes_that_cannot_be_indexed_are_named(grid, words):
    with pytest.raises(UnusableGrid, match=words):
        take_apart(as_array([shapely.box(0, 0, 1, 1), grid]))
