"""Apportionment and partition in the sample city, and the cutting of plots into grids."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from data.city import adjacency, apportion, communities, grids, housing
from data.city.plane import Shapes, object_array

weight_lists = st.lists(st.floats(0.1, 50), min_size=1, max_size=12)


def textbook_seats(weights: list[float], total: int) -> list[int]:
    """Webster's method as in the textbook: each seat goes to the highest w / (2 s + 1)."""
    seats = [0] * len(weights)
    for _ in range(total):
        quotients = [w / (2 * s + 1) for w, s in zip(weights, seats, strict=True)]
        seats[quotients.index(max(quotients))] += 1
    return seats


@given(weight_lists, st.integers(0, 60))
def test_seats_without_bounds_equal_those_of_the_textbook(w: list[float], total: int) -> None:
    minimum, maximum = np.zeros(len(w), dtype=int), np.full(len(w), 99)
    seats = apportion.apportion_seats(np.array(w), total, minimum, maximum)
    assert seats.tolist() == textbook_seats(w, total)


@given(weight_lists, st.data())
def test_seats_add_up_and_stay_within_their_bounds(w: list[float], data: st.DataObject) -> None:
    bounds = [data.draw(st.tuples(st.integers(0, 3), st.integers(0, 5))) for _ in w]
    minimum = np.array([low for low, _ in bounds])
    maximum = minimum + [extra for _, extra in bounds]
    total = data.draw(st.integers(int(minimum.sum()), int(maximum.sum())))
    seats = apportion.apportion_seats(np.array(w), total, minimum, maximum)
    assert seats.sum() == total
    assert (minimum <= seats).all()
    assert (seats <= maximum).all()


def test_impossible_seats_raise_an_error() -> None:
    with pytest.raises(ValueError, match="5 seats do not lie between 0 and 4"):
        apportion.apportion_seats(np.ones(2), 5, np.zeros(2, dtype=int), np.full(2, 2))


def checkerboard(side: int) -> Shapes:
    """side × side unit squares, numbered row by row from the south-west.

    2 3
    0 1
    """
    return object_array(box(x, y, x + 1, y + 1) for y in range(side) for x in range(side))


def test_neighbours_share_an_edge_not_only_a_corner() -> None:
    borders = adjacency.border_lengths(checkerboard(2))
    assert dict(borders) == {0: {1: 1, 2: 1}, 1: {0: 1, 3: 1}, 2: {0: 1, 3: 1}, 3: {1: 1, 2: 1}}


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(1, 5), st.data())
def test_parts_are_connected_and_contain_every_member_once(
    side: int, count: int, data: st.DataObject
) -> None:
    shapes = checkerboard(side)
    weight = [data.draw(st.floats(0.5, 3)) for _ in shapes]
    count = min(count, side)
    graph = apportion.RegionGraph(
        np.array(weight),
        shapely.get_coordinates(shapely.centroid(shapes)),
        adjacency.border_lengths(shapes),
    )
    parts = apportion.partition(graph, list(range(len(shapes))), count)
    assert len(parts) == count
    assert sorted(i for part in parts for i in part) == list(range(len(shapes)))
    assert all(len(adjacency.connected_components(set(part), graph.borders)) == 1 for part in parts)


def test_equal_regions_are_partitioned_into_equal_parts() -> None:
    shapes = checkerboard(8)
    graph = apportion.RegionGraph(
        np.ones(64),
        shapely.get_coordinates(shapely.centroid(shapes)),
        adjacency.border_lengths(shapes),
    )
    assert [len(part) for part in apportion.partition(graph, list(range(64)), 4)] == [16] * 4


def test_an_impossible_partition_raises_an_error() -> None:
    graph = apportion.RegionGraph(np.ones(1), np.zeros((1, 2)), {})
    with pytest.raises(ValueError, match="cannot be cut in 1 \\+ 1 parts"):
        apportion.partition(graph, [0], 2)


def test_reading_order_goes_west_to_east_in_bands_from_north_to_south() -> None:
    """2 0 3        0 1 2
    5 4 1   reads   3 4 5"""
    points = [(1, 9.2), (2, 4), (0, 9), (2, 9.1), (1, 4.1), (0, 4.2)]
    assert communities.reading_order(np.array(points)).tolist() == [2, 0, 3, 5, 4, 1]


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 12), st.floats(-40, 40), st.booleans())
@example(2, 4, 7, -25.833051176238456, True)
def test_the_parcels_of_a_plot_tile_it_and_cut_no_house(
    rows: int, columns: int, count: int, angle: float, towers: bool
) -> None:
    """A plot of rows × columns houses, rotated.

    +-----------+
    | ==  ==  = |
    | ==  ==  = |
    +-----------+
    """
    size = (24, 24) if towers else (50, 12)
    level = [
        box(80 * x, 60 * y, 80 * x + size[0], 60 * y + size[1])
        for y in reversed(range(rows))
        for x in range(columns)
    ]
    rotated = object_array(shapely.affinity.rotate(house, angle, origin=(0, 0)) for house in level)
    outline = shapely.affinity.rotate(box(-20, -20, 80 * columns, 60 * rows), angle, origin=(0, 0))
    plot = housing.HousingPlot(outline, outline, "tower" if towers else "slab", angle, rotated)
    parts = grids.cut_plot(plot, count)
    assert len(parts) == min(count, rows * columns)
    assert sorted(np.concatenate([inside for _, inside in parts])) == list(range(len(level)))
    for part, inside in parts:
        assert shapely.contains(part, rotated[inside]).all()
    assert sum(part.area for part, _ in parts) == pytest.approx(outline.area)
    # Without a grid size GEOS can lose a parcel whose edges lie within rounding of others'.
    union = shapely.union_all([part for part, _ in parts], grid_size=1e-6)
    assert union.area == pytest.approx(outline.area)


def test_houses_without_a_gap_stay_in_one_parcel() -> None:
    """Two houses a metre apart."""
    houses = object_array([box(0, 0, 20, 10), box(21, 0, 41, 10)])
    outline = box(-9, -9, 50, 19)
    assert len(grids.cut_plot(housing.HousingPlot(outline, outline, "old", 0.0, houses), 2)) == 1
