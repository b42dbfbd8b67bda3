"""Corners are rounded to the coordinate grid, and inserted where they lie on edges of others."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from data.partitions import corners
from data.partitions.corners import DEGREES

NONE = np.empty((0, 2))
WEST = box(130, 47, 130.05, 47.05)


def grids(*polygons: Polygon) -> np.ndarray:
    return np.array(polygons, dtype=object)


def corners_of(polygon: Polygon) -> set[tuple[float, float]]:
    return {*map(tuple, shapely.get_coordinates(polygon).tolist())}


@given(st.floats(-0.49e-8, 0.49e-8), st.floats(-0.49e-8, 0.49e-8))
def test_rounding_is_done_once(dx, dy):
    moved = shapely.transform(grids(WEST), lambda xy: xy + np.array([dx, dy]))
    once = corners.round_corners(moved, NONE)
    assert shapely.equals_exact(once[0], WEST, 0)
    assert corners.round_corners(once, NONE)[0].wkb == once[0].wkb


@pytest.mark.parametrize(("offset", "is_same"), [(0.3e-8, True), (0.9e-8, False)])
def test_a_corner_within_rounding_of_a_stored_one_becomes_the_stored_one(offset, is_same):
    stored = np.array([[130 + 1e-9, 47 - 1e-9]])
    moved = shapely.transform(grids(WEST), lambda xy: xy + np.array([offset, 0]))
    rounded = corners.round_corners(moved, stored)
    assert (tuple(stored[0]) in corners_of(rounded[0])) == is_same


def test_a_spike_thinner_than_the_coordinate_grid_is_dropped_and_the_grid_stays_valid():
    spike = [(130.05, 47.02), (130.06, 47.02 + 1e-9), (130.05, 47.02 + 2e-9)]
    polygon = Polygon([(130, 47), (130.05, 47), *spike, (130.05, 47.05), (130, 47.05)])
    assert polygon.is_valid
    [rounded] = corners.round_corners(grids(polygon), NONE)
    assert rounded.is_valid
    assert rounded.area == pytest.approx(WEST.area, rel=1e-6)


@pytest.mark.parametrize(("offset", "is_on"), [(0, True), (1.2e-8, True), (3e-8, False)])
def test_the_corner_of_a_neighbour_is_inserted_if_it_lies_on_the_edge(offset, is_on):
    corner = (130.05 + offset, 47.02)
    south = Polygon([(130.05, 47), (130.1, 47), (130.1, 47.02), corner])
    west, _ = corners.insert_corners(grids(WEST, south), DEGREES, NONE)
    assert (corner in corners_of(west)) == is_on


def test_both_sides_of_an_edge_get_the_same_corners_in_the_plane_of_the_file():
    """In a plane whose edges bend in degrees, and from a corner that no grid has."""

    def bend(xy):
        return np.column_stack([xy[:, 0] - (xy[:, 1] - 47) ** 2, xy[:, 1]])

    on_edge = np.array([[130.05 + 0.02**2 - 0.05 * 0.02, 47.02]])
    east = box(130.05, 47, 130.1, 47.05)
    longer = corners.insert_corners(grids(WEST, east), bend, on_edge)
    corner = tuple(on_edge[0])
    assert [corner in corners_of(one) for one in longer] == [True, True]
    assert shapely.coverage_is_valid(longer)
    assert shapely.get_num_coordinates(longer).tolist() == [6, 6]


def test_a_grid_that_receives_nothing_stays_the_same_object():
    pair = grids(WEST, box(130.05, 47, 130.1, 47.05))
    assert corners.insert_corners(pair, DEGREES, NONE) is pair


def test_a_grid_that_did_not_change_gets_corners_only_from_those_that_did():
    south = box(130.05, 47, 130.1, 47.02)
    north = box(130.05, 47.02, 130.1, 47.05)
    three = grids(WEST, south, north)
    unchanged = corners.insert_corners(three, DEGREES, NONE, np.array([False, False, False]))
    assert unchanged is three
    west, *_ = corners.insert_corners(three, DEGREES, NONE, np.array([False, True, False]))
    assert (130.05, 47.02) in corners_of(west)
