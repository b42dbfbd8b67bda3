"""Take grids apart into directed edges that know the grid on either side."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.lookup.index.jit import kernel
from geo.lookup.index.predicates import LEFT, side
from geo.lookup.index.shared_edges import ALONE, NO_EDGE, match

NOWHERE = -1
"""The position of ground, or of a point, that no grid covers."""

END = -2
"""Both sides of a slot that only ends a chain: no edge starts there."""

LINE = np.dtype([("x", "f8"), ("y", "f8"), ("left", "i4"), ("right", "i4")])
"""A corner, and the grids to the left and right of the edge from it to the next one."""

POLYGON, MULTIPOLYGON = 3, 6
MOST_CORNERS = 2**29
TINY, HUGE = 1e-220, 1e30


class UnusableGrid(Invalid):
    """A grid's shape cannot be put into an index."""

    code = "unusable_grid"


@dataclass(frozen=True, eq=False)
class Edges:
    """The borders of m grids, each stretch once, as chains of corners.

    Edge e runs from corner e of `lines` to corner e + 1. A slot whose sides are END starts no
    edge. Grid g's borders are the slots `own[g]` to `own[g + 1]` and, where another grid has them
    already, those numbered in `lent[lent_first[g]:lent_first[g + 1]]`.
    """

    lines: NDArray[np.void]
    own: NDArray[np.int64]
    lent: NDArray[np.int32]
    lent_first: NDArray[np.int64]

    @property
    def numbers(self) -> NDArray[np.int32]:
        """The numbers of the slots that start an edge."""
        return np.flatnonzero(self.lines["left"] != END).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Rings:
    """The closed rings of m grids: corners, where each ring starts, whose it is, shell or hole."""

    corners: NDArray[np.float64]
    first: NDArray[np.int64]
    grid: NDArray[np.int32]
    shell: NDArray[np.bool_]


def take_apart(grids: NDArray[np.object_]) -> Edges:
    """Return the edges of m polygons or multipolygons; None and empty ones have none.

    Two edges with the same ends and their grids on opposite sides become one edge. Rings may run
    either way. Raises UnusableGrid for other kinds of geometry and for corners that are not
    numbers, or too small or large to compute with exactly.
    """
    rings = _rings(grids)
    inner = _inner_sides(rings.corners, rings.first, rings.shell)
    mates, leftward = match(rings.corners, rings.first, inner)
    owners = np.repeat(rings.grid, np.diff(rings.first))
    room, borrowed = _room(mates)
    edges = Edges(
        lines=np.empty(room, LINE),
        own=np.zeros(len(grids) + 1, np.int64),
        lent=np.empty(borrowed, np.int32),
        lent_first=np.zeros(len(grids) + 1, np.int64),
    )
    _chain(
        rings.corners, owners, leftward, mates, edges.lines, edges.own, edges.lent, edges.lent_first
    )
    return edges


