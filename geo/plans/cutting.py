"""Cutting a grid along a line, so that line and borders meet at shared corners only."""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.plans.partition import Grid, Partition
from geo.topology import Geoms

DIGITS = 9
SNAP = 1e-7
"""Degrees, about a centimetre: a corner of a line so near to a border lies on it."""
Point = tuple[float, float]
Edge = tuple[Point, Point]


class BadCut(Invalid):
    """The line does not cut the grid in two."""

    code = "bad_cut"


def cut(
    partition: Partition, code: str, line: shapely.LineString
) -> tuple[Partition, list[shapely.Polygon], list[shapely.Polygon]]:
    """Return the partition with the new corners, the faces along the line, and the parts beside.

    New corners lie on edges as exactly as doubles can say, and go into every grid of the edge.
    """
    if not (line.is_valid and line.is_simple):
        raise BadCut("The line crosses itself.", hint="Draw it without loops.")
    edges = list(_edges(partition.grid(code).geom))
    path, corners = _meet(edges, [_rounded(at) for at in line.coords])
    grown = {
        other: Grid(grid.name, _grown(grid.geom, corners))
        for other, grid in partition.grids.items()
    }
    ground = grown[code].geom
    steps = {frozenset(step) for step in itertools.pairwise(path) if step[0] != step[1]}
    borders = {frozenset(edge) for edge in _edges(ground)}
    every = sorted(sorted(edge) for edge in steps | borders)
    lines = [shapely.LineString(edge) for edge in every]
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize(lines))
        if shapely.covers(ground, face.representative_point())
    ]
    along = [face for face in faces if any(frozenset(e) in steps - borders for e in _edges(face))]
    beside = [face for face in faces if not any(face is other for other in along)]
    return partition.with_grids(grown), along, beside


def _rounded(at: tuple[float, ...]) -> Point:
    return round(at[0], DIGITS), round(at[1], DIGITS)


def _edges(geom: shapely.Geometry) -> Iterator[Edge]:
    for part in shapely.get_parts(geom):
        for ring in (part.exterior, *part.interiors):
            coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
            yield from itertools.pairwise(coords)


def _meet(edges: list[Edge], path: list[Point]) -> tuple[list[Point], dict[Edge, list[Point]]]:
    """Return the line through every corner where it meets the edges, and the corners by edge."""
    segments = np.array([shapely.LineString(edge) for edge in edges], dtype=object)
    ends = np.unique(np.array(edges).reshape(-1, 2), axis=0)
    new: dict[Edge, list[Point]] = {}
    path = [_onto(at, edges, segments, ends, new) for at in path]
    met = [path[0]]
    for a, b in itertools.pairwise(path):
        step = shapely.LineString([a, b])
        near = ends[shapely.dwithin(shapely.points(ends), step, SNAP)]
        stops = {(float(x), float(y)) for x, y in near}
        for position in np.flatnonzero(shapely.intersects(segments, step)):
            for at in shapely.get_coordinates(shapely.intersection(segments[position], step)):
                stops.add(_onto((float(at[0]), float(at[1])), edges, segments, ends, new))
        inner = stops - {a, b}
        met += [*sorted(inner, key=lambda at: step.project(shapely.Point(at))), b]
    return met, new


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
