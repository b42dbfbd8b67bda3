"""Write quantized cells (see `quantized_cell` for the format)."""

import numpy as np

from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import sum_covering_grids
from geo.lookup.index.growable_array import GrowableArray, reserve
from geo.lookup.index.jit import jit
from geo.lookup.index.quantized_cell import (
    EDGES,
    EFFECTS,
    HEADER,
    LATTICE_SIZE,
    MAX_EDGES,
    MIN_DISTANCE,
    REFERENCE,
    SIZE,
    WEIGHT_BASE,
    high_half,
    low_half,
    pack_pair,
    unpack_point,
    unpack_vertex,
)

ABSENT_EDGE = (12287 << 16 | 12287, 12286 << 16 | 12287)
"""The vertices of the edges that fill unused places: too far away for any path to cross."""

MAX_OVERLAP = 32
"""Most grids that may cover the reference point; the sum of more weights could overflow."""


@jit
def append_quantized_cell(
    quantized_cells: GrowableArray,
    exact_offset: int,
    exact_cells: GrowableArray,
    edge_ids: np.ndarray,
    vertices: np.ndarray,
    cell: tuple[float, float, float, float],
) -> GrowableArray:
    """Append the quantized cell of a cell (x, y, width, height), if there can be one.

    There is none if the cell has too many edges or an edge shorter than the lattice spacing, if too
    many grids overlap, or if no point of the cell is far enough from every edge.
    """
    if len(edge_ids) > MAX_EDGES:
        return quantized_cells
    quantized_cells = reserve(quantized_cells, SIZE)
    quantized = quantized_cells.values[quantized_cells.length : quantized_cells.length + SIZE]
    if not _quantize_edges(quantized, edge_ids, vertices, cell):
        return quantized_cells
    reference = _find_reference(quantized)
    rx, ry = unpack_point(reference)
    px = cell[0] + rx / (2 * LATTICE_SIZE) * cell[2]
    py = cell[1] + ry / (2 * LATTICE_SIZE) * cell[3]
    position_sum, count, _ = sum_covering_grids(
        exact_cells.values, exact_offset, vertices, px, py, cell[0]
    )
    if reference < 0 or count > MAX_OVERLAP:
        return quantized_cells
    quantized[HEADER] = pack_pair(exact_offset, position_sum + count * WEIGHT_BASE)
    quantized[REFERENCE] = reference
    for j in range(0, MAX_EDGES, 2):
        effect = _pack_effect(quantized, j, edge_ids, vertices)
        next_effect = _pack_effect(quantized, j + 1, edge_ids, vertices)
        quantized[EFFECTS + j // 2] = pack_pair(effect, next_effect)
    return GrowableArray(quantized_cells.values, quantized_cells.length + SIZE)


@jit
def _quantize_edges(
    quantized: np.ndarray,
    edge_ids: np.ndarray,
    vertices: np.ndarray,
    cell: tuple[float, float, float, float],
) -> bool:
    """Write the vertices of all edges. Return whether every edge is long enough."""
    for j in range(MAX_EDGES):
        a, b = ABSENT_EDGE
        if j < len(edge_ids):
            e = edge_ids[j]
            a, b = _quantize_edge(
                vertices[e].x, vertices[e].y, vertices[e + 1].x, vertices[e + 1].y, cell
            )
        if a == b:
            return False
        quantized[EDGES + j] = pack_pair(a, b)
    return True


@jit
def _quantize_edge(
    ax: float, ay: float, bx: float, by: float, cell: tuple[float, float, float, float]
) -> tuple[int, int]:
    """The two vertices of an edge on the lattice, clipped half a cell outside the cell."""
    x, y, width, height = cell
    ax, ay, bx, by = (ax - x) / width, (ay - y) / height, (bx - x) / width, (by - y) / height
    start, end = _clip(ax, bx - ax, 0.0, 1.0)
    start, end = _clip(ay, by - ay, start, end)
    return (
        _pack_vertex(ax + start * (bx - ax), ay + start * (by - ay)),
        _pack_vertex(ax + end * (bx - ax), ay + end * (by - ay)),
    )


@jit
def _clip(at: float, step: float, start: float, end: float) -> tuple[float, float]:
    """The part of the interval start..end of t in which −0.5 ≤ at + t·step ≤ 1.5."""
    if step == 0.0:
        return start, end
    enter, leave = (-0.5 - at) / step, (1.5 - at) / step
    if enter > leave:
        enter, leave = leave, enter
    return max(start, enter), min(end, leave)


@jit
def _pack_vertex(across: float, up: float) -> int:
    return int(np.rint(up * LATTICE_SIZE)) << 16 | (int(np.rint(across * LATTICE_SIZE)) & 0xFFFF)


@jit
def _pack_effect(quantized: np.ndarray, j: int, edge_ids: np.ndarray, vertices: np.ndarray) -> int:
    """The packed effect of crossing quantized edge j on a path from the reference point."""
    if j >= len(edge_ids):
        return 0
    rx, ry = unpack_point(quantized[REFERENCE])
    ax, ay = unpack_vertex(low_half(quantized[EDGES + j]))
    bx, by = unpack_vertex(high_half(quantized[EDGES + j]))
    is_left = int((bx - ax) * (ry - ay) - (by - ay) * (rx - ax) > 0)
    crosses_meridian = int((ax > rx) != (bx > rx))
    vertex = vertices[edge_ids[j]]
    return (_weight(vertex.left) - _weight(vertex.right)) << 2 | crosses_meridian << 1 | is_left


@jit
def _weight(position: int) -> int:
    return position + WEIGHT_BASE if position != NOWHERE else 0


@jit
def _find_reference(quantized: np.ndarray) -> int:
    """A point far enough from every quantized edge, packed in 26 bits, or −1 if none is found."""
    for i in range(5):
        for j in range(5):
            reference = (i * (LATTICE_SIZE - 1) // 4) << 13 | (j * (LATTICE_SIZE - 1) // 4)
            if _is_clear(quantized, reference):
                return reference
    return -1


@jit
def _is_clear(quantized: np.ndarray, reference: int) -> bool:
    rx, ry = unpack_point(reference)
    for j in range(MAX_EDGES):
        ax, ay = unpack_vertex(low_half(quantized[EDGES + j]))
        bx, by = unpack_vertex(high_half(quantized[EDGES + j]))
        dx, dy = bx - ax, by - ay
        if abs(dx * (ry - ay) - dy * (rx - ax)) <= MIN_DISTANCE * (abs(dx) + abs(dy)):
            return False
    return True
