"""The edges in a cell, drawn small: enough for all points but those close to a line.

A sketch draws the edges of a cell on a lattice of 8192 by 8192 squares and knows which grids cover
a reference point. Counting, in small whole numbers, the edges crossed on the way from there to
another point tells which grids cover that point. Drawing moves an edge, and reading moves a point,
by less than 0.75 squares each. So a point farther than 2 squares from every drawn edge lies on the
same sides in the drawing as on the ground; nearer ones are left to the record.

The way from the reference point goes north or south first, to where it turns, level with the point.

A sketch is a run of 32-bit numbers: its record, the sum of the marks of the grids that cover the
reference point, that point (13 bits each way) with the number of edges (6 bits), and for each edge
two corners of 16 bits each way and what crossing it means: the mark of the grid on its left less
that on its right, a bit that is set where the edge passes from one side of the reference point's
meridian to the other, and a bit that is set where the reference point lies on its left. A grid's
mark is its position, plus a bit that counts grids in sums. Corners have even coordinates, counted
in half squares, and points odd ones, so that no point is level with a corner; all products fit
into 32 bits.
"""

import numpy as np

from geo.lookup.edges import NOWHERE
from geo.lookup.kernel import kernel
from geo.lookup.records import weigh
from geo.lookup.tape import Tape, make_room

int32 = np.int32

LATTICE = 8192
"""Squares along a cell."""

NEAR = 4
"""Two squares, in half squares: points as near as that to an edge are left to the record."""

HEAD, EDGE = 3, 3
"""How many numbers a sketch begins with, and how many an edge takes."""

MOST_EDGES = 63
ONE = 2**24
"""Added to a position to make its mark; so an index that draws has fewer grids than that."""

MOST_DEEP = 32
UNDECIDED = -3


@kernel
def read_sketch(sketches: np.ndarray, n: int, across: float, up: float) -> int:
    """Return the grid at a point of a cell, or NOWHERE, or UNDECIDED.

    `across` and `up` are the point's place in the cell, each from 0 to below 1.
    """
    head = sketches[n + 2]
    px, py = int32(2 * int32(across * LATTICE) + 1), int32(2 * int32(up * LATTICE) + 1)
    rx, _ = _reference(head)
    marks, near = int(sketches[n + 1]), False
    for i in range(n + HEAD, n + HEAD + EDGE * (head & MOST_EDGES), EDGE):
        ax, ay = _corner(sketches[i])
        bx, by = _corner(sketches[i + 1])
        meaning = sketches[i + 2]
        dx, dy = int32(bx - ax), int32(by - ay)
        level = int32(dx * int32(py - ay))
        here = int32(level - int32(dy * int32(px - ax)))
        turn = int32(level - int32(dy * int32(rx - ax)))
        near |= bool(abs(here) <= NEAR * (abs(dx) + abs(dy)))
        rises, runs, there = int((ay > py) != (by > py)), (meaning >> 1) & 1, meaning & 1
        change = rises * (int(here > 0) - int(turn > 0)) + runs * (int(turn > 0) - there)
        marks += change * (meaning >> 2)
    grid = marks - ONE if marks >= ONE else NOWHERE
    return UNDECIDED if near or marks >= 2 * ONE else grid


@kernel
def _corner(packed: int) -> tuple[np.int32, np.int32]:
    """The two coordinates of a corner in half squares."""
    return int32(int32(packed << 16) >> 15), int32((packed >> 16) << 1)


@kernel
def _reference(head: int) -> tuple[np.int32, np.int32]:
    """The two coordinates of the reference point in half squares."""
    x, y = (head >> 19) & (LATTICE - 1), (head >> 6) & (LATTICE - 1)
    return int32(2 * x + 1), int32(2 * y + 1)


