"""Close gaps between polygons: each stretch of a gap goes to one of the two it lies between.

A gap often runs along the borders of many polygons. Given to one of them as a whole it would make
a tentacle, so it is cut into triangles between its own corners, and each goes to a polygon whose
border it lies on.

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
Owners = dict[Edge, int]
Sides = list[tuple[Edge, ...]]
Neighbours = list[list[tuple[int, float]]]
Claims = dict[int, float]


def fill(geoms: Geoms, gaps: Geoms, step: float) -> Geoms:
    """Return the polygons of a valid coverage, (n,), with the ground of some of its gaps added.

    The edges of a gap are edges of the coverage around it, or lie on the outside of it. Corners
    are set into those longer than `step`, so that a polygon grows about so far along a gap at
    most. The result is a valid coverage again, apart from what the rounding of those corners to
    floating point may do to it.
    """
    behind = _owners(geoms, gaps)
    split = {edge: edges.split(edge, step) for gap in gaps for edge in edges.of(gap)}
    closed = geoms.copy()
    for owner in set(behind.values()):
        closed[owner] = edges.set_in(geoms[owner], split)
    owners = {part: behind[edge] for edge in behind for part in edges.along(split[edge])}
    won: dict[int, list[shapely.Polygon]] = defaultdict(list)
    for gap in gaps:
        for owner, triangles in _share(edges.set_in(gap, split), owners).items():
            won[owner] += triangles
    for owner, triangles in won.items():
        closed[owner] = shapely.coverage_union_all([closed[owner], *triangles])
    return edges.take_out(closed, split.values())


def _owners(geoms: Geoms, gaps: Geoms) -> Owners:
    """Return which polygon lies behind each edge of the gaps."""
    wanted = {edge for gap in gaps for edge in edges.of(gap)}
    near = np.unique(shapely.STRtree(geoms).query(gaps, predicate="intersects")[1])
    return {
        edge: int(position)
        for position in near
        for edge in edges.of(geoms[position])
        if edge in wanted
    }


def _share(gap: shapely.Polygon, owners: Owners) -> dict[int, list[shapely.Polygon]]:
    """Return the triangles of a gap by the polygon that gets them."""
    triangles = list(shapely.get_parts(shapely.constrained_delaunay_triangles(gap)))
    sides = [tuple(edges.of(triangle)) for triangle in triangles]
    neighbours = _neighbours(sides)
    got = _stretches(sides, owners, _corners(gap, owners))
    if not got:
        got = {at: _most(claims) for at, claims in _all_claims(sides, owners).items()}
    _reconnect(got, sides, owners, neighbours)
    _spread(got, sides, neighbours)
    shares = defaultdict(list)
    for triangle, owner in got.items():
        shares[owner].append(triangles[triangle])
    return shares


def _neighbours(sides: Sides) -> Neighbours:
    """Return for each triangle those it shares a side with, and how long that is."""
    around: dict[Edge, list[int]] = defaultdict(list)
    for at, three in enumerate(sides):
        for edge in three:
            around[edge].append(at)
    return [
        [(other, edges.length(e)) for e in three for other in around[e] if other != at]
        for at, three in enumerate(sides)
    ]


def _corners(gap: shapely.Polygon, owners: Owners) -> dict[Corner, set[int]]:
    """Return which polygons meet at each corner of a gap."""
    meeting: dict[Corner, set[int]] = defaultdict(set)
    for edge in edges.of(gap):
        if edge in owners:
            for corner in edge:
                meeting[corner].add(owners[edge])
    return meeting


def _claims(three: tuple[Edge, ...], owners: Owners) -> Claims:
    """Return who lies behind the sides of a triangle, and along how much."""
    claims: Claims = defaultdict(float)
    for edge in three:
        if edge in owners:
            claims[owners[edge]] += edges.length(edge)
    return claims


def _all_claims(sides: Sides, owners: Owners) -> dict[int, Claims]:
    claims = {at: _claims(three, owners) for at, three in enumerate(sides)}
    return {at: found for at, found in claims.items() if found}


def _most(claims: Claims) -> int:
    return max(sorted(claims), key=claims.__getitem__)


def _stretches(sides: Sides, owners: Owners, corners: dict[Corner, set[int]]) -> dict[int, int]:
    """Give each stretch between two polygons to the one that has more border along it.

    A triangle that points far away from a short piece of border is left to those beside it.
    """
    pairs: dict[int, frozenset[int]] = {}
    border: dict[frozenset[int], Claims] = defaultdict(lambda: defaultdict(float))
    for at, claims in _all_claims(sides, owners).items():
        if max(claims.values()) > max(map(edges.length, sides[at])) / 2:
            pairs[at] = _pair(sides[at], owners, corners)
            for owner, length in claims.items():
                border[pairs[at]][owner] += length
    return {at: _most(border[pair]) for at, pair in pairs.items()}


def _pair(
    three: tuple[Edge, ...], owners: Owners, corners: dict[Corner, set[int]]
) -> frozenset[int]:
    """Return the two polygons that a triangle lies between, or the one it lies in."""
    behind = {edge: owners[edge] for edge in three if edge in owners}
    if len(behind) > 1:
        return frozenset(behind.values())
    ((base, owner),) = behind.items()
    apex = next(corner for edge in three for corner in edge if corner not in base)
    across = corners[apex] - {owner}
    return frozenset({owner, min(across)} if across else {owner})


def _reconnect(
    got: dict[int, int],
    sides: Sides,
    owners: Owners,
    neighbours: Neighbours,
) -> None:
    """Give triangles that their new owner cannot reach to the one whose border they lie on."""
    claims = {at: _claims(sides[at], owners) for at in got}
    reached = {at for at, owner in got.items() if owner in claims[at]}
    queue = deque(sorted(reached))
    while queue:
        at = queue.popleft()
        for other, _ in neighbours[at]:
            if other not in reached and got.get(other) == got[at]:
                reached.add(other)
                queue.append(other)
    for at in set(got) - reached:
        got[at] = _most(claims[at])


def _spread(
    got: dict[int, int],
    sides: Sides,
    neighbours: Neighbours,
) -> None:
    """Give triangles in the middle to whoever has the triangle beside their longest side."""
    open_ = [at for at in range(len(sides)) if at not in got]
    while open_:
        known = {
            at: [(length, -got[o]) for o, length in neighbours[at] if o in got] for at in open_
        }
        settled = {at: -max(found)[1] for at, found in known.items() if found}
        if not settled:
            return
        got |= settled
        open_ = [at for at in open_ if at not in settled]
