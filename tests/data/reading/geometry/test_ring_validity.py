"""What passes for simple is simple: GEOS is the second opinion."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from data.reading.geometry import ring_validity

Corners = list[tuple[float, float]]


def simple(corners: Corners) -> bool:
    ring = np.array([*corners, corners[0]], dtype=float)
    return bool(ring_validity.is_simple(ring[:, :1], ring[:, 1:])[0])


grid = st.integers(-3, 3).map(float)
anywhere = st.floats(-180, 180)
on_a_grid = st.lists(st.tuples(grid, grid), min_size=3, max_size=9)
loose = st.lists(st.tuples(anywhere, anywhere), min_size=3, max_size=9)


@given(st.one_of(on_a_grid, loose))
def test_no_ring_passes_that_geos_refuses(corners: Corners) -> None:
    assert not simple(corners) or shapely.is_valid(shapely.Polygon(corners))


@given(st.lists(st.floats(1, 3), min_size=4, max_size=31), st.floats(-170, 170), st.floats(-80, 80))
def test_every_star_passes(radii: list[float], lon: float, lat: float) -> None:
    """Corners all around a middle, nearer and farther: never touching itself."""
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(radii)[:, None]
    assert simple([(lon + x * 1e-4, lat + y * 1e-4) for x, y in corners])


@pytest.mark.parametrize("turn", [0, 17, 45, 90])
@pytest.mark.parametrize(
    "outline",
    [
        shapely.box(0, 0, 12, 9),
        shapely.Polygon([(0, 0), (9, 0), (9, 4), (4, 4), (4, 9), (0, 9)]),
        shapely.Point(0, 0).buffer(5, quad_segs=6),
        shapely.Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)]),
    ],
    ids=["block", "corner house", "tower", "court"],
)
def test_the_outlines_of_a_city_pass(outline: shapely.Polygon, turn: int) -> None:
    """Metres scaled to degrees at Hegang, either way round."""
    placed = translate(
        scale(rotate(outline, turn, origin=(0, 0)), 1e-5, 1e-5, origin=(0, 0)), 130.3, 47.35
    )
    assert simple(placed.exterior.coords[:-1])
    assert simple(placed.exterior.coords[:-1][::-1])


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (2, 2), (2, 0), (0, 2)],
        [(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)],
        [(0, 0), (4, 0), (2, 0)],
        [(0, 0), (4, 0), (4, 4), (4, 1), (4, 4), (0, 4)],
        [(np.cos(4 * np.pi * i / 5), np.sin(4 * np.pi * i / 5)) for i in range(5)],
    ],
    ids=["bow tie", "touches itself", "flat", "spike", "pentagram"],
)
def test_crooked_outlines_do_not_pass(corners: Corners) -> None:
    assert not simple(corners)


def test_a_ring_that_does_not_close_does_not_pass() -> None:
    x, y = np.array([[0.0], [4], [4], [0]]), np.array([[0.0], [0], [4], [4]])
    assert not ring_validity.is_simple(x, y)[0]


def test_many_rings_are_judged_each_for_itself() -> None:
    """Every third one of a thousand is a bow tie."""
    square, bow = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
    many = np.array([bow if i % 3 == 0 else square for i in range(100_000)], dtype=float)
    sure = ring_validity.is_simple(many[:, :, 0].T, many[:, :, 1].T)
    assert sure.tolist() == [i % 3 != 0 for i in range(100_000)]


def test_no_rings_no_answers() -> None:
    assert ring_validity.is_simple(np.empty((5, 0)), np.empty((5, 0))).tolist() == []
