"""Quantized cells: fast point location from up to four edges, rounded to small integers.

The edges of a cell are rounded to a lattice of 8192 × 8192 units. The cell stores which grids cover
a reference point. To locate another point, `find_in_quantized_cell` follows a path from the
reference point and updates the covering grids at every edge that it crosses. Rounding moves an edge
by less than 0.75 units, and the point by less than 0.75 units. So a point more than 2 units from
every rounded edge lies on the same side of the true edges. Nearer points are UNDECIDED; the exact
cell decides them.

The covering grids are stored as the sum of their weights. The weight of a grid is its position plus
WEIGHT_BASE, so the sum gives the number of grids that cover a point and, if it is one, which.

Format: eight pairs of 32-bit integers, which fill one cache line of 64 bytes.

| pairs | contents |
|---|---|
| HEADER | offset of the exact cell; sum of weights of the grids that cover the reference point |
| REFERENCE | reference point, 13 bits for each coordinate |
| EFFECTS | four effects, one for each edge |
| EDGES | four edges, each with two vertices, 16 bits for each coordinate |

Coordinates are in half units: even for vertices and odd for points, so that no point is level with
a vertex. All products fit into 32 bits.

The path runs north or south from the reference point to the latitude of the point (the turn), then
east or west. An effect packs three values: the weight of the grid on the left of the edge less the
weight of the grid on its right; one bit for whether the edge crosses the meridian of the
reference point; and one bit for whether the reference point lies on the left of the edge.
"""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.jit import jit

int32 = np.int32

SIZE = 8
HEADER, REFERENCE, EFFECTS, EDGES = 0, 1, 2, 4
"""Indexes of the pairs in a quantized cell; SIZE is their number."""

MAX_EDGES = 4
"""Most edges in a quantized cell."""

LATTICE_SIZE = 8192
"""Lattice units along the side of a cell."""

MIN_DISTANCE = 4
"""Points this near to an edge, in half units, are undecided."""

WEIGHT_BASE = 2**24
"""The weight of a grid is its position plus this; an index has at most this many grids."""

UNDECIDED = -3
"""The result for a point that only the exact cell can locate."""


@jit
def find_in_quantized_cell(quantized: np.ndarray, across: float, up: float) -> int:
    """Return the position of the grid at a point, NOWHERE or UNDECIDED.

    `across` and `up` are the coordinates of the point in the cell, in [0, 1).
    """
    px, py = to_lattice(across), to_lattice(up)
    rx, _ = unpack_point(quantized[REFERENCE])
    weight, is_near = int(high_half(quantized[HEADER])), False
    for j in range(MAX_EDGES):
        effects = quantized[EFFECTS + j // 2]
        effect = high_half(effects) if j % 2 else low_half(effects)
        delta, is_edge_near = cross_edge(quantized[EDGES + j], effect, px, py, rx)
        weight += int(delta)
        is_near |= bool(is_edge_near)
    return resolve_weight(weight, is_near)


@jit
def pack_pair(first: int, second: int) -> int:
    """Pack two 32-bit integers into one 64-bit integer."""
    return second << 32 | (first & 0xFFFFFFFF)


@jit
def low_half(pair: int) -> np.int32:
    """Return the first integer of a pair."""
    return int32(pair)


@jit
def high_half(pair: int) -> np.int32:
    """Return the second integer of a pair."""
    return int32(pair >> 32)


@jit
def to_lattice(fraction: float) -> np.int32:
    """Return a coordinate in [0, 1) in half units: an odd number."""
    return int32(2 * int32(fraction * LATTICE_SIZE) + 1)


@jit
def unpack_vertex(packed: np.int32) -> tuple[np.int32, np.int32]:
    """Return the coordinates of a packed vertex in half units."""
    return int32(int32(packed << 16) >> 15), int32(int32(packed >> 16) << 1)


@jit
def unpack_point(packed: int) -> tuple[np.int32, np.int32]:
    """Return the coordinates of a packed reference point in half units."""
    return int32(2 * (packed >> 13) + 1), int32(2 * (packed & (LATTICE_SIZE - 1)) + 1)


@jit
def cross_edge(
    edge: int, effect: np.int32, px: np.int32, py: np.int32, rx: np.int32
) -> tuple[np.int32, np.bool_]:
    """Return by how much the sum of weights changes where the path to p crosses an edge (0 if it
    does not), and whether p is near the edge. rx is the first coordinate of the reference point.
    """
    ax, ay = unpack_vertex(low_half(edge))
    bx, by = unpack_vertex(high_half(edge))
    dx, dy = int32(bx - ax), int32(by - ay)
    level_term = int32(dx * int32(py - ay))
    side_at_point = int32(level_term - int32(dy * int32(px - ax)))
    side_at_turn = int32(level_term - int32(dy * int32(rx - ax)))
    is_near = int32(abs(side_at_point)) <= int32(
        MIN_DISTANCE * int32(int32(abs(dx)) + int32(abs(dy)))
    )
    is_left, is_left_at_turn = int32(side_at_point > 0), int32(side_at_turn > 0)
    crosses_level = int32((ay > py) != (by > py))
    crosses_meridian, is_left_at_start = (effect >> 1) & 1, effect & 1
    crossing = int32(
        crosses_level * (is_left - is_left_at_turn)
        + crosses_meridian * (is_left_at_turn - is_left_at_start)
    )
    return int32(crossing * int32(effect >> 2)), is_near


@jit
def resolve_weight(weight: int | np.int32, is_near: bool | np.bool_) -> int:
    """Return the grid with this sum of weights; UNDECIDED for near points and overlapping grids."""
    grid = int(weight) - WEIGHT_BASE if weight >= WEIGHT_BASE else NOWHERE
    return UNDECIDED if is_near or weight >= 2 * WEIGHT_BASE else grid
