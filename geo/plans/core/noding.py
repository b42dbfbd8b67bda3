"""Drawing lines into a partition, so that lines and borders meet at shared corners only."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.topology import Geoms
from geo.plans.core.partition import Grid

DIGITS = 9
SNAP = 1e-7
"""Degrees, about a centimetre: a corner of a line so near to a border lies on it."""
ROUNDING = 1e-12
"""Degrees: what a crossing may be off by."""
MOST_ROUNDS = 8
"""A line that was bent onto corners may cross edges that it passed by; twice is rare already."""
BESIDE = 2 * MOST_ROUNDS * SNAP
"""Degrees: further than this from where it was drawn no line is ever bent."""
Point = tuple[float, float]
Edge = tuple[Point, Point]
Coords = NDArray[np.float64]
Corners = Mapping[Edge, list[Point]]
"""New corners, by the edge that they lie on."""


@dataclass(frozen=True)
class Drawn:
    """Grids with the corners they received, the faces between all lines, the lines' steps."""

    grids: Mapping[str, Grid]
    faces: Geoms
    steps: frozenset[Edge]
    """The directed edges of the lines, those along borders left out."""


def draw(grids: Mapping[str, Grid], borders: Coords, lines: Iterable[Coords]) -> Drawn:
    """Return what comes of drawing lines among borders, (n, 2, 2), that stay where they are.

    Corners of lines are rounded; new corners on a border lie on it as exactly as doubles can say,
    and go into every grid that has the edge.
    """
    steps: set[Edge] = set()
    edges = distinct(borders)  # else the two sides of one could receive two corners
    for drawn in lines:
        line = np.round(drawn, DIGITS)
        near = _beside(edges, line)
        met = _Meeting(distinct(edges[near]))
        path = met.path(line)
        new = [step for step in itertools.pairwise(path) if step[0] != step[1]]
        grids = {code: Grid(grid.name, grown(grid.geom, met.new)) for code, grid in grids.items()}
        kept = met.cut()
        known = {frozenset(edge) for edge in kept}
        new = [step for step in new if frozenset(step) not in known]
        steps |= set(new)
        cut = distinct(np.array([*kept, *new], dtype=np.float64).reshape(-1, 2, 2))
        edges = np.concatenate([edges[~near], cut])
    faces = shapely.get_parts(shapely.polygonize(_segments(distinct(edges))))
    return Drawn(grids, np.asarray(faces, dtype=object), frozenset(steps))


def edges_of(geoms: Any) -> Coords:
    """Return the edges of polygons as they run: (n, 2, 2)."""
    rings = shapely.get_rings(shapely.get_parts(np.atleast_1d(np.asarray(geoms, dtype=object))))
    coords, owners = shapely.get_coordinates(rings, return_index=True)
    same = owners[1:] == owners[:-1]
    edges: Coords = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    return edges


def distinct(edges: Coords) -> Coords:
    """Return edges once each, whatever way they run, in order."""
    every: Coords = np.unique(_sorted_ends(edges), axis=0)
    return every


def _beside(edges: Coords, line: Coords) -> NDArray[np.bool_]:
    """Tell which edges a line may meet, by their bounds: to look at all of many takes minutes."""
    low, high = line.min(axis=0) - BESIDE, line.max(axis=0) + BESIDE
    told: NDArray[np.bool_] = ((edges.min(axis=1) <= high) & (edges.max(axis=1) >= low)).all(axis=1)
    return told


def inside(faces: Geoms, ground: shapely.Geometry) -> NDArray[np.bool_]:
    """Tell for each of n faces whether it is part of a piece of ground: (n,)."""
    shapely.prepare(ground)
    held: NDArray[np.bool_] = shapely.intersects(ground, shapely.point_on_surface(faces))
    return held


def rings(ground: Any) -> list[Coords]:
    """Return the rings of polygons as closed lines."""
    every = shapely.get_rings(shapely.get_parts(np.atleast_1d(np.asarray(ground, dtype=object))))
    return [shapely.get_coordinates(ring) for ring in every]


