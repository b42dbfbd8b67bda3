"""Sweep from cell to cell and track which grids cover the lower left corner of each cell.

The set of covering grids (the cover) changes where the sweep crosses an edge. The sweep runs along
x = X + ε and y = Y + ε², with ε smaller than any number, so it never meets a vertex and never runs
along an edge: no special cases arise. Source: simulation of simplicity, H. Edelsbrunner and
E. P. Mücke, ACM Transactions on Graphics 9 (1990).

A cover is an array of (position, count) rows in order of position, of which the first `size` are
set. A count is 1 for a grid that covers the point.
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.jit import jit
from geo.lookup.index.orientation import LEFT, ON, RIGHT, side_of_line


@jit
def perturbed_side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """Return the side, LEFT or RIGHT, of (x + ε, y + ε²) on the line from a to b."""
    side = side_of_line(ax, ay, bx, by, x, y)
    if side != ON:
        return side
    if ay != by:
        return LEFT if by < ay else RIGHT
    return LEFT if bx > ax else RIGHT


@jit
def sweep_east(
    cover: np.ndarray,
    size: int,
    edge_ids: np.ndarray,
    vertices: np.ndarray,
    x: float,
    y: float,
    target: float,
) -> int:
    """Move along y from x to `target` across these edges, and return the cover's new size."""
    for e in edge_ids:
        a, b = vertices[e], vertices[e + 1]
        if (a.y > y) == (b.y > y):
            continue
        side_at_end = perturbed_side(a.x, a.y, b.x, b.y, target, y)
        if perturbed_side(a.x, a.y, b.x, b.y, x, y) != side_at_end:
            size = _apply_crossing(cover, size, a.left, a.right, side_at_end)
    return size


@jit
def sweep_north(
    cover: np.ndarray,
    size: int,
    edge_ids: np.ndarray,
    vertices: np.ndarray,
    x: float,
    y: float,
    target: float,
) -> int:
    """Move along x from y to `target` across these edges, and return the cover's new size."""
    for e in edge_ids:
        a, b = vertices[e], vertices[e + 1]
        if (a.x > x) == (b.x > x):
            continue
        side_at_end = perturbed_side(a.x, a.y, b.x, b.y, x, target)
        if perturbed_side(a.x, a.y, b.x, b.y, x, y) != side_at_end:
            size = _apply_crossing(cover, size, a.left, a.right, side_at_end)
    return size


@jit
def _apply_crossing(cover: np.ndarray, size: int, left: int, right: int, target: int) -> int:
    """Cross an edge: enter the grid on one side, leave the grid on the other."""
    entered, left_behind = (left, right) if target == LEFT else (right, left)
    if entered != NOWHERE:
        size = _change_count(cover, size, entered, 1)
    if left_behind != NOWHERE:
        size = _change_count(cover, size, left_behind, -1)
    return size


@jit
def _change_count(cover: np.ndarray, size: int, position: int, delta: int) -> int:
    """Add `delta` to the count of a position; drop it at 0. Return the cover's new size.

    The edges of one move come in any order, so a count may be negative for a while.
    """
    i = 0
    while i < size and cover[i, 0] < position:
        i += 1
    if i == size or cover[i, 0] != position:
        for j in range(size, i, -1):
            cover[j, 0], cover[j, 1] = cover[j - 1, 0], cover[j - 1, 1]
        cover[i, 0], cover[i, 1] = position, delta
        return size + 1
    cover[i, 1] += delta
    if cover[i, 1] != 0:
        return size
    for j in range(i, size - 1):
        cover[j, 0], cover[j, 1] = cover[j + 1, 0], cover[j + 1, 1]
    return size - 1