@kernel
def draw_sketch(
    sketches: Tape,
    record: int,
    records: Tape,
    edges: np.ndarray,
    lines: np.ndarray,
    cell: tuple[float, float, float, float],
) -> Tape:
    """Return the sketches with that of the cell (x, y, width, height) at the end.

    Returns them as they are where no sketch will do: where an edge is too short to be drawn, where
    too many edges meet or too many grids lie on top of each other.
    """
    if len(edges) > MOST_EDGES:
        return sketches
    sketches = make_room(sketches, HEAD + EDGE * len(edges))
    numbers, n = sketches.numbers[sketches.length :], HEAD
    for e in edges:
        a, b = lines[e], lines[e + 1]
        numbers[n], numbers[n + 1] = _draw_edge(a.x, a.y, b.x, b.y, cell)
        if numbers[n] == numbers[n + 1]:
            return sketches
        n += EDGE
    place = _find_reference(numbers[HEAD:n])
    for i in range(len(edges)):
        _give_meaning(numbers[HEAD + EDGE * i :], lines, edges[i], place)
    rx, ry = _reference(place << 6)
    px = cell[0] + rx / (2 * LATTICE) * cell[2]
    py = cell[1] + ry / (2 * LATTICE) * cell[3]
    positions, depth, _ = weigh(records.numbers, record, lines, px, py, cell[0])
    if place < 0 or depth > MOST_DEEP:
        return sketches
    numbers[0], numbers[1] = record, positions + depth * ONE
    numbers[2] = place << 6 | len(edges)
    return Tape(sketches.numbers, sketches.length + n)


@kernel
def _give_meaning(drawn: np.ndarray, lines: np.ndarray, e: int, place: int) -> None:
    """Write what crossing a drawn edge means on the way from the reference point at `place`."""
    ax, ay = _corner(drawn[0])
    bx, by = _corner(drawn[1])
    rx, ry = _reference(place << 6)
    left = int((bx - ax) * (ry - ay) - (by - ay) * (rx - ax) > 0)
    runs = int((ax > rx) != (bx > rx))
    drawn[2] = (_mark(lines[e].left) - _mark(lines[e].right)) << 2 | runs << 1 | left


@kernel
def _mark(position: int) -> int:
    return position + ONE if position != NOWHERE else 0


@kernel
def _draw_edge(
    ax: float, ay: float, bx: float, by: float, cell: tuple[float, float, float, float]
) -> tuple[int, int]:
    """The edge's two corners on the lattice, cut off half a cell outside the cell."""
    x, y, width, height = cell
    ax, ay, bx, by = (ax - x) / width, (ay - y) / height, (bx - x) / width, (by - y) / height
    start, end = _clip(ax, bx - ax, 0.0, 1.0)
    start, end = _clip(ay, by - ay, start, end)
    return (
        _pack(ax + start * (bx - ax), ay + start * (by - ay)),
        _pack(ax + end * (bx - ax), ay + end * (by - ay)),
    )


@kernel
def _clip(at: float, step: float, start: float, end: float) -> tuple[float, float]:
    """The part of start..end in which at + t·step lies between −0.5 and 1.5."""
    if step == 0.0:
        return start, end
    enter, leave = (-0.5 - at) / step, (1.5 - at) / step
    if enter > leave:
        enter, leave = leave, enter
    return max(start, enter), min(end, leave)


@kernel
def _pack(across: float, up: float) -> int:
    return int(np.rint(up * LATTICE)) << 16 | (int(np.rint(across * LATTICE)) & 0xFFFF)


@kernel
def _find_reference(drawn: np.ndarray) -> int:
    """A point clear of every drawn edge, its two coordinates packed in 26 bits, or −1."""
    for i in range(5):
        for j in range(5):
            place = (i * (LATTICE - 1) // 4) << 13 | (j * (LATTICE - 1) // 4)
            if _is_clear(drawn, place):
                return place
    return -1


@kernel
def _is_clear(drawn: np.ndarray, place: int) -> bool:
    rx, ry = _reference(place << 6)
    for i in range(0, len(drawn), EDGE):
        ax, ay = _corner(drawn[i])
        bx, by = _corner(drawn[i + 1])
        dx, dy = bx - ax, by - ay
        if abs(dx * (ry - ay) - dy * (rx - ax)) <= NEAR * (abs(dx) + abs(dy)):
            return False
    return True
