"""Find the edges that two grids share, so that each border is stored once."""

import numpy as np

from geo.lookup.index.jit import jit

NO_TWIN, NO_EDGE = -1, -2
EMPTY_SLOT = -1


@jit
def match_twins(
    coords: np.ndarray, offsets: np.ndarray, ring_grid_on_left: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each edge its twin, and whether its grid lies on its left.

    The twin of an edge has the same ends and its grid on the other side; NO_TWIN if there is none.
    An edge has the number of its first vertex. Where no edge starts (at the last vertex of a ring,
    and at repeated vertices) its place holds NO_EDGE. Ring r has the vertices offsets[r] to
    offsets[r + 1], the last equal to the first; ring_grid_on_left[r] is the side of its grid.

    A hash table finds the twins. Most look-ups are avoided: where two edges are twins, the next
    edge of one ring is usually the twin of the adjacent edge of the other.
    """
    twins = np.full(len(coords), NO_EDGE, np.int32)
    grid_on_left = np.zeros(len(coords), np.bool_)
    table = np.full(_hash_table_size(len(coords)), EMPTY_SLOT, np.int32)
    for ring in range(len(ring_grid_on_left)):
        guess = NO_TWIN
        for i in range(offsets[ring], offsets[ring + 1] - 1):
            if coords[i, 0] == coords[i + 1, 0] and coords[i, 1] == coords[i + 1, 1]:
                continue
            grid_on_left[i], twins[i] = ring_grid_on_left[ring], NO_TWIN
            twin = guess
            if guess < 0 or not _are_twins(coords, grid_on_left, twins, i, guess):
                twin = _find_or_insert(coords, grid_on_left, twins, table, i)
            guess = NO_TWIN
            if twin != NO_TWIN:
                twins[i], twins[twin] = twin, i
                is_same_direction = (
                    coords[twin, 0] == coords[i, 0] and coords[twin, 1] == coords[i, 1]
                )
                guess = twin + 1 if is_same_direction else twin - 1
    return twins, grid_on_left


@jit
def _hash_table_size(entries: int) -> int:
    """The smallest power of two that leaves at least a quarter of the table free."""
    size = 16
    while 3 * size < 4 * entries:
        size *= 2
    return size


@jit
def _are_twins(
    coords: np.ndarray, grid_on_left: np.ndarray, twins: np.ndarray, i: int, j: int
) -> bool:
    """Whether edge j has no twin yet, the same ends as edge i, and its grid on the other side."""
    if twins[j] != NO_TWIN or j == i:
        return False
    ax, ay, bx, by = coords[i, 0], coords[i, 1], coords[i + 1, 0], coords[i + 1, 1]
    cx, cy, dx, dy = coords[j, 0], coords[j, 1], coords[j + 1, 0], coords[j + 1, 1]
    if ax == dx and ay == dy and bx == cx and by == cy:
        return bool(grid_on_left[i] == grid_on_left[j])
    if ax == cx and ay == cy and bx == dx and by == dy:
        return bool(grid_on_left[i] != grid_on_left[j])
    return False


@jit
def _find_or_insert(
    coords: np.ndarray, grid_on_left: np.ndarray, twins: np.ndarray, table: np.ndarray, i: int
) -> int:
    """Return the twin of edge i from the hash table; insert i and return NO_TWIN if it has none."""
    x, y = coords[i, 0] + coords[i + 1, 0], coords[i, 1] + coords[i + 1, 1]
    slot = _hash_point(x, y) & (len(table) - 1)
    while table[slot] != EMPTY_SLOT:
        if _are_twins(coords, grid_on_left, twins, i, table[slot]):
            return int(table[slot])
        slot = (slot + 1) & (len(table) - 1)
    table[slot] = i
    return NO_TWIN


@jit
def _hash_point(x: float, y: float) -> int:
    """Hash a point to a non-negative integer by multiplying and shifting its bits."""
    hashed = np.float64(x).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    hashed ^= hashed >> np.uint64(29)
    hashed = (hashed + np.float64(y).view(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    return int((hashed ^ (hashed >> np.uint64(32))) >> np.uint64(1))
