"""Exact cells: point location from the true edges in a cell.

An exact cell is a run of 32-bit integers: the number of edges; the number of grids that cover the
lower left corner of the cell; those grids in order of position; and for each edge twice its number,
plus 1 where that corner lies on its left.
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.growable_array import GrowableArray, reserve
from geo.lookup.index.jit import jit
from geo.lookup.index.orientation import LEFT, ON, RIGHT, side_of_line
from geo.lookup.index.sweep import perturbed_side

NO_MORE_GRIDS = 2**31 - 1
INSIDE, BORDER, OUTSIDE = 0, 1, 2


@jit
def append_exact_cell(
    exact_cells: GrowableArray,
    edge_ids: np.ndarray,
    cover: np.ndarray,
    vertices: np.ndarray,
    x: float,
    y: float,
) -> GrowableArray:
    """Append the exact cell of the cell with lower left corner (x, y)."""
    exact_cells = reserve(exact_cells, 2 + len(cover) + len(edge_ids))
    values, n = exact_cells
    values[n], values[n + 1] = len(edge_ids), len(cover)
    n += 2
    for position in cover:
        values[n] = position
        n += 1
    for e in edge_ids:
        a, b = vertices[e], vertices[e + 1]
        values[n] = 2 * e + int(perturbed_side(a.x, a.y, b.x, b.y, x, y) == LEFT)
        n += 1
    return GrowableArray(values, n)


@jit
def find_in_exact_cell(
    exact_cells: np.ndarray, n: int, vertices: np.ndarray, px: float, py: float, x: float
) -> tuple[int, int]:
    """Return the lowest grid that covers p, or NOWHERE, and INSIDE, BORDER or OUTSIDE.

    The exact cell starts at `exact_cells[n]`; x is the left side of the cell.
    """
    position_sum, count, is_on_edge = sum_covering_grids(exact_cells, n, vertices, px, py, x)
    if not is_on_edge and count <= 1:
        return (position_sum, INSIDE) if count == 1 else (NOWHERE, OUTSIDE)
    grid = _next_grid(exact_cells, n, vertices, NOWHERE)
    while grid != NO_MORE_GRIDS:
        result = _locate_in_grid(exact_cells, n, vertices, grid, px, py, x)
        if result != OUTSIDE:
            return grid, result
        grid = _next_grid(exact_cells, n, vertices, grid)
    return NOWHERE, OUTSIDE


@jit
def sum_covering_grids(
    exact_cells: np.ndarray, n: int, vertices: np.ndarray, px: float, py: float, x: float
) -> tuple[int, int, bool]:
    """Return, of the grids that cover p, the sum of positions and the number; and whether p lies
    on an edge. If it does, sum and number are 0.
    """
    edge_ids, grids = exact_cells[n], exact_cells[n + 1]
    position_sum, count = 0, grids
    for i in range(n + 2, n + 2 + grids):
        position_sum += exact_cells[i]
    for i in range(n + 2 + grids, n + 2 + grids + edge_ids):
        e = exact_cells[i] >> 1
        a, b = vertices[e], vertices[e + 1]
        delta, is_on_edge = _crossing_change(a.x, a.y, b.x, b.y, px, py, x, exact_cells[i] & 1)
        if is_on_edge:
            return 0, 0, True
        position_sum += delta * (max(a.left, 0) - max(a.right, 0))
        count += delta * (int(a.left != NOWHERE) - int(a.right != NOWHERE))
    return position_sum, count, False


@jit
def _crossing_change(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    px: float,
    py: float,
    x: float,
    cell_corner_is_left: int,
) -> tuple[int, bool]:
    """Return 1, 0 or −1: how often the path from the cell's corner to p crosses the edge from right
    to left, less the crossings from left to right. Also whether p lies on the edge, ends included.

    The path runs north along x + ε to the turn (x + ε, py + ε²), then east to p.
    """
    side_at_point = ON
    if min(ay, by) <= py <= max(ay, by):
        side_at_point = side_of_line(ax, ay, bx, by, px, py)
        if side_at_point == ON and min(ax, bx) <= px <= max(ax, bx):
            return 0, True
    crosses_level, crosses_meridian = (ay > py) != (by > py), (ax > x) != (bx > x)
    if not crosses_level and not crosses_meridian:
        return 0, False
    side_at_turn = perturbed_side(ax, ay, bx, by, x, py)
    delta = 0
    if crosses_level:
        delta += side_at_point - side_at_turn
    if crosses_meridian:
        delta += side_at_turn - (LEFT if cell_corner_is_left else RIGHT)
    return delta // 2, False


@jit
def _next_grid(exact_cells: np.ndarray, n: int, vertices: np.ndarray, after: int) -> int:
    """The next grid, in order of position, that the exact cell mentions, or NO_MORE_GRIDS."""
    edge_ids, grids = exact_cells[n], exact_cells[n + 1]
    result = NO_MORE_GRIDS
    for i in range(n + 2, n + 2 + grids):
        if after < exact_cells[i] < result:
            result = exact_cells[i]
    for i in range(n + 2 + grids, n + 2 + grids + edge_ids):
        a = vertices[exact_cells[i] >> 1]
        if after < a.left < result:
            result = a.left
        if after < a.right < result:
            result = a.right
    return result


@jit
def _locate_in_grid(
    exact_cells: np.ndarray, n: int, vertices: np.ndarray, grid: int, px: float, py: float, x: float
) -> int:
    """Whether p lies INSIDE this grid, on its BORDER or OUTSIDE."""
    edge_ids, grids = exact_cells[n], exact_cells[n + 1]
    count = 0
    for i in range(n + 2, n + 2 + grids):
        count += int(exact_cells[i] == grid)
    for i in range(n + 2 + grids, n + 2 + grids + edge_ids):
        a, b = vertices[exact_cells[i] >> 1], vertices[(exact_cells[i] >> 1) + 1]
        step = int(a.left == grid) - int(a.right == grid)
        if step == 0:
            continue
        delta, is_on_edge = _crossing_change(a.x, a.y, b.x, b.y, px, py, x, exact_cells[i] & 1)
        if is_on_edge:
            return BORDER
        count += delta * step
    return INSIDE if count > 0 else OUTSIDE
