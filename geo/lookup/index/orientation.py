"""Exact orientation test: on which side of a line a point lies."""

import numpy as np

from geo.lookup.index.jit import jit

LEFT, ON, RIGHT = 1, 0, -1

ERROR_BOUND = 3.3306690738754716e-16
"""Shewchuk's `ccwerrboundA`, (3 + 16ε)ε with ε = 2⁻⁵³: the sign of a difference of two rounded
products is right if the difference exceeds this fraction of their sum."""

UNDERFLOW_BOUND = 1e-290
"""Added to the error bound, for products so small that their rounding error is absolute."""

SPLITTER = 134217729.0
"""2²⁷ + 1: splits a double into two halves whose products are exact (Dekker 1971)."""

SCALE = 2.0**400
"""Keeps the products of coordinates from underflow; exact because it is a power of 2."""


@jit
def side_of_line(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return the side of p, LEFT, RIGHT or ON, seen along the line from a to b.

    Exact for every p if each coordinate of a and b is 0 or between 1e-220 and 1e30 in size.
    Uses floating-point arithmetic where its error bound suffices, and exact arithmetic otherwise.

    Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
    Predicates, Discrete & Computational Geometry 18 (1997).
    """
    left_product = (ax - px) * (by - py)
    right_product = (ay - py) * (bx - px)
    determinant = left_product - right_product
    bound = ERROR_BOUND * (abs(left_product) + abs(right_product)) + UNDERFLOW_BOUND
    if determinant > bound:
        return LEFT
    if determinant < -bound:
        return RIGHT
    return _side_exactly(ax, ay, bx, by, px, py)


@jit
def _side_exactly(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """The side of p where rounding errors may hide it.

    The sign of a difference is exact, so products of different sign need no exact arithmetic.
    """
    left_product = _sign(ax - px) * _sign(by - py)
    right_product = _sign(ay - py) * _sign(bx - px)
    if left_product != right_product:
        return LEFT if left_product > right_product else RIGHT
    if left_product == 0:
        return ON
    return _determinant_sign(ax, ay, bx, by, px, py)


@jit
def _sign(value: float) -> int:
    return int(value > 0) - int(value < 0)


@jit
def _determinant_sign(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """The sign of ax·by − ax·py − px·by − ay·bx + ay·px + py·bx, summed without rounding.

    Each product is two doubles. The sum is an expansion: doubles whose bits do not overlap, the
    largest last (Shewchuk's grow-expansion). The last double other than 0 has the sign of the sum.
    """
    ax, ay, bx, by, px, py = (
        ax * SCALE,
        ay * SCALE,
        bx * SCALE,
        by * SCALE,
        px * SCALE,
        py * SCALE,
    )
    expansion = np.zeros(12)
    size = _add_product(expansion, 0, ax, by)
    size = _add_product(expansion, size, -ax, py)
    size = _add_product(expansion, size, -px, by)
    size = _add_product(expansion, size, -ay, bx)
    size = _add_product(expansion, size, ay, px)
    size = _add_product(expansion, size, py, bx)
    for i in range(size - 1, -1, -1):
        if expansion[i] != 0.0:
            return _sign(expansion[i])
    return ON


@jit
def _add_product(expansion: np.ndarray, size: int, a: float, b: float) -> int:
    """Add the exact product a·b to the expansion, and return its new size (two more)."""
    product = a * b
    high_a, high_b = _high_half(a), _high_half(b)
    low_a, low_b = a - high_a, b - high_b
    error = low_a * low_b - (((product - high_a * high_b) - low_a * high_b) - high_a * low_b)
    return _grow_expansion(expansion, _grow_expansion(expansion, size, error), product)


@jit
def _high_half(value: float) -> float:
    """The upper half of the bits of a double's mantissa."""
    scaled = SPLITTER * value
    return scaled - (scaled - value)


@jit
def _grow_expansion(expansion: np.ndarray, size: int, value: float) -> int:
    """Add a double to the expansion: rounding errors stay in place, the rounded sum is appended."""
    total = value
    for i in range(size):
        previous = total
        total = previous + expansion[i]
        added = total - previous
        expansion[i] = (previous - (total - added)) + (expansion[i] - added)
    expansion[size] = total
    return size + 1
