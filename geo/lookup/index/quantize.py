"""Draw the sketch of a cell (see `sketches`)."""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import weigh
from geo.lookup.index.growable_array import Tape, make_room
from geo.lookup.index.jit import kernel
from geo.lookup.index.quantized_cell import (
    EDGES,
    HEAD,
    LATTICE,
    MEANINGS,
    MOST_EDGES,
    NEAR,
    ONE,
    REFERENCE,
    SIZE,
    corner,
    high,
    low,
    pair,
    reference,
)

FAR = (12287 << 16 | 12287, 12286 << 16 | 12287)
"""The corners of an edge that is not there: out of reach of any point."""

MOST_DEEP = 32


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
    sketches = make_room(sketches, SIZE)
    sketch = sketches.numbers[sketches.length : sketches.length + SIZE]
    if not _draw_edges(sketch, edges, lines, cell):
        return sketches
    place = _find_reference(sketch)
    rx, ry = reference(place)
    px = cell[0] + rx / (2 * LATTICE) * cell[2]
    py = cell[1] + ry / (2 * LATTICE) * cell[3]
    positions, depth, _ = weigh(records.numbers, record, lines, px, py, cell[0])
    if place < 0 or depth > MOST_DEEP:
        return sketches
    sketch[HEAD], sketch[REFERENCE] = pair(record, positions + depth * ONE), place
    for j in range(0, MOST_EDGES, 2):
        one, two = _meaning(sketch, j, edges, lines), _meaning(sketch, j + 1, edges, lines)
        sketch[MEANINGS + j // 2] = pair(one, two)
    return Tape(sketches.numbers, sketches.length + SIZE)


@kernel
def _draw_edges(
    sketch: np.ndarray,
    edges: np.ndarray,
    lines: np.ndarray,
    cell: tuple[float, float, float, float],
) -> bool:
    """Write the corners of all edges; whether none was too short."""
    for j in range(MOST_EDGES):
        a, b = FAR
        if j < len(edges):
            e = edges[j]
            a, b = _draw_edge(lines[e].x, lines[e].y, lines[e + 1].x, lines[e + 1].y, cell)
        if a == b:
            return False
        sketch[EDGES + j] = pair(a, b)
    return True


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
def _meaning(sketch: np.ndarray, j: int, edges: np.ndarray, lines: np.ndarray) -> int:
    """What crossing drawn edge j means on the way from the reference point."""
    if j >= len(edges):
        return 0
    rx, ry = reference(sketch[REFERENCE])
    ax, ay = corner(low(sketch[EDGES + j]))
    bx, by = corner(high(sketch[EDGES + j]))
    left = int((bx - ax) * (ry - ay) - (by - ay) * (rx - ax) > 0)
    runs = int((ax > rx) != (bx > rx))
    line = lines[edges[j]]
    return (_mark(line.left) - _mark(line.right)) << 2 | runs << 1 | left


@kernel
def _mark(position: int) -> int:
    return position + ONE if position != NOWHERE else 0


@kernel
def _find_reference(sketch: np.ndarray) -> int:
    """A point clear of every drawn edge, its two coordinates packed in 26 bits, or −1."""
    for i in range(5):
        for j in range(5):
            place = (i * (LATTICE - 1) // 4) << 13 | (j * (LATTICE - 1) // 4)
            if _is_clear(sketch, place):
                return place
    return -1


@kernel
def _is_clear(sketch: np.ndarray, place: int) -> bool:
    rx, ry = reference(place)
    for j in range(MOST_EDGES):
        ax, ay = corner(low(sketch[EDGES + j]))
        bx, by = corner(high(sketch[EDGES + j]))
        dx, dy = bx - ax, by - ay
        if abs(dx * (ry - ay) - dy * (rx - ax)) <= NEAR * (abs(dx) + abs(dy)):
            return False
    return True
