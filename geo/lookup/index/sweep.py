"""Walk from cell to cell and keep count of the grids that cover the ground under foot.

Cells hang on their lower left corners. A walk goes along x = X + ε and y = Y + ε², for an ε
smaller than any number, so it never runs through a corner of a border or along an edge, and
nothing has to be decided twice (simulation of simplicity: H. Edelsbrunner and E. P. Mücke, ACM
Transactions on Graphics 9 (1990)).
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.jit import kernel
from geo.lookup.index.predicates import LEFT, ON, RIGHT, side


@kernel
def corner_side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """Return LEFT or RIGHT: where (x + ε, y + ε²) lies, seen along the line from a to b."""
    found = side(ax, ay, bx, by, x, y)
    if found != ON:
        return found
    if ay != by:
        return LEFT if by < ay else RIGHT
    return LEFT if bx > ax else RIGHT


@kernel
def lowest(cover: np.ndarray, size: int) -> int:
    """The lowest position in a cover, or NOWHERE."""
    return int(cover[0, 0]) if size else NOWHERE


@kernel
def go_east(
    cover: np.ndarray,
    size: int,
    near: np.ndarray,
    lines: np.ndarray,
    x: float,
    y: float,
    to: float,
) -> int:
    """Walk along y from x to `to` across the edges `near`, and return the cover's new size."""
    for e in near:
        a, b = lines[e], lines[e + 1]
        if (a.y > y) == (b.y > y):
            continue
        found = corner_side(a.x, a.y, b.x, b.y, to, y)
        if corner_side(a.x, a.y, b.x, b.y, x, y) != found:
            size = _cross(cover, size, a.left, a.right, found)
    return size


@kernel
def go_north(
    cover: np.ndarray,
    size: int,
    near: np.ndarray,
    lines: np.ndarray,
    x: float,
    y: float,
    to: float,
) -> int:
    """Walk along x from y to `to` across the edges `near`, and return the cover's new size."""
    for e in near:
        a, b = lines[e], lines[e + 1]
        if (a.x > x) == (b.x > x):
            continue
        found = corner_side(a.x, a.y, b.x, b.y, x, to)
        if corner_side(a.x, a.y, b.x, b.y, x, y) != found:
            size = _cross(cover, size, a.left, a.right, found)
    return size


@kernel
def _cross(cover: np.ndarray, size: int, left: int, right: int, to: int) -> int:
    """Step over an edge: one grid begins, the other ends."""
    begins, ends = (left, right) if to == LEFT else (right, left)
    if begins != NOWHERE:
        size = _count(cover, size, begins, 1)
    if ends != NOWHERE:
        size = _count(cover, size, ends, -1)
    return size


@kernel
def _count(cover: np.ndarray, size: int, position: int, change: int) -> int:
    """Change how often a position covers the ground.

    Edges are met in any order along a stretch, so on the way a count may be negative.
    """
    i = 0
    while i < size and cover[i, 0] < position:
        i += 1
    if i == size or cover[i, 0] != position:
        for j in range(size, i, -1):
            cover[j, 0], cover[j, 1] = cover[j - 1, 0], cover[j - 1, 1]
        cover[i, 0], cover[i, 1] = position, change
        return size + 1
    cover[i, 1] += change
    if cover[i, 1] != 0:
        return size
    for j in range(i, size - 1):
        cover[j, 0], cover[j, 1] = cover[j + 1, 0], cover[j + 1, 1]
    return size - 1
