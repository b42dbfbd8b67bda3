"""Rings that count as simple are simple; GEOS is the second opinion."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from data.reading.geometry import ring_validity

Ring = list[tuple[float, float]]


def is_simple(corners: Ring) -> bool:
    ring = np.array([*corners, corners[0]], dtype=float)
    return bool(ring_validity.is_simple(ring[:, :1], ring[:, 1:])[0])


integer = st.integers(-3, 3).map(float)
coordinate = st.floats(-180, 180)
integer_rings = st.lists(st.tuples(integer, integer), min_size=3, max_size=9)
float_rings = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9)


@given(st.one_of(integer_rings, float_rings))
def test_no_ring_is_simple_that_geos_rejects(corners: Ring) -> None:
    assert not is_simple(corners) or shapely.is_valid(shapely.Polygon(corners))


@given(st.lists(st.floats(1, 3), min_size=4, max_size=31), st.floats(-170, 170), st.floats(-80, 80))
def test_every_star_is_simple(radii: list[float], lon: float, lat: float) -> None:
    """Corners around a centre at various distances: the ring never touches itself."""
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(radii)[:, None]
    assert is_simple([(lon + x * 1e-4, lat + y * 1e-4) for x, y in corners])


@pytest.mark.parametrize("angle", [0, 17, 45, 90])
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
def test_typical_building_outlines_are_simple(outline: shapely.Polygon, angle: int) -> None:
    """Metres scaled to degrees at Hegang, in both directions."""
    polygon = translate(
        scale(rotate(outline, angle, origin=(0, 0)), 1e-5, 1e-5, origin=(0, 0)), 130.3, 47.35
    )
    assert is_simple(polygon.exterior.coords[:-1])
    assert is_simple(polygon.exterior.coords[:-1][::-1])


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
def test_invalid_rings_are_not_simple(corners: Ring) -> None:
    assert not is_simple(corners)


def test_an_open_ring_is_not_simple() -> None:
    x, y = np.array([[0.0], [4], [4], [0]]), np.array([[0.0], [0], [4], [4]])
    assert not ring_validity.is_simple(x, y)[0]


def test_each_of_many_rings_is_tested_on_its_own() -> None:
    """Every third one of a thousand is a bow tie."""
    square, bow = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
    many = np.array([bow if i % 3 == 0 else square for i in range(100_000)], dtype=float)
    simple = ring_validity.is_simple(many[:, :, 0].T, many[:, :, 1].T)
    assert simple.tolist() == [i % 3 != 0 for i in range(100_000)]


def test_no_rings_give_an_empty_result() -> None:
    assert ring_validity.is_simple(np.empty((5, 0)), np.empty((5, 0))).tolist() == []
