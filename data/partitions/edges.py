"""The edges of polygons: list them, insert corners into them, and remove redundant corners."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geoms = NDArray[np.object_]
Corner = tuple[float, float]
Edge = tuple[Corner, Corner]
"""Two corners, the smaller first, so that both neighbours have the same edge on their border."""


def edge(a: Corner, b: Corner) -> Edge:
    """Return the edge between two corners."""
    return (a, b) if a <= b else (b, a)


def edges_of(geometry: Any) -> Iterator[Edge]:
    """Yield the edges of a polygon or multipolygon."""
    for ring in _rings(geometry):
        yield from edges_along(ring)


def edges_along(corners: Iterable[Corner]) -> Iterator[Edge]:
    """Yield the edges between consecutive corners of a line."""
    for a, b in pairwise(corners):
        yield edge(a, b)


def length(line: Edge) -> float:
    """Return the length of an edge, in the units of its coordinates."""
    (ax, ay), (bx, by) = line
    return float(np.hypot(bx - ax, by - ay))


def segmentize(line: Edge, step: float) -> list[Corner]:
    """Return the corners of an edge from end to end, evenly spaced and at most `step` apart."""
    (ax, ay), (bx, by) = line
    inserted = int(length(line) // step)
    if not inserted:
        return [*line]
    fraction = np.linspace(0, 1, inserted + 2)[1:-1]
    between = np.column_stack([ax + fraction * (bx - ax), ay + fraction * (by - ay)])
    return [line[0], *((x, y) for x, y in between.tolist()), line[1]]


def insert_corners(geometry: Any, corners: Mapping[Edge, list[Corner]]) -> Any:
    """Return a polygon or multipolygon in which the edges have the corners of `segmentize`."""

    def insert(ring: list[Corner]) -> list[Corner]:
        longer: list[Corner] = []
        for a, b in pairwise(ring):
            line = corners.get(edge(a, b), [a, b])
            longer += (line if line[0] == a else line[::-1])[:-1]
        return [*longer, longer[0]]

    return _map_rings(geometry, insert)


def remove_redundant_corners(geoms: Geoms, corners: Iterable[list[Corner]]) -> Geoms:
    """Remove the inserted corners at which no third edge ends.

    `corners` has the corners of each segmentized edge, its ends included; the ends stay.
    """
    inserted = {
        corner: {before, after}
        for line in corners
        for before, corner, after in zip(line, line[1:], line[2:], strict=False)
    }
    if not inserted:
        return geoms
    points = shapely.points(list(inserted))
    touched = np.unique(shapely.STRtree(geoms).query(points, predicate="intersects")[1])
    adjacent: dict[Corner, set[Corner]] = defaultdict(set)
    for position in touched:
        for a, b in edges_of(geoms[position]):
            adjacent[a].add(b)
            adjacent[b].add(a)
    redundant = {corner for corner, ends in inserted.items() if adjacent[corner] == ends}

    def remove(ring: list[Corner]) -> list[Corner]:
        shorter = [corner for corner in ring[:-1] if corner not in redundant]
        return [*shorter, shorter[0]]

    simplified = geoms.copy()
    for position in touched:
        simplified[position] = _map_rings(geoms[position], remove)
    return simplified


def _map_rings(geometry: Any, change: Callable[[list[Corner]], list[Corner]]) -> Any:
    """Return a polygon or multipolygon with `change` applied to each of its rings."""
    polygons = []
    for polygon in shapely.get_parts(geometry):
        shell, *holes = (change(ring) for ring in _rings(polygon))
        polygons.append(shapely.Polygon(shell, holes))
    return shapely.multipolygons(polygons) if len(polygons) > 1 else polygons[0]


def _rings(geometry: Any) -> Iterator[list[Corner]]:
    """Yield each ring as a list of corners: for each polygon its shell, then its holes."""
    polygons = geometry if geometry.geom_type == "Polygon" else shapely.get_parts(geometry)
    for ring in shapely.get_rings(polygons):
        yield [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
