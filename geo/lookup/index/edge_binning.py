"""Sort edges into the raster cells that they touch."""

from math import floor
from typing import NamedTuple

import numpy as np

from geo.lookup.index.growable_array import GrowableArray, reserve
from geo.lookup.index.jit import jit

CELL_MARGIN = 1e-6
"""How far outside a cell an edge still belongs to it, as a fraction of the cell.

Far more than rounding can move a point or a vertex, yet too little to collect edges needlessly.
"""


class RasterLevel(NamedTuple):
    """Rasters of one depth, all of the same shape: the root raster, or the subrasters of a depth.

    `origins[r]` is the (column, row) of the lower left cell of raster r, counted in cells of this
    depth from the lower left corner of the root raster. Its edges are among
    `candidate_edges[candidate_offsets[r]:candidate_offsets[r + 1]]`. The grids that cover its lower
    left corner are `cover[cover_offsets[r]:cover_offsets[r + 1]]`. Cells are numbered raster by
    raster, row by row. `transform` is (x, y, cell width, cell height), with x and y the lower left
    corner of the root raster.
    """

    origins: np.ndarray
    columns: int
    rows: int
    candidate_edges: np.ndarray
    candidate_offsets: np.ndarray
    cover: np.ndarray
    cover_offsets: np.ndarray
    transform: np.ndarray


@jit
def bin_edges(level: RasterLevel, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of each cell as (offsets, edge ids).

    The edges of cell c are `edge_ids[offsets[c]:offsets[c + 1]]`; `offsets` has (cells + 1) values.
    """
    columns, rows, transform = level.columns, level.rows, level.transform
    cell_ids = GrowableArray(np.empty(1024, np.int32), 0)
    edge_ids = GrowableArray(np.empty(1024, np.int32), 0)
    for r in range(len(level.origins)):
        x = transform[0] + level.origins[r, 0] * transform[2]
        y = transform[1] + level.origins[r, 1] * transform[3]
        for k in range(level.candidate_offsets[r], level.candidate_offsets[r + 1]):
            e = level.candidate_edges[k]
            a, b = vertices[e], vertices[e + 1]
            ax, ay = (a.x - x) / transform[2], (a.y - y) / transform[3]
            bx, by = (b.x - x) / transform[2], (b.y - y) / transform[3]
            length_before = cell_ids.length
            cell_ids = reserve(cell_ids, 4 * (columns + rows) + 16)
            cell_ids = _append_touched_cells(
                cell_ids, ax, ay, bx, by, columns, rows, r * columns * rows
            )
            edge_ids = reserve(edge_ids, cell_ids.length - length_before)
            for i in range(length_before, cell_ids.length):
                edge_ids.values[i] = e
            edge_ids = GrowableArray(edge_ids.values, cell_ids.length)
    count = len(level.origins) * columns * rows
    return _group_by_cell(
        cell_ids.values[: cell_ids.length], edge_ids.values[: edge_ids.length], count
    )


@jit
def _append_touched_cells(
    cell_ids: GrowableArray,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    columns: int,
    rows: int,
    first_cell: int,
) -> GrowableArray:
    """Append the numbers of the cells that the edge from a to b touches.

    a and b are in cells from the lower left corner of the raster, whose first cell is `first_cell`.
    Each row gets the columns that the edge passes through inside that row, widened by CELL_MARGIN.
    """
    n = cell_ids.length
    west, east = min(ax, bx), max(ax, bx)
    south, north = min(ay, by), max(ay, by)
    first_row = max(0, floor(south - CELL_MARGIN))
    last_row = min(rows - 1, floor(north + CELL_MARGIN))
    for row in range(first_row, last_row + 1):
        low, high = west, east
        if ay != by:
            slope = (bx - ax) / (by - ay)
            x_at_south = ax + (max(south, row - CELL_MARGIN) - ay) * slope
            x_at_north = ax + (min(north, row + 1 + CELL_MARGIN) - ay) * slope
            low = max(west, min(x_at_south, x_at_north))
            high = min(east, max(x_at_south, x_at_north))
        first_column = max(0, floor(low - CELL_MARGIN))
        last_column = min(columns - 1, floor(high + CELL_MARGIN))
        for column in range(first_column, last_column + 1):
            cell_ids.values[n] = first_cell + row * columns + column
            n += 1
    return GrowableArray(cell_ids.values, n)


@jit
def _group_by_cell(
    cell_ids: np.ndarray, edge_ids: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sort the edge ids by cell (a counting sort); return the offset of each cell and the ids."""
    offsets = np.zeros(count + 2, np.int32)
    for cell in cell_ids:
        offsets[cell + 2] += 1
    for cell in range(count):
        offsets[cell + 2] += offsets[cell + 1]
    grouped = np.empty(len(edge_ids), np.int32)
    for i in range(len(cell_ids)):
        grouped[offsets[cell_ids[i] + 1]] = edge_ids[i]
        offsets[cell_ids[i] + 1] += 1
    return offsets[: count + 1].copy(), grouped
