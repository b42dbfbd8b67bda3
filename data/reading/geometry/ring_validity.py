"""Vectorized test for simple rings; a ring in doubt needs the exact test of GEOS.

Most outlines in a city are small and simple. Rings of one size are tested together. A ring counts
as simple only if floating-point error cannot change the result, so no ring passes that GEOS
would reject.
"""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_PAIRS_AT_ONCE = 1 << 17
"""Pairs of edges tested together, so that they stay in the processor's cache."""
_EPSILON = 2.0**-53
_RELATIVE_ERROR = (3 + 16 * _EPSILON) * _EPSILON
"""J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997): bound of the error of an
orientation test, relative to the sum of its two products."""
_UNDERFLOW = 1e-290
"""Smaller products lose digits, and the bound does not hold."""


def is_simple(x: Floats, y: Floats) -> Bools:
    """Return for each of k rings whether it is certainly simple, and so bounds a valid polygon.

    Corners lie along the first axis, (n, k) → (k,). The first one is repeated at the end and all
    numbers are finite. False for a ring that is not closed or in doubt.
    """
    step = max(1, _PAIRS_AT_ONCE // len(x) ** 2)
    simple = np.empty(x.shape[1], dtype=np.bool_)
    for start in range(0, x.shape[1], step):
        part = slice(start, start + step)
        simple[part] = _is_simple(
            np.ascontiguousarray(x[:, part]), np.ascontiguousarray(y[:, part])
        )
    return simple


def _is_simple(x: Floats, y: Floats) -> Bools:
    simple = (x[0] == x[-1]) & (y[0] == y[-1])
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    turns = _orientation(x[:-1], y[:-1], x[1:], y[1:], _next(x[1:]), _next(y[1:]))
    goes_forward = dx * _next(dx) + dy * _next(dy) > 0
    simple &= ((turns != 0) | goes_forward).all(axis=0)
    concave = np.flatnonzero(simple & ~_is_convex(dx, dy, turns))
    simple[concave] = _has_disjoint_edges(x[:, concave], y[:, concave])
    return np.asarray(simple)


def _next(values: Floats) -> Floats:
    """Return for each value the next one along the ring: (m, k) → (m, k)."""
    return np.concatenate([values[1:], values[:1]])


def _orientation(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Floats:
    """Return on which side of the line a → b point c lies: > 0 left, < 0 right, 0 unsure."""
    one, other = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    side = one - other
    bound = _RELATIVE_ERROR * (np.abs(one) + np.abs(other)) + _UNDERFLOW
    return np.where(np.abs(side) > bound, side, 0.0)


def _is_convex(dx: Floats, dy: Floats, turns: Floats) -> Bools:
    """Return whether a ring turns in one direction only, and once around."""
    one_direction = (turns > 0).all(axis=0) | (turns < 0).all(axis=0)
    eastward = (dx > 0) | ((dx == 0) & (dy > 0))
    reversals = (eastward[1:] != eastward[:-1]).sum(axis=0) + (eastward[0] != eastward[-1])
    return np.asarray(one_direction & (reversals == 2))


def _has_disjoint_edges(x: Floats, y: Floats) -> Bools:
    """Return whether no two edges touch that are not adjacent: (n, k) → (k,)."""
    count = len(x) - 1
    one, other = np.triu_indices(count, 2)
    adjacent = (one == 0) & (other == count - 1)
    one, other = one[~adjacent], other[~adjacent]
    (west, east), (south, north) = _edge_ranges(x), _edge_ranges(y)
    disjoint = (east[one] < west[other]) | (east[other] < west[one])
    disjoint |= (north[one] < south[other]) | (north[other] < south[one])
    pair, ring = np.nonzero(~disjoint)
    a, c = one[pair], other[pair]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
        (x[corner, ring], y[corner, ring]) for corner in (a, a + 1, c, c + 1)
    )
    separate = _same_side(
        _orientation(ax, ay, bx, by, cx, cy), _orientation(ax, ay, bx, by, dx, dy)
    )
    separate |= _same_side(
        _orientation(cx, cy, dx, dy, ax, ay), _orientation(cx, cy, dx, dy, bx, by)
    )
    return np.asarray(np.bincount(ring[~separate], minlength=x.shape[1]) == 0)


def _same_side(one: Floats, other: Floats) -> Bools:
    return ((one > 0) & (other > 0)) | ((one < 0) & (other < 0))


def _edge_ranges(coords: Floats) -> tuple[Floats, Floats]:
    """Return the lower and upper end of each edge along one axis."""
    starts, ends = coords[:-1], coords[1:]
    return np.minimum(starts, ends), np.maximum(starts, ends)
