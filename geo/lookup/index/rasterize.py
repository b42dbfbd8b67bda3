"""Compute the value of every cell: a grid, or a reference to a subraster or to edges."""

from typing import NamedTuple

import numpy as np

from geo.lookup.index.edge_binning import RasterLevel
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import append_exact_cell
from geo.lookup.index.growable_array import GrowableArray, reserve
from geo.lookup.index.jit import jit
from geo.lookup.index.quantize import append_quantized_cell
from geo.lookup.index.quantized_cell import SIZE
from geo.lookup.index.sweep import sweep_east, sweep_north

QUANTIZED, EXACT, SUBRASTER = 0, 1, 2
"""Kinds of reference: to a quantized cell, to an exact cell, or to a subraster."""


class RasterizedLevel(NamedTuple):
    """The cell values of one level, and the arrays that they refer to.

    `cover` and `cover_offsets` are those of the next level (see `RasterLevel`). `invalid_grid` is a
    grid that covers some point a number of times other than 0 or 1, because its shape is invalid;
    NOWHERE if all are valid.
    """

    values: np.ndarray
    exact_cells: GrowableArray
    quantized_cells: GrowableArray
    cover: GrowableArray
    cover_offsets: GrowableArray
    invalid_grid: int


class CellEdges(NamedTuple):
    """The edges of each cell of a level (see `bin_edges`), and when a cell has too many.

    A cell with more than `max_edges` edges becomes a subraster, numbered from `first_subraster`.
    """

    offsets: np.ndarray
    ids: np.ndarray
    vertices: np.ndarray
    max_edges: int
    first_subraster: int


@jit
def encode_reference(kind: int, number: int) -> int:
    """Return the cell value of a reference: less than NOWHERE, with kind and number packed in."""
    return -2 - (number << 2 | kind)


@jit
def reference_kind(value: int) -> int:
    """Return the kind of a reference: QUANTIZED, EXACT or SUBRASTER."""
    return (-2 - value) & 3


@jit
def reference_number(value: int) -> int:
    """Return the number of the quantized cell or subraster, or the offset of the exact cell."""
    return (-2 - value) >> 2


@jit
def rasterize(
    level: RasterLevel,
    edge_offsets: np.ndarray,
    edge_ids: np.ndarray,
    vertices: np.ndarray,
    grid_count: int,
    max_edges: int,
    first_subraster: int,
    exact_cells: GrowableArray,
    quantized_cells: GrowableArray,
) -> RasterizedLevel:
    """Sweep over every raster of the level, row by row, and return the cell values.

    `edge_offsets` and `edge_ids` are the edges of each cell (see `bin_edges`). A cell with more
    than `max_edges` edges becomes a subraster, numbered from `first_subraster`. New exact and
    quantized cells are appended to the arrays passed in.
    """
    columns, rows = level.columns, level.rows
    result = _empty_result(len(edge_offsets) - 1, exact_cells, quantized_cells)
    corner_cover = np.empty((grid_count + 1, 2), np.int32)
    west_cover = np.empty((grid_count + 1, 2), np.int32)
    bins = CellEdges(edge_offsets, edge_ids, vertices, max_edges, first_subraster)
    for r in range(len(level.origins)):
        column, row = level.origins[r]
        west_size = _read_cover(level, r, west_cover)
        for first in range(r * rows * columns, (r + 1) * rows * columns, columns):
            corner_cover[:west_size] = west_cover[:west_size]
            result = _rasterize_row(
                result, level, bins, corner_cover, west_size, first, column, row
            )
            cell_edges = edge_ids[edge_offsets[first] : edge_offsets[first + 1]]
            x = level.transform[0] + column * level.transform[2]
            y = level.transform[1] + row * level.transform[3]
            row += 1
            north = level.transform[1] + row * level.transform[3]
            west_size = sweep_north(west_cover, west_size, cell_edges, vertices, x, y, north)
    return result


