"""Cutting a grid along a line, so that line and borders meet at shared corners only."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.plans.partition import Grid, Partition
from geo.topology import Geoms

DIGITS = 9
SNAP = 1e-7
"""Degrees, about a centimetre: a corner of a line so near to a border lies on it."""
SHORT = 1.5e-5
"""Degrees, a metre or more: a line that stops so little short of a border means to reach it."""
Point = tuple[float, float]
Edge = tuple[Point, Point]


class BadCut(Invalid):
    """The line does not cut the grid in two."""

    code = "bad_cut"


@dataclass(frozen=True)
class Laid:
    """Lines laid over a grid: the partition with their corners, and the faces of the grid."""

    partition: Partition
    faces: list[shapely.Polygon]
    steps: frozenset[Edge]
    """The pieces of the lines that are no border, each in the direction in which it was drawn."""

    def is_along(self, face: shapely.Polygon) -> bool:
        """Tell whether a face has a piece of a line in its border."""
        return any(edge in self.steps or edge[::-1] in self.steps for edge in _edges(face))

    def sides(self, face: shapely.Polygon) -> frozenset[str]:
        """Return on which sides of the lines a face lies: left, right, none or both."""
        turned = list(_edges(shapely.orient_polygons(face)))  # the inside is to the left
        told = {
            "left": any(edge in self.steps for edge in turned),
            "right": any(edge[::-1] in self.steps for edge in turned),
        }
        return frozenset(side for side, is_so in told.items() if is_so)


def lay(partition: Partition, code: str, lines: Sequence[shapely.LineString]) -> Laid:
    """Lay lines over a grid. New corners on its border go into every grid of the edge.

    They lie on edges as exactly as doubles can say; a corner of a line within SNAP of a border
    lies on it. The lines may meet at common corners only.
    """
    edges = list(_edges(partition.grid(code).geom))
    corners: dict[Edge, list[Point]] = {}
    steps: set[Edge] = set()
    for line in lines:
        path = _meet(edges, [_rounded(at) for at in line.coords], corners)
        steps |= {step for step in itertools.pairwise(path) if step[0] != step[1]}
    grown = {
        other: Grid(grid.name, _grown(grid.geom, corners))
        for other, grid in partition.grids.items()
    }
    ground = grown[code].geom
    borders = {frozenset(edge) for edge in _edges(ground)}
    inner = {step for step in steps if frozenset(step) not in borders}
    every = sorted(sorted(edge) for edge in borders | {frozenset(step) for step in inner})
    drawn = [shapely.LineString(edge) for edge in every]
    shapely.prepare(ground)
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize(drawn))
        if shapely.covers(ground, face.representative_point())
    ]
    return Laid(partition.with_grids(grown), faces, frozenset(inner))


def cut(partition: Partition, code: str, line: shapely.LineString) -> Laid:
    """Lay one line over a grid that it is meant to cut. Raises BadCut where it crosses itself.

    An end that stops a little short of the border is drawn on to it.
    """
    if not (line.is_valid and line.is_simple):
        raise BadCut("The line crosses itself.", hint="Draw it without loops.")
    return lay(partition, code, [_reaching(line, partition.grid(code).geom)])


def _reaching(line: shapely.LineString, ground: shapely.Geometry) -> shapely.LineString:
    """Return a line whose ends go on straight to the border where they stop just short of it."""
    coords = [(x, y) for x, y in shapely.get_coordinates(line).tolist()]
    border = shapely.boundary(ground)
    for at, before in ((0, 1), (-1, -2)):
        end, start = coords[at], coords[before]
        length = math.dist(end, start)
        spot = shapely.Point(end)
        if not length or not SNAP < shapely.distance(border, spot) <= SHORT:
            continue
        if shapely.covers(ground, spot):
            ahead = [end[i] + (end[i] - start[i]) / length * 2 * SHORT for i in (0, 1)]
            if shapely.intersects(border, shapely.LineString([end, ahead])):
                coords[at] = (ahead[0], ahead[1])
    return shapely.LineString(coords)


def _rounded(at: tuple[float, ...]) -> Point:
    return round(at[0], DIGITS), round(at[1], DIGITS)


def _edges(geom: shapely.Geometry) -> Iterator[Edge]:
    for part in shapely.get_parts(geom):
        for ring in (part.exterior, *part.interiors):
            coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
            yield from itertools.pairwise(coords)


def _meet(edges: list[Edge], path: list[Point], new: dict[Edge, list[Point]]) -> list[Point]:
    """Return the line through every corner where it meets the edges; new ones go into `new`."""
    segments = np.array([shapely.LineString(edge) for edge in edges], dtype=object)
    ends = np.unique(np.array(edges).reshape(-1, 2), axis=0)
    corners = shapely.points(ends)
    path = [_onto(at, edges, segments, ends, new) for at in path]
    met = [path[0]]
    for a, b in itertools.pairwise(path):
        step = shapely.LineString([a, b])
        near = ends[shapely.dwithin(corners, step, SNAP)]
        stops = {(float(x), float(y)) for x, y in near}
        stops |= {at for on in new.values() for at in on if _is_on(at, step)}
        for position in np.flatnonzero(shapely.intersects(segments, step)):
            for at in shapely.get_coordinates(shapely.intersection(segments[position], step)):
                stops.add(_onto((float(at[0]), float(at[1])), edges, segments, ends, new))
        inner = stops - {a, b}
        met += [*sorted(inner, key=lambda at: step.project(shapely.Point(at))), b]
    return met


def _is_on(at: Point, step: shapely.LineString) -> bool:
    return bool(shapely.dwithin(shapely.Point(at), step, SNAP))


def _onto(
    at: Point,
    edges: list[Edge],
    segments: Geoms,
    ends: NDArray[np.float64],
    new: dict[Edge, list[Point]],
) -> Point:
    """Return the corner, known or new, that a point of the line falls on, else the point."""
    point = shapely.Point(at)
    known = [*map(tuple, ends.tolist()), *(p for on in new.values() for p in on)]
    away = shapely.distance(shapely.points(np.array(known)), point)
    if away.min() <= SNAP:
        x, y = known[int(away.argmin())]
        return x, y
    away = shapely.distance(segments, point)
    nearest = int(away.argmin())
    if away[nearest] > SNAP:
        return at
    foot = segments[nearest].interpolate(segments[nearest].project(point))
    new.setdefault(edges[nearest], []).append((foot.x, foot.y))
    return foot.x, foot.y


def _grown(
    geom: shapely.Polygon | shapely.MultiPolygon, corners: Mapping[Edge, list[Point]]
) -> shapely.Polygon | shapely.MultiPolygon:
    """Return a shape with new corners on its edges; the very shape where it has none of them."""
    if not any(edge in corners or edge[::-1] in corners for edge in _edges(geom)):
        return geom
    parts = [
        shapely.Polygon(
            _ring(part.exterior, corners), [_ring(ring, corners) for ring in part.interiors]
        )
        for part in shapely.get_parts(geom)
    ]
    return parts[0] if geom.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _ring(ring: shapely.LinearRing, corners: Mapping[Edge, list[Point]]) -> list[Point]:
    coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
    grown = [coords[0]]
    for a, b in itertools.pairwise(coords):
        on = {*corners.get((a, b), ()), *corners.get((b, a), ())}
        grown += [*sorted(on, key=lambda at: (at[0] - a[0]) ** 2 + (at[1] - a[1]) ** 2), b]
    return grown
