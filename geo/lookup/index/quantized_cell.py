"""The edges in a cell, drawn small: enough for all points but those close to a line.

A sketch draws up to four edges of a cell on a lattice of 8192 by 8192 squares and knows which grids
cover a reference point. Counting, in small whole numbers, the edges crossed on the way from there
to another point tells which grids cover that point. Drawing moves an edge, and reading moves a
point, by less than 0.75 squares each. So a point farther than 2 squares from every drawn edge lies
on the same sides in the drawing as on the ground; nearer ones are left to the record.

A sketch is eight pairs of 32-bit numbers, one line of the processor's cache: its record and the sum
of the marks of the grids that cover the reference point; that point (13 bits each way); what
crossing each of the edges means, two pairs; and the two corners of each edge, 16 bits each way.
Corners have even coordinates, counted in half squares, and points odd ones, so that no point is
level with a corner; all products fit into 32 bits.

The way from the reference point goes north or south first, to where it turns, level with the point.
What crossing means is the mark of the grid on the edge's left less that on its right, and two bits:
one where the edge passes from one side of the reference point's meridian to the other, one where
the reference point lies on its left. A grid's mark is its position, and a bit that counts grids.
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.jit import kernel

int32 = np.int32

SIZE = 8
HEAD, REFERENCE, MEANINGS, EDGES = 0, 1, 2, 4
"""What stands where in a sketch."""

MOST_EDGES = 4

LATTICE = 8192
"""Squares along a cell."""

NEAR = 4
"""Two squares, in half squares: points as near as that to an edge are left to the record."""

ONE = 2**24
"""Added to a position to make its mark; so an index that draws has fewer grids than that."""

UNDECIDED = -3


@kernel
def read_sketch(sketch: np.ndarray, across: float, up: float) -> int:
    """Return the grid at a point of a cell, or NOWHERE, or UNDECIDED.

    `across` and `up` are the point's place in the cell, each from 0 to below 1.
    """
    px, py = on_lattice(across), on_lattice(up)
    rx, _ = reference(sketch[REFERENCE])
    marks, near = int(high(sketch[HEAD])), False
    for j in range(MOST_EDGES):
        meanings = sketch[MEANINGS + j // 2]
        meaning = high(meanings) if j % 2 else low(meanings)
        change, close = cross(sketch[EDGES + j], meaning, px, py, rx)
        marks += int(change)
        near |= bool(close)
    return answer(marks, near)


@kernel
def pair(one: int, two: int) -> int:
    """Return two 32-bit numbers as one."""
    return two << 32 | (one & 0xFFFFFFFF)


@kernel
def low(numbers: int) -> np.int32:
    """Return the first number of a pair."""
    return int32(numbers)


@kernel
def high(numbers: int) -> np.int32:
    """Return the second number of a pair."""
    return int32(numbers >> 32)


@kernel
def on_lattice(part: float) -> np.int32:
    """Return a place from 0 to below 1 in half squares: an odd number."""
    return int32(2 * int32(part * LATTICE) + 1)


@kernel
def corner(packed: np.int32) -> tuple[np.int32, np.int32]:
    """Return the two coordinates of a corner in half squares."""
    return int32(int32(packed << 16) >> 15), int32(int32(packed >> 16) << 1)


@kernel
def reference(place: int) -> tuple[np.int32, np.int32]:
    """Return the two coordinates of the reference point in half squares."""
    return int32(2 * (place >> 13) + 1), int32(2 * (place & (LATTICE - 1)) + 1)


@kernel
def cross(
    edge: int, meaning: np.int32, px: np.int32, py: np.int32, rx: np.int32
) -> tuple[np.int32, np.bool_]:
    """Return how crossing an edge on the way to p changes the marks, and whether p is near it."""
    ax, ay = corner(low(edge))
    bx, by = corner(high(edge))
    dx, dy = int32(bx - ax), int32(by - ay)
    level = int32(dx * int32(py - ay))
    here = int32(level - int32(dy * int32(px - ax)))
    turn = int32(level - int32(dy * int32(rx - ax)))
    near = int32(abs(here)) <= int32(NEAR * int32(int32(abs(dx)) + int32(abs(dy))))
    left_here, left_at_turn = int32(here > 0), int32(turn > 0)
    rises, runs, left_before = int32((ay > py) != (by > py)), (meaning >> 1) & 1, meaning & 1
    crossed = int32(rises * (left_here - left_at_turn) + runs * (left_at_turn - left_before))
    return int32(crossed * int32(meaning >> 2)), near


@kernel
def answer(marks: int | np.int32, near: bool | np.bool_) -> int:
    """Return what a sum of marks says: a grid, NOWHERE, or UNDECIDED where grids overlap."""
    grid = int(marks) - ONE if marks >= ONE else NOWHERE
    return UNDECIDED if near or marks >= 2 * ONE else grid
