"""Locate many points in the cell index, block by block."""

import numpy as np

from geo.lookup.index.batch_decode import (
    BATCH_SIZE,
    GRID,
    Batch,
    allocate_batch,
    find_in_quantized_batch,
)
from geo.lookup.index.cell_index import SUBDIVISION
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.jit import jit
from geo.lookup.index.quantized_cell import UNDECIDED
from geo.lookup.index.raster_frame import CELLS_PER_X, CELLS_PER_Y, COLUMNS, ROWS, SOUTH, WEST
from geo.lookup.index.rasterize import EXACT, QUANTIZED, SUBRASTER, reference_kind, reference_number
from geo.lookup.index.single_lookup import clamp, find_exactly

BLOCK_SIZE = 4096
"""Points that go through each step together, so that the processor can overlap memory reads."""


@jit
def assign_points(
    cells: np.ndarray,
    quantized_cells: np.ndarray,
    exact_cells: np.ndarray,
    vertices: np.ndarray,
    frame: np.ndarray,
    points: np.ndarray,
    positions: np.ndarray,
) -> None:
    """Write the position of the grid of each point, or NOWHERE, to `positions`.

    Reads the root cells of a block, then resolves the points whose cell holds a reference.
    `scale` is the number of cells along a root cell at the current depth.
    """
    point_ids = np.empty(BLOCK_SIZE + 1, np.int32)
    in_quantized, in_exact, in_subrasters = point_ids.copy(), point_ids.copy(), point_ids.copy()
    batch = allocate_batch()
    for start in range(0, len(points), BLOCK_SIZE):
        block, values = points[start : start + BLOCK_SIZE], positions[start : start + BLOCK_SIZE]
        _read_root(cells, frame, block, values)
        n = _list_unresolved(values, point_ids)
        scale = 1.0
        while n:
            k, m, n = _group_by_kind(values, point_ids, n, in_quantized, in_exact, in_subrasters)
            k = _resolve_quantized(
                quantized_cells, frame, scale, block, values, in_quantized, k, batch
            )
            _resolve_exact(
                quantized_cells, exact_cells, vertices, frame, scale, block, values, in_quantized, k
            )
            _resolve_exact(
                quantized_cells, exact_cells, vertices, frame, scale, block, values, in_exact, m
            )
            scale *= SUBDIVISION
            n = _read_subrasters(cells, frame, scale, block, values, in_subrasters, n, point_ids)


@jit
def _read_root(
    cells: np.ndarray, frame: np.ndarray, points: np.ndarray, values: np.ndarray
) -> None:
    """Read the root cells. Points outside the frame and NaN read an empty border cell."""
    columns = int(frame[COLUMNS])
    east, north = frame[COLUMNS] - 1.0, frame[ROWS] - 1.0
    for i in range(len(points)):
        across = clamp((points[i, 0] - frame[WEST]) * frame[CELLS_PER_X], east)
        up = clamp((points[i, 1] - frame[SOUTH]) * frame[CELLS_PER_Y], north)
        values[i] = cells[int(up) * columns + int(across)]


@jit
def _list_unresolved(values: np.ndarray, point_ids: np.ndarray) -> int:
    """List the points whose cell value is a reference; return their number."""
    n = 0
    for i in range(len(values)):
        point_ids[n] = i
        n += int(values[i] < NOWHERE)
    return n


@jit
def _group_by_kind(
    values: np.ndarray,
    point_ids: np.ndarray,
    n: int,
    in_quantized: np.ndarray,
    in_exact: np.ndarray,
    in_subrasters: np.ndarray,
) -> tuple[int, int, int]:
    """List the points by kind of reference; return the number of each kind."""
    a, b, c = 0, 0, 0
    for t in range(n):
        i = point_ids[t]
        kind = reference_kind(values[i])
        in_quantized[a], in_exact[b], in_subrasters[c] = i, i, i
        a, b, c = a + int(kind == QUANTIZED), b + int(kind == EXACT), c + int(kind == SUBRASTER)
    return a, b, c


@jit
def _read_subrasters(
    cells: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    in_subrasters: np.ndarray,
    k: int,
    point_ids: np.ndarray,
) -> int:
    """Read the cells of the subrasters; list the points whose value is again a reference."""
    for t in range(k):
        i = in_subrasters[t]
        column = int((points[i, 0] - frame[WEST]) * frame[CELLS_PER_X] * scale) & (SUBDIVISION - 1)
        row = int((points[i, 1] - frame[SOUTH]) * frame[CELLS_PER_Y] * scale) & (SUBDIVISION - 1)
        point_ids[t] = (reference_number(values[i]) * SUBDIVISION + row) * SUBDIVISION + column
    for t in range(k):
        values[in_subrasters[t]] = cells[point_ids[t]]
    n = 0
    for t in range(k):
        point_ids[n] = in_subrasters[t]
        n += int(values[in_subrasters[t]] < NOWHERE)
    return n


@jit
def _resolve_quantized(
    quantized_cells: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    in_quantized: np.ndarray,
    k: int,
    batch: Batch,
) -> int:
    """Look up the quantized cells in batches; list the undecided points and return their number."""
    n = 0
    for start in range(0, k, BATCH_SIZE):
        subset = in_quantized[start : min(k, start + BATCH_SIZE)]
        for t in range(len(subset)):
            i = subset[t]
            batch.quantized_cells[t] = reference_number(values[i])
            batch.across[t] = (points[i, 0] - frame[WEST]) * frame[CELLS_PER_X] * scale
            batch.up[t] = (points[i, 1] - frame[SOUTH]) * frame[CELLS_PER_Y] * scale
        find_in_quantized_batch(quantized_cells, batch, len(subset))
        for t in range(len(subset)):
            i, grid = subset[t], batch.int32s[GRID + t]
            values[i] = values[i] if grid == UNDECIDED else grid
            in_quantized[n] = i
            n += int(grid == UNDECIDED)
    return n


@jit
def _resolve_exact(
    quantized_cells: np.ndarray,
    exact_cells: np.ndarray,
    vertices: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    subset: np.ndarray,
    k: int,
) -> None:
    """Look up the exact cells of k points."""
    for t in range(k):
        i = subset[t]
        values[i], _ = find_exactly(
            quantized_cells,
            exact_cells,
            vertices,
            frame,
            scale,
            points[i, 0],
            points[i, 1],
            values[i],
        )
