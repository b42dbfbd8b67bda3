import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.lookup.index.orientation import LEFT, ON, RIGHT, side_of_line
from tests.geo.lookup.index.exact import orientation

coordinates = st.floats(-180, 180, allow_subnormal=False).filter(
    lambda value: value == 0 or abs(value) > 1e-220
)
points = st.tuples(coordinates, coordinates)
TINIEST = math.ulp(0.0)


@settings(deadline=None)
@given(points, points, points)
@example((0.0, 0.0), (0.3, 0.3), (TINIEST, 0.0))
@example((0.1, 0.1), (0.3, 0.3), (0.2, 0.2))
@example((1e-220, 0.0), (0.0, 1e-220), (TINIEST, TINIEST))
def test_the_side_agrees_with_exact_arithmetic(a, b, p):
    assert side_of_line(*a, *b, *p) == orientation(*a, *b, *p)


@settings(deadline=None)
@given(points, points, st.floats(0, 1), st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1]))
def test_the_side_is_exact_within_an_ulp_of_the_line(a, b, fraction, east, north):
    x, y = (u + fraction * (v - u) for u, v in zip(a, b, strict=True))
    p = (math.nextafter(x, x + east), math.nextafter(y, y + north))
    assert side_of_line(*a, *b, *p) == orientation(*a, *b, *p)


@settings(deadline=None)
@given(points, points, st.integers(1, 2**20))
def test_the_side_changes_once_along_a_row_of_points_across_the_line(a, b, step):
    """Floating-point arithmetic alone would get some of these points wrong."""
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    sides = [side_of_line(*a, *b, x + k * step * math.ulp(x), y) for k in range(-4, 5)]
    assert sides in (sorted(sides), sorted(sides, reverse=True))


@pytest.mark.parametrize(
    ("p", "expected"), [((0.0, 1.0), LEFT), ((0.5, 0.5), ON), ((1.0, 0.0), RIGHT)]
)
def test_left_is_counterclockwise_of_the_line(p, expected):
    """left
    a ------> b        from (0, 0) to (1, 1)
         right
    """
    assert side_of_line(0.0, 0.0, 1.0, 1.0, *p) == expected


def test_the_error_bound_catches_products_that_differ_in_their_last_bit():
    a, b = (0.5, 0.5), (12.0, 12.0)
    p = (0.5 + 2**-53, 0.5)
    q = (24.0 + 2**-48, 24.0 - 2**-48)
    for x, y in (p, q):
        exact = (Fraction(a[0]) - Fraction(x)) * (Fraction(b[1]) - Fraction(y)) - (
            Fraction(a[1]) - Fraction(y)
        ) * (Fraction(b[0]) - Fraction(x))
        assert side_of_line(*a, *b, x, y) == (exact > 0) - (exact < 0)
