"""Fill gaps between polygons: each stretch of a gap goes to one of the two polygons beside it.

A gap often runs along the borders of many polygons. If one of them got all of it, it would grow a
long arm. So each gap is cut into triangles between its own corners, and each triangle goes to a
polygon whose border it touches.

    +---------+---------+          +---------+---------+
    |    a    |    b    |          |    a    |    b    |
    +---------+---------+    →     |         |         |
    +---------+---------+          +---------+---------+
    |    c    |    d    |          |    c    |    d    |
    +---------+---------+          +---------+---------+
"""

from collections import defaultdict, deque

import numpy as np
import shapely
from numpy.typing import NDArray

from data.partitions import edges
from data.partitions.edges import Corner, Edge

Geoms = NDArray[np.object_]
Triangle = tuple[Edge, ...]
"""The three edges of a triangle."""
EdgeOwners = dict[Edge, int]
"""The position of the polygon that lies behind an edge of a gap."""
Neighbours = list[list[tuple[int, float]]]
"""For each triangle, the triangles that share an edge with it and the length of that edge."""
BorderLengths = dict[int, float]
"""How much border each polygon has along a triangle or a stretch."""


def fill(geoms: Geoms, gaps: Geoms, step: float) -> Geoms:
    """Return the polygons of a valid coverage, (n,), with some of its gaps filled.

    The edges of a gap are edges of the coverage around it, or lie on the outside of the coverage.
    Edges longer than `step` get corners first, so that a polygon grows along a gap by little more
    than `step`. The result is a valid coverage, except for the rounding of those corners to
    floating point.
    """
    edge_owners = _find_edge_owners(geoms, gaps)
    segments = {edge: edges.segmentize(edge, step) for gap in gaps for edge in edges.edges_of(gap)}
    filled = geoms.copy()
    for owner in set(edge_owners.values()):
        filled[owner] = edges.insert_corners(geoms[owner], segments)
    segment_owners = {
        part: owner
        for edge, owner in edge_owners.items()
        for part in edges.edges_along(segments[edge])
    }
    additions: dict[int, list[shapely.Polygon]] = defaultdict(list)
    for gap in gaps:
        shares = _distribute(edges.insert_corners(gap, segments), segment_owners)
        for owner, polygons in shares.items():
            additions[owner] += polygons
    for owner, polygons in additions.items():
        filled[owner] = shapely.coverage_union_all([filled[owner], *polygons])
    return edges.remove_redundant_corners(filled, segments.values())


def _find_edge_owners(geoms: Geoms, gaps: Geoms) -> EdgeOwners:
    gap_edges = {edge for gap in gaps for edge in edges.edges_of(gap)}
    nearby = np.unique(shapely.STRtree(geoms).query(gaps, predicate="intersects")[1])
    return {
        edge: int(position)
        for position in nearby
        for edge in edges.edges_of(geoms[position])
        if edge in gap_edges
    }


def _distribute(gap: shapely.Polygon, edge_owners: EdgeOwners) -> dict[int, list[shapely.Polygon]]:
    """Cut a gap into triangles; return those that each polygon gets, by its position."""
    polygons = shapely.get_parts(shapely.constrained_delaunay_triangles(gap))
    triangles = _triangle_edges(polygons)
    neighbours = _find_neighbours(triangles)
    assigned = _assign_stretches(triangles, edge_owners, _corner_owners(gap, edge_owners))
    if not assigned:
        lengths = _all_border_lengths(triangles, edge_owners)
        assigned = {at: _longest(length) for at, length in lengths.items()}
    _reassign_unreachable(assigned, triangles, edge_owners, neighbours)
    _assign_rest(assigned, neighbours)
    shares = defaultdict(list)
    for at, owner in assigned.items():
        shares[owner].append(polygons[at])
    return shares


def _triangle_edges(polygons: Geoms) -> list[Triangle]:
    """Return the edges of each triangle, all in one call: there are hundreds of thousands."""
    rings = shapely.get_coordinates(polygons).reshape(-1, 4, 2).tolist()
    return [tuple(edges.edges_along([(x, y) for x, y in ring])) for ring in rings]