def _rings(grids: NDArray[np.object_]) -> Rings:
    kinds = shapely.get_type_id(grids)
    strange = np.flatnonzero(~np.isin(kinds, (-1, POLYGON, MULTIPOLYGON)))
    if len(strange):
        raise UnusableGrid(
            f"Grid {strange[0]} is a {grids[strange[0]].geom_type}, not a polygon.",
            hint="Give polygons or multipolygons only.",
        )
    parts, part_grid = shapely.get_parts(grids, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    corners = shapely.get_coordinates(rings)
    corners += 0.0  # −0.0 becomes 0.0, so that equal coordinates have equal bits
    first = np.zeros(len(rings) + 1, np.int64)
    np.cumsum(shapely.get_num_coordinates(rings), out=first[1:])
    grid = part_grid[ring_part].astype(np.int32)
    _check(corners, first, grid)
    return Rings(corners, first, grid, np.diff(ring_part, prepend=-1) != 0)


def _check(corners: NDArray[np.float64], first: NDArray[np.int64], grid: NDArray[np.int32]) -> None:
    if len(corners) > MOST_CORNERS:
        raise UnusableGrid(
            f"The grids have {len(corners):,} corners; an index holds {MOST_CORNERS:,}.",
            hint="Simplify the borders, or index the ground in parts.",
        )
    strange = _strange(corners)
    if strange < 0:
        return
    ring = int(np.searchsorted(first, strange, side="right")) - 1
    x, y = corners[strange].tolist()
    raise UnusableGrid(
        f"Grid {grid[ring]} has a corner at ({x}, {y}).",
        hint=f"Corners must be finite, each coordinate 0 or between {TINY} and {HUGE} in size.",
    )


@kernel
def _strange(corners: np.ndarray) -> int:
    """The number of the first corner that cannot be computed with exactly, or −1."""
    for i in range(len(corners)):
        for axis in range(2):
            size = abs(corners[i, axis])
            if not (size == 0.0 or TINY <= size <= HUGE):
                return i
    return -1


@kernel
def _inner_sides(corners: np.ndarray, first: np.ndarray, shell: np.ndarray) -> np.ndarray:
    """For each ring, whether its grid lies on the left of its edges."""
    inner = np.zeros(len(shell), np.bool_)
    for ring in range(len(shell)):
        inner[ring] = _turns_left(corners[first[ring] : first[ring + 1] - 1]) == shell[ring]
    return inner


@kernel
def _turns_left(ring: np.ndarray) -> bool:
    """Whether a ring, its last corner left out, runs counterclockwise.

    At its lowest corner, leftmost of those, a simple ring turns the way it runs.
    """
    low = 0
    for i in range(1, len(ring)):
        lower = ring[i, 1] < ring[low, 1]
        if lower or (ring[i, 1] == ring[low, 1] and ring[i, 0] < ring[low, 0]):
            low = i
    before, after = _other(ring, low, -1), _other(ring, low, 1)
    a, b, c = ring[before], ring[low], ring[after]
    return bool(side(a[0], a[1], b[0], b[1], c[0], c[1]) == LEFT)


@kernel
def _other(ring: np.ndarray, start: int, step: int) -> int:
    """The nearest corner that lies elsewhere, going round by `step`."""
    i = (start + step) % len(ring)
    while i != start and ring[i, 0] == ring[start, 0] and ring[i, 1] == ring[start, 1]:
        i = (i + step) % len(ring)
    return i


@kernel
def _chain(
    corners: np.ndarray,
    owners: np.ndarray,
    leftward: np.ndarray,
    mates: np.ndarray,
    lines: np.ndarray,
    own: np.ndarray,
    lent: np.ndarray,
    lent_first: np.ndarray,
) -> None:
    """Lay the edges out as chains, those of a mated pair once, with the grid that comes first."""
    slots = np.empty(len(mates), np.int32)
    n, k, tail = 0, 0, -1
    for i in range(len(mates)):
        if _is_first(mates, i):
            n = n if tail == i else _lay(lines, n, corners[i])
            other = owners[mates[i]] if mates[i] != ALONE else NOWHERE
            lines[n - 1].left = owners[i] if leftward[i] else other
            lines[n - 1].right = other if leftward[i] else owners[i]
            slots[i] = n - 1
            n, tail = _lay(lines, n, corners[i + 1]), i + 1
        elif mates[i] != NO_EDGE:
            lent[k] = slots[mates[i]]
            k += 1
        own[owners[i] + 1], lent_first[owners[i] + 1] = n, k
    for g in range(len(own) - 1):
        own[g + 1] = max(own[g], own[g + 1])
        lent_first[g + 1] = max(lent_first[g], lent_first[g + 1])


@kernel
def _lay(lines: np.ndarray, n: int, corner: np.ndarray) -> int:
    """Put a corner into slot n as the end of a chain, and return the next slot."""
    lines[n].x, lines[n].y = corner[0], corner[1]
    lines[n].left, lines[n].right = END, END
    return n + 1


@kernel
def _is_first(mates: np.ndarray, i: int) -> bool:
    """Whether edge i is alone, or the first of its pair."""
    return bool(mates[i] == ALONE or mates[i] > i)


@kernel
def _room(mates: np.ndarray) -> tuple[int, int]:
    """How many slots the chains need, and how many edges are lent."""
    room, borrowed = 0, 0
    before = False
    for i in range(len(mates)):
        now = _is_first(mates, i)
        room += int(now) + int(now and not before)
        borrowed += int(not now and mates[i] != NO_EDGE)
        before = now
    return room, borrowed
