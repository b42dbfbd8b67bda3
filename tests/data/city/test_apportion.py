"""How the sample city shares out seats and ground, and how it cuts a plot."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from data.city import adjacency, apportion, grids, homes, quarters
from data.city.plane import Shapes, objects

weights = st.lists(st.floats(0.1, 50), min_size=1, max_size=12)


def naive(given_weights: list[float], total: int) -> list[int]:
    """Webster's method as the textbook has it: each seat to the highest w / (2 s + 1)."""
    out = [0] * len(given_weights)
    for _ in range(total):
        quotients = [w / (2 * s + 1) for w, s in zip(given_weights, out, strict=True)]
        out[quotients.index(max(quotients))] += 1
    return out


@given(weights, st.integers(0, 60))
def test_seats_without_bounds_are_those_of_the_textbook(w: list[float], total: int) -> None:
    none, many = np.zeros(len(w), dtype=int), np.full(len(w), 99)
    assert apportion.seats(np.array(w), total, none, many).tolist() == naive(w, total)


@given(weights, st.data())
def test_seats_add_up_and_keep_their_bounds(w: list[float], data: st.DataObject) -> None:
    each = [data.draw(st.tuples(st.integers(0, 3), st.integers(0, 5))) for _ in w]
    least = np.array([low for low, _ in each])
    most = least + [more for _, more in each]
    total = data.draw(st.integers(int(least.sum()), int(most.sum())))
    seats = apportion.seats(np.array(w), total, least, most)
    assert seats.sum() == total
    assert (least <= seats).all()
    assert (seats <= most).all()


def test_seats_that_cannot_be_given_are_refused() -> None:
    with pytest.raises(ValueError, match="5 seats do not lie between 0 and 4"):
        apportion.seats(np.ones(2), 5, np.zeros(2, dtype=int), np.full(2, 2))


def checkerboard(side: int) -> Shapes:
    """side × side unit squares, numbered row by row from the south-west.

    2 3
    0 1
    """
    return objects(box(x, y, x + 1, y + 1) for y in range(side) for x in range(side))


def test_neighbours_share_an_edge_and_not_a_corner() -> None:
    near = adjacency.neighbors(checkerboard(2))
    assert dict(near) == {0: {1: 1, 2: 1}, 1: {0: 1, 3: 1}, 2: {0: 1, 3: 1}, 3: {1: 1, 2: 1}}


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(1, 5), st.data())
def test_parts_are_connected_and_hold_everything_once(
    side: int, count: int, data: st.DataObject
) -> None:
    shapes = checkerboard(side)
    weight = [data.draw(st.floats(0.5, 3)) for _ in shapes]
    count = min(count, side)
    ground = apportion.Ground(
        np.array(weight),
        shapely.get_coordinates(shapely.centroid(shapes)),
        adjacency.neighbors(shapes),
    )
    parts = apportion.part(ground, list(range(len(shapes))), count)
    assert len(parts) == count
    assert sorted(i for part in parts for i in part) == list(range(len(shapes)))
    assert all(len(adjacency.pieces_of(set(part), ground.near)) == 1 for part in parts)


def test_parts_of_equal_ground_weigh_about_the_same() -> None:
    shapes = checkerboard(8)
    ground = apportion.Ground(
        np.ones(64), shapely.get_coordinates(shapely.centroid(shapes)), adjacency.neighbors(shapes)
    )
    assert [len(part) for part in apportion.part(ground, list(range(64)), 4)] == [16] * 4


def test_ground_that_cannot_be_parted_is_refused() -> None:
    ground = apportion.Ground(np.ones(1), np.zeros((1, 2)), {})
    with pytest.raises(ValueError, match="cannot be cut in 1 \\+ 1 parts"):
        apportion.part(ground, [0], 2)


def test_reading_order_runs_west_to_east_in_bands_from_north_to_south() -> None:
    """2 0 3        0 1 2
    5 4 1   reads   3 4 5"""
    points = [(1, 9.2), (2, 4), (0, 9), (2, 9.1), (1, 4.1), (0, 4.2)]
    assert quarters.reading_order(np.array(points)).tolist() == [2, 0, 3, 5, 4, 1]


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 12), st.floats(-40, 40), st.booleans())
@example(2, 4, 7, -25.833051176238456, True)
def test_a_cut_plot_is_tiled_and_every_house_whole(
    rows: int, columns: int, count: int, turn: float, towers: bool
) -> None:
    """A plot of rows × columns houses, turned.

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
    turned = objects(shapely.affinity.rotate(house, turn, origin=(0, 0)) for house in level)
    ground = shapely.affinity.rotate(box(-20, -20, 80 * columns, 60 * rows), turn, origin=(0, 0))
    plot = homes.Plot(ground, ground, "tower" if towers else "slab", turn, turned)
    parts = grids.cut(plot, count)
    assert len(parts) == min(count, rows * columns)
    assert sorted(np.concatenate([inside for _, inside in parts])) == list(range(len(level)))
    for part, inside in parts:
        assert shapely.contains(part, turned[inside]).all()
    assert sum(part.area for part, _ in parts) == pytest.approx(ground.area)
    # Without a grid to round to, GEOS can lose a parcel whose edges lie within rounding of others'.
    whole = shapely.union_all([part for part, _ in parts], grid_size=1e-6)
    assert whole.area == pytest.approx(ground.area)


def test_houses_that_leave_no_clear_line_stay_together() -> None:
    """Two houses a metre apart."""
    houses = objects([box(0, 0, 20, 10), box(21, 0, 41, 10)])
    ground = box(-9, -9, 50, 19)
    assert len(grids.cut(homes.Plot(ground, ground, "old", 0.0, houses), 2)) == 1
