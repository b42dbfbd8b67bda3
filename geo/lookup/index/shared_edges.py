"""Find the edges that two grids share, so that each stretch of border is kept once."""

import numpy as np

from geo.lookup.index.jit import kernel

ALONE, NO_EDGE = -1, -2
EMPTY = -1


@kernel
def match(
    corners: np.ndarray, first: np.ndarray, inner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each edge, the one with the same ends and its grid on the other side, or ALONE.

    Also whether its grid lies on its left. An edge has the number of its first corner; a corner
    that starts none is NO_EDGE. Ring r's corners are first[r] to first[r + 1], the last like the
    first, and inner[r] says whether its grid lies on the left.

    A hash table finds the mates; most often it is not even asked, as the neighbour of a mated edge
    is mated to the neighbour of its mate.
    """
    mates = np.full(len(corners), NO_EDGE, np.int32)
    leftward = np.zeros(len(corners), np.bool_)
    table = np.full(_table_size(len(corners)), EMPTY, np.int32)
    for ring in range(len(inner)):
        guess = ALONE
        for i in range(first[ring], first[ring + 1] - 1):
            if corners[i, 0] == corners[i + 1, 0] and corners[i, 1] == corners[i + 1, 1]:
                continue
            leftward[i], mates[i] = inner[ring], ALONE
            mate = guess
            if guess < 0 or not _are_mates(corners, leftward, mates, i, guess):
                mate = _look_up(corners, leftward, mates, table, i)
            guess = ALONE
            if mate != ALONE:
                mates[i], mates[mate] = mate, i
                same = corners[mate, 0] == corners[i, 0] and corners[mate, 1] == corners[i, 1]
                guess = mate + 1 if same else mate - 1
    return mates, leftward


@kernel
def _table_size(entries: int) -> int:
    """A power of two with at least a quarter left free."""
    size = 16
    while 3 * size < 4 * entries:
        size *= 2
    return size


@kernel
def _are_mates(
    corners: np.ndarray, leftward: np.ndarray, mates: np.ndarray, i: int, j: int
) -> bool:
    """Whether edge j, not yet taken, has the ends of edge i and its grid on the other side."""
    if mates[j] != ALONE or j == i:
        return False
    ax, ay, bx, by = corners[i, 0], corners[i, 1], corners[i + 1, 0], corners[i + 1, 1]
    cx, cy, dx, dy = corners[j, 0], corners[j, 1], corners[j + 1, 0], corners[j + 1, 1]
    if ax == dx and ay == dy and bx == cx and by == cy:
        return bool(leftward[i] == leftward[j])
    if ax == cx and ay == cy and bx == dx and by == dy:
        return bool(leftward[i] != leftward[j])
    return False


@kernel
def _look_up(
    corners: np.ndarray, leftward: np.ndarray, mates: np.ndarray, table: np.ndarray, i: int
) -> int:
    """The mate of edge i in the table, or ALONE after entering i there."""
    x, y = corners[i, 0] + corners[i + 1, 0], corners[i, 1] + corners[i + 1, 1]
    slot = _scatter(x, y) & (len(table) - 1)
    while table[slot] != EMPTY:
        if _are_mates(corners, leftward, mates, i, table[slot]):
            return int(table[slot])
        slot = (slot + 1) & (len(table) - 1)
    table[slot] = i
    return ALONE


@kernel
def _scatter(x: float, y: float) -> int:
    """A number that hardly any two places share: multiply and shift."""
    mixed = np.float64(x).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed = (mixed + np.float64(y).view(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    return int((mixed ^ (mixed >> np.uint64(32))) >> np.uint64(1))
