"""Read many sketches side by side: the processor fetches and computes several at once."""

from typing import NamedTuple

import numpy as np

from geo.lookup.index.jit import kernel
from geo.lookup.index.quantized_cell import (
    EDGES,
    HEAD,
    MEANINGS,
    MOST_EDGES,
    REFERENCE,
    answer,
    cross,
    high,
    int32,
    low,
    on_lattice,
    reference,
)

DESK = 512
"""How many sketches are read together."""

SUM, NEAR, PX, PY, RX, ANSWER, NUMBERS = (row * DESK for row in range(7))
MEANING, ONE_EDGE, OTHER_EDGE, PAIRS = (row * DESK for row in range(4))
"""Where each row begins on a desk; in one array each, so that rows cannot overlap."""


class Desk(NamedTuple):
    """Room for DESK points: which sketches, where in their cells, and rows to compute in."""

    sketches: np.ndarray
    across: np.ndarray
    up: np.ndarray
    numbers: np.ndarray
    pairs: np.ndarray


@kernel
def clear_desk() -> Desk:
    """Return a desk."""
    return Desk(
        np.empty(DESK, np.int32),
        np.empty(DESK),
        np.empty(DESK),
        np.empty(NUMBERS, np.int32),
        np.empty(PAIRS, np.int64),
    )


@kernel
def read_sketches(sketches: np.ndarray, desk: Desk, n: int) -> None:
    """Write the answers for the n points on the desk, as `read_sketch`.

    Places are counted in cells, from any corner.
    """
    which, across, up, rows, pairs = desk
    for t in range(n):
        rows[SUM + t] = high(sketches[which[t], HEAD])
    for t in range(n):
        rows[PX + t] = on_lattice(across[t] - np.floor(across[t]))
        rows[PY + t] = on_lattice(up[t] - np.floor(up[t]))
        rows[NEAR + t] = 0
    for t in range(n):
        rows[RX + t], _ = reference(sketches[which[t], REFERENCE])
    for j in range(MOST_EDGES // 2):
        for t in range(n):
            pairs[MEANING + t] = sketches[which[t], MEANINGS + j]
            pairs[ONE_EDGE + t] = sketches[which[t], EDGES + 2 * j]
            pairs[OTHER_EDGE + t] = sketches[which[t], EDGES + 2 * j + 1]
        _cross_two(rows, pairs, n)
    for t in range(n):
        rows[ANSWER + t] = answer(rows[SUM + t], rows[NEAR + t] != 0)


@kernel
def _cross_two(rows: np.ndarray, pairs: np.ndarray, n: int) -> None:
    """Cross two edges on the way to each point."""
    for t in range(n):
        px, py, rx, meanings = rows[PX + t], rows[PY + t], rows[RX + t], pairs[MEANING + t]
        one, near_one = cross(pairs[ONE_EDGE + t], low(meanings), px, py, rx)
        two, near_two = cross(pairs[OTHER_EDGE + t], high(meanings), px, py, rx)
        rows[SUM + t] += int32(one + two)
        rows[NEAR + t] |= int32(near_one) | int32(near_two)
