"""Tell at numpy speed which rings are certainly simple; for the others the answer is: ask GEOS.

Most outlines in a city are small and plain. Rings of one size are tested together, and a ring is
called simple only if floating-point error cannot have fooled the test, so that nothing GEOS
would refuse passes here.
"""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_AT_ONCE = 1 << 17
"""Pairs of edges tested together, so that they stay in the processor's cache."""
_EPSILON = 2.0**-53
_SURE = (3 + 16 * _EPSILON) * _EPSILON
"""J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997): bound of the error of an
orientation test, relative to the sum of its two products."""
_TINY = 1e-290
"""Below it products lose digits, and the bound does not hold."""


def simple(x: Floats, y: Floats) -> Bools:
    """Tell for each of k rings whether it is certainly simple, and so bounds a valid polygon.

    Corners lie along the first axis, (n, k) → (k,), the first one repeated at the end, all numbers
    finite. A ring that does not close, or that is in doubt, is False.
    """
    step = max(1, _AT_ONCE // len(x) ** 2)
    sure = np.empty(x.shape[1], dtype=np.bool_)
    for at in range(0, x.shape[1], step):
        some = slice(at, at + step)
        sure[some] = _simple(np.ascontiguousarray(x[:, some]), np.ascontiguousarray(y[:, some]))
    return sure


def _simple(x: Floats, y: Floats) -> Bools:
    sure = (x[0] == x[-1]) & (y[0] == y[-1])
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    turns = _side(x[:-1], y[:-1], x[1:], y[1:], _shift(x[1:]), _shift(y[1:]))
    onwards = dx * _shift(dx) + dy * _shift(dy) > 0
    sure &= ((turns != 0) | onwards).all(axis=0)
    bent = np.flatnonzero(sure & ~_convex(dx, dy, turns))
    sure[bent] = _apart(x[:, bent], y[:, bent])
    return np.asarray(sure)


def _shift(around: Floats) -> Floats:
    """Return each next one along the ring: (m, k) → (m, k)."""
    return np.concatenate([around[1:], around[:1]])


def _side(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Floats:
    """Return on which side of the line a → b point c lies: > 0 left, < 0 right, 0 unsure."""
    one, other = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    side = one - other
    return np.where(np.abs(side) > _SURE * (np.abs(one) + np.abs(other)) + _TINY, side, 0.0)


def _convex(dx: Floats, dy: Floats, turns: Floats) -> Bools:
    """Tell whether a ring turns one way all along and goes round once."""
    one_way = (turns > 0).all(axis=0) | (turns < 0).all(axis=0)
    east = (dx > 0) | ((dx == 0) & (dy > 0))
    about = (east[1:] != east[:-1]).sum(axis=0) + (east[0] != east[-1])
    return np.asarray(one_way & (about == 2))


def _apart(x: Floats, y: Floats) -> Bools:
    """Tell whether no two edges that are not neighbours touch: (n, k) → (k,)."""
    edges = len(x) - 1
    one, other = np.triu_indices(edges, 2)
    neighbours = (one == 0) & (other == edges - 1)
    one, other = one[~neighbours], other[~neighbours]
    (west, east), (south, north) = _spans(x), _spans(y)
    boxed = (east[one] < west[other]) | (east[other] < west[one])
    boxed |= (north[one] < south[other]) | (north[other] < south[one])
    pair, ring = np.nonzero(~boxed)
    a, c = one[pair], other[pair]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
        (x[corner, ring], y[corner, ring]) for corner in (a, a + 1, c, c + 1)
    )
    beside = _alike(_side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy))
    beside |= _alike(_side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by))
    return np.asarray(np.bincount(ring[~beside], minlength=x.shape[1]) == 0)


def _alike(one: Floats, other: Floats) -> Bools:
    return ((one > 0) & (other > 0)) | ((one < 0) & (other < 0))


def _spans(corners: Floats) -> tuple[Floats, Floats]:
    """Return the lower and upper end of each edge along one axis."""
    before, after = corners[:-1], corners[1:]
    return np.minimum(before, after), np.maximum(before, after)
