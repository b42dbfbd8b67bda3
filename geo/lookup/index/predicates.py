"""On which side of a line a point lies, decided exactly."""

import numpy as np

from geo.lookup.index.jit import kernel

LEFT, ON, RIGHT = 1, 0, -1

FILTER = 3.3306690738754716e-16
"""Shewchuk's `ccwerrboundA`, (3 + 16ε)ε with ε = 2⁻⁵³: a difference of two rounded products
larger than this part of their sum has the right sign."""

SMALLEST = 1e-290
"""Added to the bound, for products so small that rounding them is no longer relative."""

SPLITTER = 134217729.0
"""2²⁷ + 1: cuts a double into two halves whose products are exact (Dekker 1971)."""

SCALE = 2.0**400
"""Lifts every product of two coordinates clear of the smallest doubles; exact, as it is a power
of two."""


@kernel
def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return LEFT, RIGHT or ON: where p lies, seen along the line from a to b.

    Exact for every p when each coordinate of a and b is 0 or between 1e-220 and 1e30 in size.
    Rounded arithmetic decides where its error bound allows, exact arithmetic elsewhere.

    Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
    Predicates, Discrete & Computational Geometry 18 (1997).
    """
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    turn = left - right
    bound = FILTER * (abs(left) + abs(right)) + SMALLEST
    if turn > bound:
        return LEFT
    if turn < -bound:
        return RIGHT
    return _settle(ax, ay, bx, by, px, py)


@kernel
def _settle(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """The side where rounding hides it.

    The signs of differences are exact, so two products of unlike signs need no arithmetic.
    """
    left = _sign(ax - px) * _sign(by - py)
    right = _sign(ay - py) * _sign(bx - px)
    if left != right:
        return LEFT if left > right else RIGHT
    if left == 0:
        return ON
    return _expand(ax, ay, bx, by, px, py)


@kernel
def _sign(value: float) -> int:
    return int(value > 0) - int(value < 0)


@kernel
def _expand(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """The sign of ax·by − ax·py − px·by − ay·bx + ay·px + py·bx, summed without rounding.

    Every product is kept as two doubles and every sum as a row of doubles that do not overlap,
    the largest last (Shewchuk's grow-expansion), so the last one that is not zero has the sign.
    """
    ax, ay, bx, by, px, py = (
        ax * SCALE,
        ay * SCALE,
        bx * SCALE,
        by * SCALE,
        px * SCALE,
        py * SCALE,
    )
    row = np.zeros(12)
    size = _add(row, 0, ax, by)
    size = _add(row, size, -ax, py)
    size = _add(row, size, -px, by)
    size = _add(row, size, -ay, bx)
    size = _add(row, size, ay, px)
    size = _add(row, size, py, bx)
    for i in range(size - 1, -1, -1):
        if row[i] != 0.0:
            return _sign(row[i])
    return ON


@kernel
def _add(row: np.ndarray, size: int, a: float, b: float) -> int:
    """Add the exact product a·b to the row, which grows by two."""
    product = a * b
    a_high, b_high = _high(a), _high(b)
    a_low, b_low = a - a_high, b - b_high
    rest = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return _grow(row, _grow(row, size, rest), product)


@kernel
def _high(value: float) -> float:
    """The upper half of a double's digits."""
    lifted = SPLITTER * value
    return lifted - (lifted - value)


@kernel
def _grow(row: np.ndarray, size: int, value: float) -> int:
    """Add one double to the row: each rounding error stays in the row, the sum moves on."""
    total = value
    for i in range(size):
        before = total
        total = before + row[i]
        part = total - before
        row[i] = (before - (total - part)) + (row[i] - part)
    row[size] = total
    return size + 1