def _segments(edges: Any) -> Geoms:
    pairs = np.asarray(edges, dtype=np.float64).reshape(-1, 2, 2)  # of none too
    return np.asarray(shapely.linestrings(pairs), dtype=object)


def _spots(points: Any) -> Geoms:
    return np.asarray(shapely.points(points), dtype=object)


def _sorted_ends(edges: Coords) -> Coords:
    flat = edges.reshape(-1, 4)
    turn = (flat[:, 0] > flat[:, 2]) | ((flat[:, 0] == flat[:, 2]) & (flat[:, 1] > flat[:, 3]))
    turned: Coords = np.where(turn[:, None], flat[:, [2, 3, 0, 1]], flat).reshape(-1, 2, 2)
    return turned


class _Meeting:
    """Where a line meets edges; `new` are the corners that the edges receive."""

    def __init__(self, edges: Coords) -> None:
        self.edges: list[Edge] = [((a[0], a[1]), (b[0], b[1])) for a, b in edges.tolist()]
        self.segments = _segments(edges)
        self.tree = shapely.STRtree(self.segments)
        self.ends = np.unique(edges.reshape(-1, 2), axis=0)
        self.ends_tree = shapely.STRtree(_spots(self.ends))
        self.new: dict[Edge, list[Point]] = {}

    def path(self, line: Coords) -> list[Point]:
        """Return a line through every corner, known or new, where it meets the edges."""
        path = self._through_what_is_near(self._onto(line))
        for _ in range(MOST_ROUNDS):
            longer = self._through_what_it_crosses(path)
            if longer == path:
                break
            path = longer
        return path

    def cut(self) -> list[Edge]:
        """Return the edges cut at their new corners."""
        return [piece for edge in self.edges for piece in self._pieces(edge)]

    def _through_what_is_near(self, path: list[Point]) -> list[Point]:
        """Bend a line through corners that it passes within SNAP, and through its crossings."""
        pairs = [pair for pair in itertools.pairwise(path) if pair[0] != pair[1]]
        if not pairs:
            return path
        stops: list[set[Point]] = [set() for _ in pairs]
        steps = _segments(np.array(pairs))
        at, ends = self.ends_tree.query(steps, predicate="dwithin", distance=SNAP)
        for step, end in zip(at.tolist(), ends.tolist(), strict=True):
            stops[step].add((float(self.ends[end, 0]), float(self.ends[end, 1])))
        for step, edge, crossing in _crossings(steps, self.segments, self.tree):
            stops[step].add(self._on_edge(crossing, edge))
        received = [*itertools.chain.from_iterable(self.new.values())]
        if received:  # also by a later step of the line, beside or across this one
            near = shapely.STRtree(steps).query(
                _spots(received), predicate="dwithin", distance=SNAP
            )
            for corner, step in near.T.tolist():
                stops[step].add(received[corner])
        return _through(pairs, stops)

    def _through_what_it_crosses(self, path: list[Point]) -> list[Point]:
        """Give a line, and the edges, the corners that they lack where they meet.

        A line that was bent may cross what it did not cross when it was straight, itself too.
        """
        pairs = [pair for pair in itertools.pairwise(path) if pair[0] != pair[1]]
        if not pairs:
            return path
        pieces = [(piece, edge) for edge in self.edges for piece in self._pieces(edge)]
        steps, segments = _segments(np.array(pairs)), _segments(np.array([p for p, _ in pieces]))
        stops: list[set[Point]] = [set() for _ in pairs]
        for step, at, crossing in _crossings(steps, segments):
            piece, edge = pieces[at]
            corner = _corner_at(crossing, [*piece, *pairs[step]])
            if corner not in piece:
                self.new.setdefault(edge, []).append(corner)
            stops[step].add(corner)
        for step, other, crossing in _crossings(steps, steps):
            stops[step].add(_corner_at(crossing, [*pairs[step], *pairs[other]]))
        return _through(pairs, stops)

    def _pieces(self, edge: Edge) -> Iterable[Edge]:
        """Return an edge cut at its new corners."""
        return itertools.pairwise([edge[0], *_on(self.new, *edge), edge[1]])

    def _onto(self, points: Coords) -> list[Point]:
        """Return the corners, known or new, that points fall on, else the points."""
        found: list[Point] = [(x, y) for x, y in points.tolist()]
        shapes = _spots(points)
        at, ends = self.ends_tree.query_nearest(shapes, max_distance=SNAP, all_matches=False)
        for one, end in zip(at.tolist(), ends.tolist(), strict=True):
            found[one] = (float(self.ends[end, 0]), float(self.ends[end, 1]))
        left = np.setdiff1d(np.arange(len(points)), at)
        on, edges = self.tree.query_nearest(shapes[left], max_distance=SNAP, all_matches=False)
        for one, edge in zip(left[on].tolist(), edges.tolist(), strict=True):
            found[one] = self._on_edge(found[one], edge)
        return found

    def _on_edge(self, at: Point, edge: int) -> Point:
        """Return the corner of an edge, known or new, that a place beside it falls on.

        No corner of another edge will do: it would leave this one without.
        """
        ends = self.edges[edge]
        known: list[Point] = [*ends, *self.new.get(ends, ())]
        for corner in known:
            if abs(corner[0] - at[0]) <= SNAP and abs(corner[1] - at[1]) <= SNAP:
                return corner
        segment = self.segments[edge]
        foot = segment.interpolate(segment.project(shapely.Point(at)))
        corner = float(foot.x), float(foot.y)
        self.new.setdefault(ends, []).append(corner)
        return corner


