"""What is known of a cell that borders cross: who covers its corner, and the edges nearby.

A record is a run of 32-bit numbers: how many edges, how many covering grids, those grids in
order, and for each edge twice its number, plus one where the cell's corner lies on its left.
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.growable_array import Tape, make_room
from geo.lookup.index.jit import kernel
from geo.lookup.index.predicates import LEFT, ON, RIGHT, side
from geo.lookup.index.sweep import corner_side

NONE_LEFT = 2**31 - 1
INSIDE, BORDER, OUTSIDE = 0, 1, 2


@kernel
def write_record(
    records: Tape,
    edges: np.ndarray,
    cover: np.ndarray,
    lines: np.ndarray,
    x: float,
    y: float,
) -> Tape:
    """Return the records with that of the cell whose corner is (x, y) at the end."""
    records = make_room(records, 2 + len(cover) + len(edges))
    numbers, n = records
    numbers[n], numbers[n + 1] = len(edges), len(cover)
    n += 2
    for position in cover:
        numbers[n] = position
        n += 1
    for e in edges:
        a, b = lines[e], lines[e + 1]
        numbers[n] = 2 * e + int(corner_side(a.x, a.y, b.x, b.y, x, y) == LEFT)
        n += 1
    return Tape(numbers, n)


@kernel
def read_record(
    records: np.ndarray, n: int, lines: np.ndarray, px: float, py: float, x: float
) -> tuple[int, int]:
    """Return the lowest grid that covers p, or NOWHERE, and whether p is in it or on its border.

    The corner of p's cell, whose record stands at n, is at x. Exact.
    """
    positions, depth, touched = weigh(records, n, lines, px, py, x)
    if not touched and depth <= 1:
        return (positions, INSIDE) if depth == 1 else (NOWHERE, OUTSIDE)
    grid = _next(records, n, lines, NOWHERE)
    while grid != NONE_LEFT:
        found = _covers(records, n, lines, grid, px, py, x)
        if found != OUTSIDE:
            return grid, found
        grid = _next(records, n, lines, grid)
    return NOWHERE, OUTSIDE


@kernel
def weigh(
    records: np.ndarray, n: int, lines: np.ndarray, px: float, py: float, x: float
) -> tuple[int, int, bool]:
    """Return the sum of the positions of the grids that cover p, how many they are, and whether
    p is on an edge, in which case the other two say nothing.
    """
    edges, grids = records[n], records[n + 1]
    positions, depth = 0, grids
    for i in range(n + 2, n + 2 + grids):
        positions += records[i]
    for i in range(n + 2 + grids, n + 2 + grids + edges):
        e = records[i] >> 1
        a, b = lines[e], lines[e + 1]
        change, touched = _cross(a.x, a.y, b.x, b.y, px, py, x, records[i] & 1)
        if touched:
            return 0, 0, True
        positions += change * (max(a.left, 0) - max(a.right, 0))
        depth += change * (int(a.left != NOWHERE) - int(a.right != NOWHERE))
    return positions, depth, False


@kernel
def _cross(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    px: float,
    py: float,
    x: float,
    corner_left: int,
) -> tuple[int, bool]:
    """How often the way from the cell's corner to p crosses the edge onto its left side.

    Onto its right counts −1. The way goes north along x + ε to the turn (x + ε, py + ε²), then
    east to p. Also whether p lies on the edge, ends included.
    """
    here = ON
    if min(ay, by) <= py <= max(ay, by):
        here = side(ax, ay, bx, by, px, py)
        if here == ON and min(ax, bx) <= px <= max(ax, bx):
            return 0, True
    rises, runs = (ay > py) != (by > py), (ax > x) != (bx > x)
    if not rises and not runs:
        return 0, False
    turn = corner_side(ax, ay, bx, by, x, py)
    change = 0
    if rises:
        change += here - turn
    if runs:
        change += turn - (LEFT if corner_left else RIGHT)
    return change // 2, False


@kernel
def _next(records: np.ndarray, n: int, lines: np.ndarray, after: int) -> int:
    """The next grid, in order of position, that the record mentions, or NONE_LEFT."""
    edges, grids = records[n], records[n + 1]
    found = NONE_LEFT
    for i in range(n + 2, n + 2 + grids):
        if after < records[i] < found:
            found = records[i]
    for i in range(n + 2 + grids, n + 2 + grids + edges):
        a = lines[records[i] >> 1]
        if after < a.left < found:
            found = a.left
        if after < a.right < found:
            found = a.right
    return found


@kernel
def _covers(
    records: np.ndarray,
    n: int,
    lines: np.ndarray,
    grid: int,
    px: float,
    py: float,
    x: float,
) -> int:
    """Whether p lies INSIDE this grid, on its BORDER or OUTSIDE."""
    edges, grids = records[n], records[n + 1]
    depth = 0
    for i in range(n + 2, n + 2 + grids):
        depth += int(records[i] == grid)
    for i in range(n + 2 + grids, n + 2 + grids + edges):
        a, b = lines[records[i] >> 1], lines[(records[i] >> 1) + 1]
        step = int(a.left == grid) - int(a.right == grid)
        if step == 0:
            continue
        change, touched = _cross(a.x, a.y, b.x, b.y, px, py, x, records[i] & 1)
        if touched:
            return BORDER
        depth += change * step
    return INSIDE if depth > 0 else OUTSIDE
