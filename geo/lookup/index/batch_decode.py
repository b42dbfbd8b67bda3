"""Read many quantized cells in one pass, so that the processor can overlap fetches and use SIMD."""

from typing import NamedTuple

import numpy as np

from geo.lookup.index.jit import jit
from geo.lookup.index.quantized_cell import (
    EDGES,
    EFFECTS,
    HEADER,
    MAX_EDGES,
    REFERENCE,
    cross_edge,
    high_half,
    int32,
    low_half,
    resolve_weight,
    to_lattice,
    unpack_point,
)

BATCH_SIZE = 512
"""The number of points in a batch."""

WEIGHT, NEAR, PX, PY, RX, GRID, INT32_LENGTH = (row * BATCH_SIZE for row in range(7))
EFFECT_PAIR, FIRST_EDGE, SECOND_EDGE, INT64_LENGTH = (row * BATCH_SIZE for row in range(4))
"""Offsets of the rows in `int32s` and `int64s`. One array for all rows helps loops to vectorize:
separate arrays might overlap."""


class Batch(NamedTuple):
    """Buffers for BATCH_SIZE points.

    `quantized_cells` are the numbers of their quantized cells. `across` and `up` are coordinates in
    cells, of which only the fraction counts. `int32s` and `int64s` hold rows of intermediate
    values; the row GRID holds the results.
    """

    quantized_cells: np.ndarray
    across: np.ndarray
    up: np.ndarray
    int32s: np.ndarray
    int64s: np.ndarray


@jit
def allocate_batch() -> Batch:
    """Return a batch of uninitialized buffers."""
    return Batch(
        np.empty(BATCH_SIZE, np.int32),
        np.empty(BATCH_SIZE),
        np.empty(BATCH_SIZE),
        np.empty(INT32_LENGTH, np.int32),
        np.empty(INT64_LENGTH, np.int64),
    )


@jit
def find_in_quantized_batch(quantized_cells: np.ndarray, batch: Batch, n: int) -> None:
    """Locate the n points of the batch as `find_in_quantized_cell` does; results go to row GRID."""
    cell_ids, across, up, int32s, int64s = batch
    for t in range(n):
        int32s[WEIGHT + t] = high_half(quantized_cells[cell_ids[t], HEADER])
    for t in range(n):
        int32s[PX + t] = to_lattice(across[t] - np.floor(across[t]))
        int32s[PY + t] = to_lattice(up[t] - np.floor(up[t]))
        int32s[NEAR + t] = 0
    for t in range(n):
        int32s[RX + t], _ = unpack_point(quantized_cells[cell_ids[t], REFERENCE])
    for j in range(MAX_EDGES // 2):
        for t in range(n):
            int64s[EFFECT_PAIR + t] = quantized_cells[cell_ids[t], EFFECTS + j]
            int64s[FIRST_EDGE + t] = quantized_cells[cell_ids[t], EDGES + 2 * j]
            int64s[SECOND_EDGE + t] = quantized_cells[cell_ids[t], EDGES + 2 * j + 1]
        _cross_two_edges(int32s, int64s, n)
    for t in range(n):
        int32s[GRID + t] = resolve_weight(int32s[WEIGHT + t], int32s[NEAR + t] != 0)


@jit
def _cross_two_edges(int32s: np.ndarray, int64s: np.ndarray, n: int) -> None:
    """Apply the effects of two edges to the weight of each point."""
    for t in range(n):
        px, py, rx = int32s[PX + t], int32s[PY + t], int32s[RX + t]
        effects = int64s[EFFECT_PAIR + t]
        first_delta, is_near_first = cross_edge(
            int64s[FIRST_EDGE + t], low_half(effects), px, py, rx
        )
        second_delta, is_near_second = cross_edge(
            int64s[SECOND_EDGE + t], high_half(effects), px, py, rx
        )
        int32s[WEIGHT + t] += int32(first_delta + second_delta)
        int32s[NEAR + t] |= int32(is_near_first) | int32(is_near_second)
