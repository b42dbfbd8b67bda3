"""Insert the corners of neighbours into the edges they lie on, and round corners, once.

Two grids that tile in the reference system of a file need not tile in degrees: the corner at which
two grids meet halfway along an edge of a third lies beside that edge after the conversion, by half
a metre on five kilometres. With the corner inserted into the edge first, both follow it.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.topology import COORDINATE_GRID_DEG

Geoms = NDArray[np.object_]
Coords = NDArray[np.float64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Point = tuple[float, float]
Edge = tuple[Point, Point]
"""Two corners, the smaller first."""

DECIMALS = 8
"""Decimals of coordinates in degrees, those of COORDINATE_GRID_DEG."""
SAME_CORNER_DEG = 0.75 * COORDINATE_GRID_DEG
"""Rounding moves a corner by up to 0.71 steps of the coordinate grid."""
ON_EDGE_DEG = 1.5 * COORDINATE_GRID_DEG
"""A corner so close to an edge lies on it: both may have been rounded."""
_MAX_ROUNDS = 4
_SCALE_STEP_DEG = 1e-5
"""About a metre: the scale of a plane is the same over this distance."""


Plane = Callable[[Coords], Coords]
"""From longitudes and latitudes, (n, 2), to a plane in which the edges of a file are straight."""


DEGREES: Plane = np.asarray


def round_corners(geoms: Geoms, existing: Coords) -> Geoms:
    """Return polygons in degrees with rounded corners, (n,) → (n,).

    A corner within SAME_CORNER_DEG of one of the `existing` corners, (m, 2), becomes that corner,
    so that what was stored with more decimals stays equal. A polygon that rounding would make
    invalid loses what is thinner than the coordinate grid.
    """
    coords = shapely.get_coordinates(geoms)
    corners, inverse = np.unique(coords, axis=0, return_inverse=True)
    rounded = np.round(corners, DECIMALS)
    if len(existing):
        tree = shapely.STRtree(np.asarray(shapely.points(existing), dtype=object))
        at, nearest = tree.query_nearest(
            shapely.points(corners), max_distance=SAME_CORNER_DEG, all_matches=False
        )
        rounded[at] = existing[nearest]
    result = shapely.set_coordinates(geoms.copy(), rounded[inverse.reshape(-1)])
    return _drop_repeated(geoms, np.asarray(result, dtype=object))


def _drop_repeated(original: Geoms, rounded: Geoms) -> Geoms:
    """Remove repeated corners, and restore the validity that rounding cost."""
    rounded = np.asarray(shapely.remove_repeated_points(rounded), dtype=object)
    lost = ~shapely.is_valid(rounded) & shapely.is_valid(original)
    if lost.any():
        snapped = shapely.set_precision(original[lost], COORDINATE_GRID_DEG)
        rounded[lost] = np.where(shapely.is_empty(snapped), original[lost], snapped)
    return rounded


def insert_corners(
    geoms: Geoms, plane: Plane, extra: Coords, receivers: Bools | None = None
) -> Geoms:
    """Return polygons in degrees with the corners of all in the edges on which they lie, (n,).

    A corner lies on an edge if it does so in `plane`, within ON_EDGE_DEG. `extra` has more corners,
    (m, 2), in degrees. Where `receivers` is false, (n,), a polygon only gets the corners of those
    where it is true. Both neighbours along an edge get the same corners.
    """
    for _ in range(_MAX_ROUNDS):
        longer = _insert_once(geoms, plane, extra, receivers)
        if longer is geoms:
            break
        geoms = longer
        plane = DEGREES  # what an inserted corner moved may now touch other corners
    return geoms


def give_corners(geoms: Geoms, plane: Plane, points: Coords) -> Geoms:
    """Return polygons in degrees with those of some points that lie on their edges, (n,) → (n,).

    `points`, (m, 2), are in degrees; they lie on an edge as in `insert_corners`.
    """
    for _ in range(_MAX_ROUNDS):
        if not len(geoms) or not len(points):
            break
        edges = _CornerGraph.of(geoms)
        longer = _extend(geoms, edges, _corners_on_edges(edges, points, plane))
        if longer is geoms:
            break
        geoms, plane = longer, DEGREES
    return geoms


def _insert_once(geoms: Geoms, plane: Plane, extra: Coords, receivers: Bools | None) -> Geoms:
    if not len(geoms):
        return geoms
    all_edges = _CornerGraph.of(geoms)
    if receivers is None or receivers.all():
        inserted = _corners_on_edges(all_edges, np.concatenate([all_edges.corners, extra]), plane)
        return _extend(geoms, all_edges, inserted)
    givers = shapely.get_coordinates(geoms[receivers])
    own = _CornerGraph.of(geoms[receivers])
    inserted = _corners_on_edges(all_edges, np.unique(givers, axis=0), plane)
    longer = _extend(geoms, all_edges, inserted)
    inserted = _corners_on_edges(own, np.concatenate([all_edges.corners, extra]), plane)
    extended = _extend(geoms[receivers], own, inserted)
    if longer is geoms and not inserted:
        return geoms
    longer = longer.copy()
    longer[receivers] = extended
    return longer


@dataclass(frozen=True)
class _CornerGraph:
    """The distinct edges of polygons, and which polygons have them."""

    corners: Coords
    """The distinct corners, (n, 2)."""
    ends: Ints
    """The positions of the two corners of each edge, the smaller first: (m, 2)."""
    owners: Ints
    """Pairs of an edge and a polygon that has it, (k, 2)."""

    @classmethod
    def of(cls, geoms: Geoms) -> "_CornerGraph":
        """Return the edges of polygons."""
        parts, part_owners = shapely.get_parts(geoms, return_index=True)
        rings, ring_parts = shapely.get_rings(parts, return_index=True)
        coords, ring_of = shapely.get_coordinates(rings, return_index=True)
        corners, inverse = np.unique(coords, axis=0, return_inverse=True)
        at = inverse.reshape(-1)
        same = ring_of[1:] == ring_of[:-1]
        pairs = np.sort(np.stack([at[:-1][same], at[1:][same]], axis=1), axis=1)
        ends, edge_of = np.unique(pairs, axis=0, return_inverse=True)
        polygons = part_owners[ring_parts[ring_of[1:][same]]]
        return cls(corners, ends, np.stack([edge_of.reshape(-1), polygons], axis=1))

    def edge(self, position: int) -> Edge:
        """Return the ends of an edge."""
        (ax, ay), (bx, by) = self.corners[self.ends[position]].tolist()
        return (ax, ay), (bx, by)


def _corners_on_edges(
    edges: _CornerGraph, candidates: Coords, plane: Plane
) -> dict[int, list[Point]]:
    """Return the candidates that lie on edges between their ends, in order, by edge."""
    in_plane, points = plane(edges.corners), plane(candidates)
    tolerances = ON_EDGE_DEG * _units_per_degree(candidates, points, plane)
    usable = np.isfinite(in_plane[edges.ends]).all(axis=(1, 2))
    usable_edges = np.flatnonzero(usable)
    segments = np.asarray(shapely.linestrings(in_plane[edges.ends[usable]]), dtype=object)
    usable_points = np.flatnonzero(np.isfinite(points).all(axis=1) & np.isfinite(tolerances))
    points_at, on = shapely.STRtree(segments).query(
        shapely.points(points[usable_points]),
        predicate="dwithin",
        distance=tolerances[usable_points],
    )
    edge, point = usable_edges[on], usable_points[points_at]
    start, end = in_plane[edges.ends[edge]].transpose(1, 0, 2)
    tolerance = tolerances[point]
    is_between = np.hypot(*(points[point] - start).T) > tolerance
    is_between &= np.hypot(*(points[point] - end).T) > tolerance
    along = ((points[point] - start) * (end - start)).sum(axis=1)
    inserted: dict[int, list[Point]] = defaultdict(list)
    for at in np.flatnonzero(is_between)[np.argsort(along[is_between], kind="stable")]:
        x, y = candidates[point[at]].tolist()
        if (x, y) not in inserted[int(edge[at])]:
            inserted[int(edge[at])].append((x, y))
    return inserted


def _units_per_degree(coords: Coords, points: Coords, plane: Plane) -> Floats:
    """Return how many units of the plane a degree of latitude is at each of n points, (n,).

    Web Mercator has twice as many at 60 degrees north as at the equator.
    """
    step = np.where(coords[:, 1] > 0, -_SCALE_STEP_DEG, _SCALE_STEP_DEG)  # away from the poles
    shifted = plane(coords + np.column_stack([np.zeros(len(coords)), step]))
    return np.asarray(np.hypot(*(shifted - points).T) / _SCALE_STEP_DEG, dtype=np.float64)


def _extend(geoms: Geoms, edges: _CornerGraph, inserted: Mapping[int, list[Point]]) -> Geoms:
    """Return polygons with new corners, by the position of the edge; the same array if none."""
    if not inserted:
        return geoms
    by_edge = {edges.edge(position): points for position, points in inserted.items()}
    longer = geoms.copy()
    has_new = np.isin(edges.owners[:, 0], list(inserted))
    for owner in np.unique(edges.owners[has_new, 1]):
        extended = _extend_polygon(geoms[owner], by_edge)
        if extended.is_valid or not geoms[owner].is_valid:
            longer[owner] = extended
    return longer


def _extend_polygon(geometry: Any, inserted: Mapping[Edge, list[Point]]) -> Any:
    def extend(ring: Any) -> list[Point]:
        corners: list[Point] = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
        longer = corners[:1]
        for a, b in itertools.pairwise(corners):
            between = inserted.get((a, b)) or inserted.get((b, a), [])[::-1]
            longer += [*between, b]
        return longer

    parts = [
        shapely.Polygon(extend(part.exterior), [extend(ring) for ring in part.interiors])
        for part in shapely.get_parts(geometry)
    ]
    return shapely.MultiPolygon(parts) if geometry.geom_type == "MultiPolygon" else parts[0]
