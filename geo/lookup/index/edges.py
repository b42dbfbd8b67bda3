"""Split grids into directed edges, each with the grid on its left and on its right."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.lookup.index.jit import jit
from geo.lookup.index.orientation import LEFT, side_of_line
from geo.lookup.index.shared_edges import NO_EDGE, NO_TWIN, match_twins

NOWHERE = -1
"""The position of a point or an area that no grid covers."""

CHAIN_END = -2
"""`left` and `right` of a vertex that ends a chain: no edge starts there."""

VERTEX = np.dtype([("x", "f8"), ("y", "f8"), ("left", "i4"), ("right", "i4")])
"""A vertex, and the grids to the left and right of the edge from it to the next vertex."""

POLYGON, MULTIPOLYGON = 3, 6
MAX_VERTICES = 2**29
MIN_MAGNITUDE, MAX_MAGNITUDE = 1e-220, 1e30
"""Bounds on the size of coordinates other than 0 for which `orientation` is exact."""


class UnusableGrid(Invalid):
    """The shape of a grid cannot be indexed."""

    code = "unusable_grid"


@dataclass(frozen=True, eq=False)
class Edges:
    """The borders of m grids as chains of vertices; a border between two grids is stored once.

    Edge e runs from vertex e to vertex e + 1. No edge starts at a vertex marked CHAIN_END. The
    edges of grid g are `own_offsets[g]` to `own_offsets[g + 1]` and, for borders that are stored
    with another grid, `shared[shared_offsets[g]:shared_offsets[g + 1]]`.
    """

    vertices: NDArray[np.void]
    own_offsets: NDArray[np.int64]
    shared: NDArray[np.int32]
    shared_offsets: NDArray[np.int64]

    @property
    def edge_ids(self) -> NDArray[np.int32]:
        """The numbers of all edges."""
        return np.flatnonzero(self.vertices["left"] != CHAIN_END).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Rings:
    """The closed rings of m grids.

    Ring r has the coordinates `coords[offsets[r]:offsets[r + 1]]`, the last equal to the first, and
    belongs to grid `ring_grids[r]`. A ring is a shell (outer ring) or a hole.
    """

    coords: NDArray[np.float64]
    offsets: NDArray[np.int64]
    ring_grids: NDArray[np.int32]
    is_shell: NDArray[np.bool_]


def extract_edges(grids: NDArray[np.object_]) -> Edges:
    """Return the edges of m polygons or multipolygons; None and empty shapes have none.

    Two edges with the same ends and their grids on opposite sides become one edge. Rings may run
    clockwise or counterclockwise. Raises UnusableGrid for other geometry types, and for coordinates
    that are not finite or too small or large for exact arithmetic.
    """
    rings = _rings(grids)
    grid_on_left = _grid_side_of_rings(rings.coords, rings.offsets, rings.is_shell)
    twins, edge_grid_on_left = match_twins(rings.coords, rings.offsets, grid_on_left)
    edge_grids = np.repeat(rings.ring_grids, np.diff(rings.offsets))
    vertex_count, shared_count = _count_vertices_and_shared(twins)
    edges = Edges(
        vertices=np.empty(vertex_count, VERTEX),
        own_offsets=np.zeros(len(grids) + 1, np.int64),
        shared=np.empty(shared_count, np.int32),
        shared_offsets=np.zeros(len(grids) + 1, np.int64),
    )
    _fill_chains(
        rings.coords,
        edge_grids,
        edge_grid_on_left,
        twins,
        edges.vertices,
        edges.own_offsets,
        edges.shared,
        edges.shared_offsets,
    )
    return edges


def _rings(grids: NDArray[np.object_]) -> Rings:
    kinds = shapely.get_type_id(grids)
    unusable = np.flatnonzero(~np.isin(kinds, (-1, POLYGON, MULTIPOLYGON)))
    if len(unusable):
        raise UnusableGrid(
            f"Grid {unusable[0]} is a {grids[unusable[0]].geom_type}, not a polygon.",
            hint="Only polygons and multipolygons can be indexed.",
        )
    parts, part_grid = shapely.get_parts(grids, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coords = shapely.get_coordinates(rings)
    coords += 0.0  # −0.0 becomes 0.0, so that equal coordinates have equal bits
    offsets = np.zeros(len(rings) + 1, np.int64)
    np.cumsum(shapely.get_num_coordinates(rings), out=offsets[1:])
    ring_grids = part_grid[ring_part].astype(np.int32)
    _check_coords(coords, offsets, ring_grids)
    return Rings(coords, offsets, ring_grids, np.diff(ring_part, prepend=-1) != 0)


def _check_coords(
    coords: NDArray[np.float64], offsets: NDArray[np.int64], ring_grids: NDArray[np.int32]
) -> None:
    if len(coords) > MAX_VERTICES:
        raise UnusableGrid(
            f"The grids have {len(coords):,} vertices; an index holds at most {MAX_VERTICES:,}.",
            hint="Simplify the borders, or index the area in parts.",
        )
    unusable = _first_unusable_vertex(coords)
    if unusable < 0:
        return
    ring = int(np.searchsorted(offsets, unusable, side="right")) - 1
    x, y = coords[unusable].tolist()
    raise UnusableGrid(
        f"Grid {ring_grids[ring]} has a vertex at ({x}, {y}).",
        hint=f"Coordinates must be 0, or between {MIN_MAGNITUDE} and {MAX_MAGNITUDE} in size.",
    )


@jit
def _first_unusable_vertex(coords: np.ndarray) -> int:
    """The number of the first vertex unfit for exact arithmetic, or −1."""
    for i in range(len(coords)):
        for axis in range(2):
            size = abs(coords[i, axis])
            if not (size == 0.0 or MIN_MAGNITUDE <= size <= MAX_MAGNITUDE):
                return i
    return -1


@jit
def _grid_side_of_rings(
    coords: np.ndarray, offsets: np.ndarray, is_shell: np.ndarray
) -> np.ndarray:
    """For each ring, whether its grid lies to the left of its edges."""
    grid_on_left = np.zeros(len(is_shell), np.bool_)
    for ring in range(len(is_shell)):
        grid_on_left[ring] = (
            _is_counterclockwise(coords[offsets[ring] : offsets[ring + 1] - 1]) == is_shell[ring]
        )
    return grid_on_left


@jit
def _is_counterclockwise(ring: np.ndarray) -> bool:
    """Whether a ring, without its closing vertex, runs counterclockwise.

    A simple ring runs the way it turns at its lowest vertex (the leftmost of several).
    """
    lowest = 0
    for i in range(1, len(ring)):
        lower = ring[i, 1] < ring[lowest, 1]
        if lower or (ring[i, 1] == ring[lowest, 1] and ring[i, 0] < ring[lowest, 0]):
            lowest = i
    previous, following = _next_distinct(ring, lowest, -1), _next_distinct(ring, lowest, 1)
    a, b, c = ring[previous], ring[lowest], ring[following]
    return bool(side_of_line(a[0], a[1], b[0], b[1], c[0], c[1]) == LEFT)


@jit
def _next_distinct(ring: np.ndarray, start: int, step: int) -> int:
    """The next vertex in direction `step` that differs from the vertex at `start`."""
    i = (start + step) % len(ring)
    while i != start and ring[i, 0] == ring[start, 0] and ring[i, 1] == ring[start, 1]:
        i = (i + step) % len(ring)
    return i


@jit
def _fill_chains(
    coords: np.ndarray,
    edge_grids: np.ndarray,
    edge_grid_on_left: np.ndarray,
    twins: np.ndarray,
    vertices: np.ndarray,
    own_offsets: np.ndarray,
    shared: np.ndarray,
    shared_offsets: np.ndarray,
) -> None:
    """Write the edges as chains; of two twins only the first is stored, with its own grid."""
    slot_of_edge = np.empty(len(twins), np.int32)
    n, k, chain_end = 0, 0, -1
    for i in range(len(twins)):
        if _is_stored_here(twins, i):
            n = n if chain_end == i else _append_vertex(vertices, n, coords[i])
            other = edge_grids[twins[i]] if twins[i] != NO_TWIN else NOWHERE
            vertices[n - 1].left = edge_grids[i] if edge_grid_on_left[i] else other
            vertices[n - 1].right = other if edge_grid_on_left[i] else edge_grids[i]
            slot_of_edge[i] = n - 1
            n, chain_end = _append_vertex(vertices, n, coords[i + 1]), i + 1
        elif twins[i] != NO_EDGE:
            shared[k] = slot_of_edge[twins[i]]
            k += 1
        own_offsets[edge_grids[i] + 1], shared_offsets[edge_grids[i] + 1] = n, k
    for g in range(len(own_offsets) - 1):
        own_offsets[g + 1] = max(own_offsets[g], own_offsets[g + 1])
        shared_offsets[g + 1] = max(shared_offsets[g], shared_offsets[g + 1])


@jit
def _append_vertex(vertices: np.ndarray, n: int, xy: np.ndarray) -> int:
    """Write vertex n as the end of a chain, and return n + 1."""
    vertices[n].x, vertices[n].y = xy[0], xy[1]
    vertices[n].left, vertices[n].right = CHAIN_END, CHAIN_END
    return n + 1


@jit
def _is_stored_here(twins: np.ndarray, i: int) -> bool:
    """Whether edge i has no twin, or comes before its twin."""
    return bool(twins[i] == NO_TWIN or twins[i] > i)


@jit
def _count_vertices_and_shared(twins: np.ndarray) -> tuple[int, int]:
    """The number of vertices in all chains, and of edges stored with another grid."""
    vertex_count, shared_count = 0, 0
    previous = False
    for i in range(len(twins)):
        now = _is_stored_here(twins, i)
        vertex_count += int(now) + int(now and not previous)
        shared_count += int(not now and twins[i] != NO_EDGE)
        previous = now
    return vertex_count, shared_count
