"""Which edges come near which cells: edges sorted into the cells of rasters."""

from math import floor
from typing import NamedTuple

import numpy as np

from geo.lookup.index.growable_array import Tape, make_room
from geo.lookup.index.jit import kernel

REACH = 1e-6
"""How far outside a cell, in cells, an edge still counts as near.

Far more than rounding moves a point or a corner, far less than would bring strangers in.
"""


class Rasters(NamedTuple):
    """Rasters of one shape, cells of one size: the root alone, or the bricks of one level.

    The lower left cell of raster r is `origins[r]` (column, row), counted from the root's; it is
    offered the edges `edges[edges_first[r]:edges_first[r + 1]]`, and the grids that cover its
    lower left corner are `covers[covers_first[r]:covers_first[r + 1]]`. Cells are numbered raster
    by raster, row by row. `step` is the root's lower left corner and the sides of a cell.
    """

    origins: np.ndarray
    columns: int
    rows: int
    edges: np.ndarray
    edges_first: np.ndarray
    covers: np.ndarray
    covers_first: np.ndarray
    step: np.ndarray


@kernel
def spread(rasters: Rasters, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which edges are near which cell: where each cell's list starts, and the lists on end.

    Shape of the first (cells + 1,).
    """
    columns, rows, step = rasters.columns, rasters.rows, rasters.step
    cells, names = Tape(np.empty(1024, np.int32), 0), Tape(np.empty(1024, np.int32), 0)
    for r in range(len(rasters.origins)):
        x = step[0] + rasters.origins[r, 0] * step[2]
        y = step[1] + rasters.origins[r, 1] * step[3]
        for k in range(rasters.edges_first[r], rasters.edges_first[r + 1]):
            e = rasters.edges[k]
            a, b = lines[e], lines[e + 1]
            ax, ay = (a.x - x) / step[2], (a.y - y) / step[3]
            bx, by = (b.x - x) / step[2], (b.y - y) / step[3]
            before = cells.length
            cells = make_room(cells, 4 * (columns + rows) + 16)
            cells = _touch(cells, ax, ay, bx, by, columns, rows, r * columns * rows)
            names = make_room(names, cells.length - before)
            for i in range(before, cells.length):
                names.numbers[i] = e
            names = Tape(names.numbers, cells.length)
    count = len(rasters.origins) * columns * rows
    return _sort(cells.numbers[: cells.length], names.numbers[: names.length], count)


@kernel
def _touch(
    cells: Tape, ax: float, ay: float, bx: float, by: float, columns: int, rows: int, base: int
) -> Tape:
    """Note the cells near the edge from a to b, both in cells: their numbers, from `base` on.

    Row by row, the stretch of the edge within the row and its reach.
    """
    n = cells.length
    west, east = min(ax, bx), max(ax, bx)
    south, north = min(ay, by), max(ay, by)
    for row in range(max(0, floor(south - REACH)), min(rows - 1, floor(north + REACH)) + 1):
        low, high = west, east
        if ay != by:
            slope = (bx - ax) / (by - ay)
            one = ax + (max(south, row - REACH) - ay) * slope
            two = ax + (min(north, row + 1 + REACH) - ay) * slope
            low, high = max(west, min(one, two)), min(east, max(one, two))
        for column in range(max(0, floor(low - REACH)), min(columns - 1, floor(high + REACH)) + 1):
            cells.numbers[n] = base + row * columns + column
            n += 1
    return Tape(cells.numbers, n)


@kernel
def _sort(cells: np.ndarray, names: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Bring the names into the order of their cells; return where each cell starts, and them."""
    starts = np.zeros(count + 2, np.int32)
    for cell in cells:
        starts[cell + 2] += 1
    for cell in range(count):
        starts[cell + 2] += starts[cell + 1]
    ordered = np.empty(len(names), np.int32)
    for i in range(len(cells)):
        ordered[starts[cells[i] + 1]] = names[i]
        starts[cells[i] + 1] += 1
    return starts[: count + 1].copy(), ordered