@jit
def _rasterize_row(
    result: RasterizedLevel,
    level: RasterLevel,
    bins: CellEdges,
    corner_cover: np.ndarray,
    size: int,
    first: int,
    column: int,
    row: int,
) -> RasterizedLevel:
    """Sweep over the cells of a row from west to east, and return the result with their values.

    `first` is the number of the westmost cell, `column` and `row` are its place in the lattice of
    the level. The first `size` rows of `corner_cover` are the cover of its lower left corner.
    """
    transform = level.transform
    y = transform[1] + row * transform[3]
    for cell in range(first, first + level.columns):
        cell_edges = bins.ids[bins.offsets[cell] : bins.offsets[cell + 1]]
        if len(cell_edges) == 0:
            result.values[cell] = corner_cover[0, 0] if size else NOWHERE
            continue
        x = transform[0] + (column + cell - first) * transform[2]
        east = transform[0] + (column + cell - first + 1) * transform[2]
        subraster = -1
        if len(cell_edges) > bins.max_edges:
            subraster = bins.first_subraster + result.cover_offsets.length - 1
        cover = corner_cover[:size]
        result = _set_reference(
            result, cell, subraster, cell_edges, cover, bins.vertices, x, y, transform
        )
        size = sweep_east(corner_cover, size, cell_edges, bins.vertices, x, y, east)
    return result


@jit
def _empty_result(
    cell_count: int, exact_cells: GrowableArray, quantized_cells: GrowableArray
) -> RasterizedLevel:
    """Return the result of a level before its first row."""
    values = np.empty(cell_count, np.int32)
    cover = GrowableArray(np.empty(1024, np.int32), 0)
    cover_offsets = GrowableArray(np.zeros(1024, np.int32), 1)
    return RasterizedLevel(values, exact_cells, quantized_cells, cover, cover_offsets, NOWHERE)


@jit
def _read_cover(level: RasterLevel, r: int, west_cover: np.ndarray) -> int:
    """Write the cover of the lower left corner of raster r to `west_cover`; return its size."""
    size = 0
    for position in level.cover[level.cover_offsets[r] : level.cover_offsets[r + 1]]:
        west_cover[size, 0], west_cover[size, 1] = position, 1
        size += 1
    return size


@jit
def _set_reference(
    result: RasterizedLevel,
    cell: int,
    subraster: int,
    cell_edges: np.ndarray,
    corner_cover: np.ndarray,
    vertices: np.ndarray,
    x: float,
    y: float,
    transform: np.ndarray,
) -> RasterizedLevel:
    """Make a cell refer to this subraster or, if that is −1, to a new quantized or exact cell."""
    values, exact_cells, quantized_cells, cover, cover_offsets, invalid_grid = result
    for i in range(len(corner_cover)):
        if corner_cover[i, 1] != 1:
            invalid_grid = corner_cover[i, 0]
    positions = corner_cover[:, 0]
    if subraster >= 0:
        values[cell] = encode_reference(SUBRASTER, subraster)
        cover, cover_offsets = _append_cover(cover, cover_offsets, positions)
        return RasterizedLevel(
            values, exact_cells, quantized_cells, cover, cover_offsets, invalid_grid
        )
    exact_offset, quantized_offset = exact_cells.length, quantized_cells.length
    exact_cells = append_exact_cell(exact_cells, cell_edges, positions, vertices, x, y)
    box = (x, y, transform[2], transform[3])
    quantized_cells = append_quantized_cell(
        quantized_cells, exact_offset, exact_cells, cell_edges, vertices, box
    )
    if quantized_cells.length > quantized_offset:
        values[cell] = encode_reference(QUANTIZED, quantized_offset // SIZE)
    else:
        values[cell] = encode_reference(EXACT, exact_offset)
    return RasterizedLevel(values, exact_cells, quantized_cells, cover, cover_offsets, invalid_grid)


@jit
def _append_cover(
    cover: GrowableArray, cover_offsets: GrowableArray, positions: np.ndarray
) -> tuple[GrowableArray, GrowableArray]:
    """Append the grids that cover the lower left corner of a subraster."""
    cover, cover_offsets = reserve(cover, len(positions)), reserve(cover_offsets, 1)
    end = cover.length + len(positions)
    for i in range(len(positions)):
        cover.values[cover.length + i] = positions[i]
    cover_offsets.values[cover_offsets.length] = end
    return GrowableArray(cover.values, end), GrowableArray(
        cover_offsets.values, cover_offsets.length + 1
    )