def _find_neighbours(triangles: list[Triangle]) -> Neighbours:
    by_edge: dict[Edge, list[int]] = defaultdict(list)
    for at, triangle in enumerate(triangles):
        for edge in triangle:
            by_edge[edge].append(at)
    return [
        [(other, edges.length(edge)) for edge in triangle for other in by_edge[edge] if other != at]
        for at, triangle in enumerate(triangles)
    ]


def _corner_owners(gap: shapely.Polygon, edge_owners: EdgeOwners) -> dict[Corner, set[int]]:
    """Return which polygons meet at each corner of a gap."""
    owners: dict[Corner, set[int]] = defaultdict(set)
    for edge in edges.edges_of(gap):
        if edge in edge_owners:
            for corner in edge:
                owners[corner].add(edge_owners[edge])
    return owners


def _border_lengths(triangle: Triangle, edge_owners: EdgeOwners) -> BorderLengths:
    """Return which polygons border on a triangle, and along what length."""
    lengths: BorderLengths = defaultdict(float)
    for edge in triangle:
        if edge in edge_owners:
            lengths[edge_owners[edge]] += edges.length(edge)
    return lengths


def _all_border_lengths(
    triangles: list[Triangle], edge_owners: EdgeOwners
) -> dict[int, BorderLengths]:
    """Return the border lengths of each triangle on the border of a polygon."""
    lengths = {at: _border_lengths(triangle, edge_owners) for at, triangle in enumerate(triangles)}
    return {at: length for at, length in lengths.items() if length}


def _longest(lengths: BorderLengths) -> int:
    """Return the polygon with the longest border, the lowest position of equals."""
    return max(sorted(lengths), key=lengths.__getitem__)


def _assign_stretches(
    triangles: list[Triangle], edge_owners: EdgeOwners, corner_owners: dict[Corner, set[int]]
) -> dict[int, int]:
    """Assign each stretch between two polygons to the one that has more border along it.

    A triangle whose border is at most half as long as its longest edge is left to its neighbours.
    """
    pairs: dict[int, frozenset[int]] = {}
    pair_lengths: dict[frozenset[int], BorderLengths] = defaultdict(lambda: defaultdict(float))
    for at, lengths in _all_border_lengths(triangles, edge_owners).items():
        if max(lengths.values()) > max(map(edges.length, triangles[at])) / 2:
            pairs[at] = _pair(triangles[at], edge_owners, corner_owners)
            for owner, length in lengths.items():
                pair_lengths[pairs[at]][owner] += length
    return {at: _longest(pair_lengths[pair]) for at, pair in pairs.items()}


def _pair(
    triangle: Triangle, edge_owners: EdgeOwners, corner_owners: dict[Corner, set[int]]
) -> frozenset[int]:
    """Return the polygons on both sides of a triangle, or the one that encloses it."""
    owners = {edge: edge_owners[edge] for edge in triangle if edge in edge_owners}
    if len(owners) > 1:
        return frozenset(owners.values())
    ((base, owner),) = owners.items()
    apex = next(corner for edge in triangle for corner in edge if corner not in base)
    opposite = corner_owners[apex] - {owner}
    return frozenset({owner, min(opposite)} if opposite else {owner})


def _reassign_unreachable(
    assigned: dict[int, int],
    triangles: list[Triangle],
    edge_owners: EdgeOwners,
    neighbours: Neighbours,
) -> None:
    """Reassign triangles that do not connect to their polygon: to the polygon they border on."""
    lengths = {at: _border_lengths(triangles[at], edge_owners) for at in assigned}
    reached = {at for at, owner in assigned.items() if owner in lengths[at]}
    queue = deque(sorted(reached))
    while queue:
        at = queue.popleft()
        for other, _ in neighbours[at]:
            if other not in reached and assigned.get(other) == assigned[at]:
                reached.add(other)
                queue.append(other)
    for at in set(assigned) - reached:
        assigned[at] = _longest(lengths[at])


def _assign_rest(assigned: dict[int, int], neighbours: Neighbours) -> None:
    """Assign the remaining triangles, inwards: as the assigned one beside their longest edge."""
    remaining = [at for at in range(len(neighbours)) if at not in assigned]
    while remaining:
        options = {
            at: [(length, -assigned[o]) for o, length in neighbours[at] if o in assigned]
            for at in remaining
        }
        chosen = {at: -max(option)[1] for at, option in options.items() if option}
        if not chosen:
            return
        assigned |= chosen
        remaining = [at for at in remaining if at not in chosen]
