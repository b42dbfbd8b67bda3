from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geo.lookup.index.edges import CHAIN_END, NOWHERE, UnusableGrid, extract_edges
from tests.geo.lookup.index.tilings import as_array, overlapping, tilings


def as_tuples(edges):
    """Each edge as (from, to, left, right)."""
    vertices = edges.vertices
    return {
        (
            (float(vertices["x"][e]), float(vertices["y"][e])),
            (float(vertices["x"][e + 1]), float(vertices["y"][e + 1])),
            int(vertices["left"][e]),
            int(vertices["right"][e]),
        )
        for e in edges.edge_ids
    }


def edges_of(edges, grid):
    """The numbers of a grid's edges: its own, and those stored with another grid."""
    own_offsets = range(edges.own_offsets[grid], edges.own_offsets[grid + 1])
    shared = edges.shared[edges.shared_offsets[grid] : edges.shared_offsets[grid + 1]]
    return [e for e in own_offsets if edges.vertices["left"][e] != CHAIN_END] + shared.tolist()


def test_a_shared_border_is_one_edge_with_a_grid_on_either_side():
    """
    1 +---+---+
      | 0 | 1 |      seven edges, not eight
    0 +---+---+
      0   1   2
    """
    edges = extract_edges(as_array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    assert len(edges.edge_ids) == 7
    assert ((1, 0), (1, 1), 0, 1) in as_tuples(edges)
    assert ((1, 1), (0, 1), 0, NOWHERE) in as_tuples(edges)
    assert [len(edges_of(edges, grid)) for grid in (0, 1)] == [4, 4]


@pytest.mark.parametrize("reorder", [shapely.normalize, shapely.reverse])
def test_rings_may_run_clockwise_or_counterclockwise(reorder):
    square = reorder(shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2))
    for (ax, ay), (bx, by), left, right in as_tuples(extract_edges(as_array([square]))):
        left_of_edge = (ax + bx) / 2 - (by - ay) / 9, (ay + by) / 2 + (bx - ax) / 9
        inside = shapely.contains_xy(square, *left_of_edge)
        assert (left, right) == ((0, NOWHERE) if inside else (NOWHERE, 0))


def test_two_equal_shapes_share_no_edges():
    """Their edges have the grids on the same side."""
    square = shapely.box(0, 0, 1, 1)
    edges = extract_edges(as_array([square, square]))
    assert len(edges.edge_ids) == 8
    assert len(edges.shared) == 0


def test_no_edge_starts_at_a_repeated_vertex():
    square = shapely.Polygon([(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (0, 0)])
    assert len(extract_edges(as_array([square])).edge_ids) == 4


def test_minus_zero_equals_zero():
    left, right = shapely.box(-1, 0, -0.0, 1), shapely.box(0.0, 0, 1, 1)
    assert len(extract_edges(as_array([left, right])).edge_ids) == 7


@settings(max_examples=60, deadline=None)
@given(tilings() | overlapping())
def test_each_grid_has_the_edges_of_its_rings(grids):
    edges = extract_edges(grids)
    for position, grid in enumerate(grids):
        vertices = edges.vertices
        stored = {
            frozenset([(float(vertices["x"][i]), float(vertices["y"][i])) for i in (e, e + 1)])
            for e in edges_of(edges, position)
        }
        rings = shapely.get_rings(shapely.get_parts(as_array([grid])))
        coords = [[tuple(c) for c in shapely.get_coordinates(ring).tolist()] for ring in rings]
        assert stored == {
            frozenset(pair) for ring in coords for pair in pairwise(ring) if pair[0] != pair[1]
        }
        for e in edges_of(edges, position):
            assert position in (vertices["left"][e], vertices["right"][e])


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (shapely.Point(1, 1), "Grid 1 is a Point"),
        (shapely.GeometryCollection([shapely.box(0, 0, 1, 1)]), "Grid 1 is a GeometryCollection"),
        (shapely.Polygon([(0, 0), (1, 1), (np.inf, 1)]), "Grid 1 has a vertex at"),
        (shapely.Polygon([(0, 0), (1, 1e-300), (1, 1)]), r"Grid 1 has a vertex at \(1.0, 1e-300\)"),
    ],
)
def test_the_error_names_the_grid_that_cannot_be_indexed(grid, message):
    with pytest.raises(UnusableGrid, match=message):
        extract_edges(as_array([shapely.box(0, 0, 1, 1), grid]))
