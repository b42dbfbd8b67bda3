"""Noding: lines are inserted into a partition so that lines and borders share their vertices."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.topology import Geoms
from geo.plans.core.partition import Grid, Polygonal
from geo.plans.core.unique_rows import unique_rows

DIGITS = 9
SNAP = 1e-7
"""Degrees, about a centimetre: a vertex of a line so close to a border is moved onto it."""
SAME_POINT = 1e-12
"""Degrees: the rounding error of a computed crossing."""
MAX_ROUNDS = 8
"""A line moved onto vertices may cross edges that it missed before; two rounds are rare already."""
SEARCH_MARGIN = 2 * MAX_ROUNDS * SNAP
"""Degrees: no line is ever moved further than this."""
Point = tuple[float, float]
Edge = tuple[Point, Point]
Coords = NDArray[np.float64]
EdgeVertices = Mapping[Edge, list[Point]]
"""New vertices, by the edge that they lie on."""


@dataclass(frozen=True)
class NodedGrids:
    """Grids with their new vertices, and all faces between borders and lines."""

    grids: Mapping[str, Grid]
    faces: Geoms
    line_edges: frozenset[Edge]
    """The directed edges of the lines, except those along borders."""


def node_lines(grids: Mapping[str, Grid], borders: Coords, lines: Iterable[Coords]) -> NodedGrids:
    """Node lines with borders, (n, 2, 2). The borders do not move.

    Vertices of lines are rounded. New vertices on a border lie on it as exactly as doubles allow,
    and every grid that has the edge gets them.
    """
    line_edges: set[Edge] = set()
    edges = unique_edges(borders)  # else the two sides of one edge could get different vertices
    for coords in lines:
        line = np.round(coords, DIGITS)
        near = _may_meet(edges, line)
        noder = _LineNoder(unique_edges(edges[near]))
        path = noder.node(line)
        new = [edge for edge in itertools.pairwise(path) if edge[0] != edge[1]]
        grids = _with_vertices(grids, noder.new)
        split = noder.split_edges()
        split_pairs = {frozenset(edge) for edge in split}
        new = [edge for edge in new if frozenset(edge) not in split_pairs]
        line_edges |= set(new)
        noded = unique_edges(np.array([*split, *new], dtype=np.float64).reshape(-1, 2, 2))
        edges = np.concatenate([edges[~near], noded])
    faces = shapely.get_parts(shapely.polygonize(_segments(unique_edges(edges))))
    return NodedGrids(grids, np.asarray(faces, dtype=object), frozenset(line_edges))


def edges_of(geoms: Any) -> Coords:
    """Return the directed edges of polygons: (n, 2, 2)."""
    rings = shapely.get_rings(shapely.get_parts(np.atleast_1d(np.asarray(geoms, dtype=object))))
    coords, owners = shapely.get_coordinates(rings, return_index=True)
    same = owners[1:] == owners[:-1]
    edges: Coords = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    return edges


def unique_edges(edges: Coords) -> Coords:
    """Return each edge once, whatever its direction, sorted."""
    return unique_rows(sorted_ends(edges).reshape(-1, 4)).reshape(-1, 2, 2)


def _may_meet(edges: Coords, line: Coords) -> NDArray[np.bool_]:
    """Tell which edges a line may meet, by bounding box: testing all of them takes minutes."""
    low, high = line.min(axis=0) - SEARCH_MARGIN, line.max(axis=0) + SEARCH_MARGIN
    overlap: NDArray[np.bool_]
    overlap = ((edges.min(axis=1) <= high) & (edges.max(axis=1) >= low)).all(axis=1)
    return overlap


def are_inside(faces: Geoms, geom: shapely.Geometry) -> NDArray[np.bool_]:
    """Tell for each of n faces whether it is part of a polygon: (n,)."""
    shapely.prepare(geom)
    inside: NDArray[np.bool_] = shapely.intersects(geom, shapely.point_on_surface(faces))
    return inside


def ring_coords(geoms: Any) -> list[Coords]:
    """Return the coordinates of each ring of polygons."""
    rings = shapely.get_rings(shapely.get_parts(np.atleast_1d(np.asarray(geoms, dtype=object))))
    return [shapely.get_coordinates(ring) for ring in rings]


def _segments(edges: Any) -> Geoms:
    pairs = np.asarray(edges, dtype=np.float64).reshape(-1, 2, 2)  # also for no edges
    return np.asarray(shapely.linestrings(pairs), dtype=object)


def _points(coords: Any) -> Geoms:
    return np.asarray(shapely.points(coords), dtype=object)


def sorted_ends(edges: Coords) -> Coords:
    """Return edges, (n, 2, 2), each with its lower end first."""
    flat = edges.reshape(-1, 4)
    swap = (flat[:, 0] > flat[:, 2]) | ((flat[:, 0] == flat[:, 2]) & (flat[:, 1] > flat[:, 3]))
    ordered: Coords = np.where(swap[:, None], flat[:, [2, 3, 0, 1]], flat).reshape(-1, 2, 2)
    return ordered


class _LineNoder:
    """Nodes one line with edges; `new` collects the vertices that the edges get."""

    def __init__(self, edges: Coords) -> None:
        self.edges: list[Edge] = [((a[0], a[1]), (b[0], b[1])) for a, b in edges.tolist()]
        self.segments = _segments(edges)
        self.tree = shapely.STRtree(self.segments)
        self.vertices = unique_rows(edges.reshape(-1, 2))
        self.vertex_tree = shapely.STRtree(_points(self.vertices))
        self.new: dict[Edge, list[Point]] = {}

    def node(self, line: Coords) -> list[Point]:
        """Return a line with a vertex, old or new, wherever it meets an edge."""
        path = self._snap_to_vertices(self._snap_to_edges(line))
        for _ in range(MAX_ROUNDS):
            longer = self._insert_crossings(path)
            if longer == path:
                break
            path = longer
        return path

    def split_edges(self) -> list[Edge]:
        """Return the edges split at their new vertices."""
        return [piece for edge in self.edges for piece in self._pieces(edge)]

    def _snap_to_vertices(self, path: list[Point]) -> list[Point]:
        """Lead a line through its crossings and all vertices within SNAP."""
        steps = [step for step in itertools.pairwise(path) if step[0] != step[1]]
        if not steps:
            return path
        stops: list[set[Point]] = [set() for _ in steps]
        segments = _segments(np.array(steps))
        near = self.vertex_tree.query(segments, predicate="dwithin", distance=SNAP)
        for step, vertex in near.T.tolist():
            stops[step].add((float(self.vertices[vertex, 0]), float(self.vertices[vertex, 1])))
        for step, edge, crossing in _crossings(segments, self.segments, self.tree):
            stops[step].add(self._vertex_on_edge(crossing, edge))
        new = [*itertools.chain.from_iterable(self.new.values())]
        if new:  # a vertex may come from a later step of the line that runs beside this one
            near = shapely.STRtree(segments).query(_points(new), predicate="dwithin", distance=SNAP)
            for vertex, step in near.T.tolist():
                stops[step].add(new[vertex])
        return _insert_stops(steps, stops)

    def _insert_crossings(self, path: list[Point]) -> list[Point]:
        """Insert the missing vertices where a line meets edges, or itself.

        A line that was moved onto vertices may cross what it did not cross before.
        """
        steps = [step for step in itertools.pairwise(path) if step[0] != step[1]]
        if not steps:
            return path
        pieces = [(piece, edge) for edge in self.edges for piece in self._pieces(edge)]
        segments = _segments(np.array(steps))
        edge_segments = _segments(np.array([piece for piece, _ in pieces]))
        stops: list[set[Point]] = [set() for _ in steps]
        for step, position, crossing in _crossings(segments, edge_segments):
            piece, edge = pieces[position]
            vertex = _match_vertex(crossing, [*piece, *steps[step]])
            if vertex not in piece:
                self.new.setdefault(edge, []).append(vertex)
            stops[step].add(vertex)
        for step, other, crossing in _crossings(segments, segments):
            stops[step].add(_match_vertex(crossing, [*steps[step], *steps[other]]))
        return _insert_stops(steps, stops)

    def _pieces(self, edge: Edge) -> Iterable[Edge]:
        """Return an edge split at its new vertices."""
        return itertools.pairwise([edge[0], *_vertices_between(self.new, *edge), edge[1]])

    def _snap_to_edges(self, points: Coords) -> list[Point]:
        """Return points, each moved to the vertex or onto the edge within SNAP, if there is one."""
        snapped: list[Point] = [(x, y) for x, y in points.tolist()]
        geoms = _points(points)
        at_vertex, vertices = self.vertex_tree.query_nearest(
            geoms, max_distance=SNAP, all_matches=False
        )
        for point, vertex in zip(at_vertex.tolist(), vertices.tolist(), strict=True):
            snapped[point] = (float(self.vertices[vertex, 0]), float(self.vertices[vertex, 1]))
        left = np.setdiff1d(np.arange(len(points)), at_vertex)
        on, edges = self.tree.query_nearest(geoms[left], max_distance=SNAP, all_matches=False)
        for point, edge in zip(left[on].tolist(), edges.tolist(), strict=True):
            snapped[point] = self._vertex_on_edge(snapped[point], edge)
        return snapped

    def _vertex_on_edge(self, point: Point, position: int) -> Point:
        """Return the vertex of an edge, old or new, for a point beside it.

        A vertex of another edge would not do: this edge would lack it.
        """
        edge = self.edges[position]
        vertices: list[Point] = [*edge, *self.new.get(edge, ())]
        for vertex in vertices:
            if abs(vertex[0] - point[0]) <= SNAP and abs(vertex[1] - point[1]) <= SNAP:
                return vertex
        segment = self.segments[position]
        foot = segment.interpolate(segment.project(shapely.Point(point)))
        vertex = float(foot.x), float(foot.y)
        self.new.setdefault(edge, []).append(vertex)
        return vertex


def _crossings(
    steps: Geoms, segments: Geoms, tree: shapely.STRtree | None = None
) -> Iterator[tuple[int, int, Point]]:
    """Yield where steps meet segments: the positions of both, and the point."""
    step, segment = (tree or shapely.STRtree(segments)).query(steps, predicate="intersects")
    coords, pairs = shapely.get_coordinates(
        shapely.intersection(segments[segment], steps[step]), return_index=True
    )
    for (x, y), pair in zip(coords.tolist(), pairs.tolist(), strict=True):
        yield int(step[pair]), int(segment[pair]), (x, y)


def _insert_stops(steps: Sequence[Edge], stops: Sequence[set[Point]]) -> list[Point]:
    """Return a line as points: its steps, each with its stops in between."""
    path = [steps[0][0]]
    for (a, b), inner in zip(steps, stops, strict=True):
        path += [*sorted(inner - {a, b}, key=lambda stop: _projection(a, b, stop)), b]
    return path


def _match_vertex(point: Point, vertices: Sequence[Point]) -> Point:
    """Return the vertex that a point equals apart from rounding, else the point."""
    return next((one for one in vertices if math.dist(one, point) <= SAME_POINT), point)


def _projection(a: Point, b: Point, point: Point) -> float:
    """Return how far along from a to b a point lies, unscaled."""
    return (b[0] - a[0]) * (point[0] - a[0]) + (b[1] - a[1]) * (point[1] - a[1])


def _with_vertices(grids: Mapping[str, Grid], vertices: EdgeVertices) -> dict[str, Grid]:
    """Return grids with new vertices on their edges; the same objects if they have no such edge.

    A community may have hundreds of grids: only those are searched whose bounds contain an edge.
    """
    changed = dict(grids)
    if not vertices or not grids:
        return changed
    bounds = shapely.bounds(np.array([grid.geom for grid in grids.values()], dtype=object))
    low, high = bounds[:, None, :2], bounds[:, None, 2:]
    ends = np.array([*vertices])
    has_edge = ((low <= ends.min(axis=1)) & (ends.max(axis=1) <= high)).all(axis=2).any(axis=1)
    for code in itertools.compress(grids, has_edge):
        changed[code] = Grid(grids[code].name, _insert_vertices(grids[code].geom, vertices))
    return changed


def _insert_vertices(geom: Polygonal, vertices: EdgeVertices) -> Polygonal:
    """Return a polygon with new vertices on its edges; the same object if it has no such edge."""
    paths = [[(x, y) for x, y in ring.tolist()] for ring in ring_coords(geom)]
    is_affected = any(
        edge in vertices or edge[::-1] in vertices
        for path in paths
        for edge in itertools.pairwise(path)
    )
    if not is_affected:
        return geom
    parts = [
        shapely.Polygon(
            _extend_ring(part.exterior, vertices),
            [_extend_ring(ring, vertices) for ring in part.interiors],
        )
        for part in shapely.get_parts(geom)
    ]
    return parts[0] if geom.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _extend_ring(ring: shapely.LinearRing, vertices: EdgeVertices) -> list[Point]:
    coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
    longer = [coords[0]]
    for a, b in itertools.pairwise(coords):
        longer += [*_vertices_between(vertices, a, b), b]
    return longer


def _vertices_between(vertices: EdgeVertices, a: Point, b: Point) -> Sequence[Point]:
    """Return the new vertices on the edge from a to b, in order."""
    on_edge = {*vertices.get((a, b), ()), *vertices.get((b, a), ())}
    return sorted(on_edge, key=lambda point: (point[0] - a[0]) ** 2 + (point[1] - a[1]) ** 2)
