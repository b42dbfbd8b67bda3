"""Locate one point in the cell index."""

import numpy as np

from geo.lookup.index.cell_index import SUBDIVISION
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import INSIDE, OUTSIDE, find_in_exact_cell
from geo.lookup.index.jit import jit
from geo.lookup.index.quantized_cell import HEADER, UNDECIDED, find_in_quantized_cell, low_half
from geo.lookup.index.raster_frame import (
    CELL_WIDTH,
    CELLS_PER_X,
    CELLS_PER_Y,
    COLUMNS,
    ROWS,
    SOUTH,
    WEST,
)
from geo.lookup.index.rasterize import QUANTIZED, SUBRASTER, reference_kind, reference_number


@jit
def locate_point(
    cells: np.ndarray,
    quantized_cells: np.ndarray,
    exact_cells: np.ndarray,
    vertices: np.ndarray,
    frame: np.ndarray,
    px: float,
    py: float,
) -> tuple[int, int]:
    """Return the position of the grid of one point, or NOWHERE, and INSIDE, BORDER or OUTSIDE."""
    across = clamp((px - frame[WEST]) * frame[CELLS_PER_X], frame[COLUMNS] - 1.0)
    up = clamp((py - frame[SOUTH]) * frame[CELLS_PER_Y], frame[ROWS] - 1.0)
    value = cells[int(up) * int(frame[COLUMNS]) + int(across)]
    scale = 1.0
    while value < NOWHERE:
        if reference_kind(value) == SUBRASTER:
            scale *= SUBDIVISION
            column, row = (
                int(across * scale) & (SUBDIVISION - 1),
                int(up * scale) & (SUBDIVISION - 1),
            )
            value = cells[(reference_number(value) * SUBDIVISION + row) * SUBDIVISION + column]
            continue
        if reference_kind(value) == QUANTIZED:
            u, v = across * scale, up * scale
            grid = find_in_quantized_cell(
                quantized_cells[reference_number(value)], u - np.floor(u), v - np.floor(v)
            )
            if grid != UNDECIDED:
                return grid, INSIDE if grid != NOWHERE else OUTSIDE
        return find_exactly(quantized_cells, exact_cells, vertices, frame, scale, px, py, value)
    return value, INSIDE if value != NOWHERE else OUTSIDE


@jit
def clamp(value: float, maximum: float) -> float:
    """Return the value clamped to 0..maximum; 0 for NaN."""
    value = value if value > 0.0 else 0.0
    return value if value < maximum else maximum


@jit
def find_exactly(
    quantized_cells: np.ndarray,
    exact_cells: np.ndarray,
    vertices: np.ndarray,
    frame: np.ndarray,
    scale: float,
    px: float,
    py: float,
    value: int,
) -> tuple[int, int]:
    """Return the grid of a point by its exact cell, or NOWHERE, and INSIDE, BORDER or OUTSIDE.

    `value` is the reference of its cell. `scale` is the number of such cells along a root cell.
    """
    offset = reference_number(value)
    if reference_kind(value) == QUANTIZED:
        offset = int(low_half(quantized_cells[offset, HEADER]))
    x = frame[WEST] + np.floor((px - frame[WEST]) * frame[CELLS_PER_X] * scale) * (
        frame[CELL_WIDTH] / scale
    )
    return find_in_exact_cell(exact_cells, offset, vertices, px, py, x)