def _crossings(
    steps: Geoms, segments: Geoms, tree: shapely.STRtree | None = None
) -> Iterator[tuple[int, int, Point]]:
    """Yield where steps meet segments: the position of each, and the place."""
    at, met = (tree or shapely.STRtree(segments)).query(steps, predicate="intersects")
    coords, owners = shapely.get_coordinates(
        shapely.intersection(segments[met], steps[at]), return_index=True
    )
    for (x, y), owner in zip(coords.tolist(), owners.tolist(), strict=True):
        yield int(at[owner]), int(met[owner]), (x, y)


def _through(pairs: Sequence[Edge], stops: Sequence[set[Point]]) -> list[Point]:
    """Return the steps of a line, each with its stops in between."""
    path = [pairs[0][0]]
    for (a, b), inner in zip(pairs, stops, strict=True):
        path += [*sorted(inner - {a, b}, key=lambda p: _along(a, b, p)), b]
    return path


def _corner_at(at: Point, known: Sequence[Point]) -> Point:
    """Return the known corner that a place is but for the rounding of doubles, else the place."""
    return next((one for one in known if math.dist(one, at) <= ROUNDING), at)


def _along(a: Point, b: Point, at: Point) -> float:
    return (b[0] - a[0]) * (at[0] - a[0]) + (b[1] - a[1]) * (at[1] - a[1])


def grown(
    geom: shapely.Polygon | shapely.MultiPolygon, corners: Corners
) -> shapely.Polygon | shapely.MultiPolygon:
    """Return a shape with new corners on its edges; the very shape where it has none of them."""
    if not corners:
        return geom
    paths = [[(x, y) for x, y in ring.tolist()] for ring in rings(geom)]
    has_some = any(
        edge in corners or edge[::-1] in corners
        for path in paths
        for edge in itertools.pairwise(path)
    )
    if not has_some:
        return geom
    parts = [
        shapely.Polygon(
            _ring(part.exterior, corners), [_ring(ring, corners) for ring in part.interiors]
        )
        for part in shapely.get_parts(geom)
    ]
    return parts[0] if geom.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _ring(ring: shapely.LinearRing, corners: Corners) -> list[Point]:
    coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
    longer = [coords[0]]
    for a, b in itertools.pairwise(coords):
        longer += [*_on(corners, a, b), b]
    return longer


def _on(corners: Corners, a: Point, b: Point) -> Sequence[Point]:
    """Return the new corners between two old ones, in order."""
    on = {*corners.get((a, b), ()), *corners.get((b, a), ())}
    return sorted(on, key=lambda at: (at[0] - a[0]) ** 2 + (at[1] - a[1]) ** 2)
