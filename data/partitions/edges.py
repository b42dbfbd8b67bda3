"""The edges of polygons: list them, set corners into them, and take idle corners out again."""

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
"""Two corners, the lesser first, so that both neighbours know it by the same name."""


def edge(a: Corner, b: Corner) -> Edge:
    """Return the edge between two corners."""
    return (a, b) if a <= b else (b, a)


def of(geometry: Any) -> Iterator[Edge]:
    """Yield the edges of a polygon or of several."""
    for ring in _rings(geometry):
        yield from along(ring)


def along(corners: Iterable[Corner]) -> Iterator[Edge]:
    """Yield the edges of a line of corners."""
    for a, b in pairwise(corners):
        yield edge(a, b)


def length(one: Edge) -> float:
    """Return the length of an edge in the unit of its corners."""
    (ax, ay), (bx, by) = one
    return float(np.hypot(bx - ax, by - ay))


def split(one: Edge, step: float) -> list[Corner]:
    """Return an edge's ends and, between them, corners at most `step` apart."""
    (ax, ay), (bx, by) = one
    share = np.linspace(0, 1, int(length(one) // step) + 2)[1:-1]
    between = np.column_stack([ax + share * (bx - ax), ay + share * (by - ay)])
    return [one[0], *((x, y) for x, y in between.tolist()), one[1]]


def set_in(geometry: Any, corners: Mapping[Edge, list[Corner]]) -> Any:
    """Return a polygon or multipolygon with corners set into its edges, as `split` made them."""

    def change(ring: list[Corner]) -> list[Corner]:
        changed: list[Corner] = []
        for a, b in pairwise(ring):
            between = corners.get(edge(a, b), [a, b])
            changed += (between if between[0] == a else between[::-1])[:-1]
        return [*changed, changed[0]]

    return _rebuilt(geometry, change)


def take_out(geoms: Geoms, corners: Iterable[list[Corner]]) -> Geoms:
    """Return polygons without those corners, of edges that were split, that bound nothing else."""
    ends = {
        corner: {before, after}
        for line in corners
        for before, corner, after in zip(line, line[1:], line[2:], strict=False)
    }
    if not ends:
        return geoms
    places = shapely.points(list(ends))
    touched = np.unique(shapely.STRtree(geoms).query(places, predicate="intersects")[1])
    around: dict[Corner, set[Corner]] = defaultdict(set)
    for a, b in (one for position in touched for one in of(geoms[position])):
        around[a].add(b)
        around[b].add(a)
    idle = {corner for corner, beside in ends.items() if around[corner] == beside}

    def change(ring: list[Corner]) -> list[Corner]:
        kept = [corner for corner in ring[:-1] if corner not in idle]
        return [*kept, kept[0]]

    thinned = geoms.copy()
    for position in touched:
        thinned[position] = _rebuilt(geoms[position], change)
    return thinned


def _rebuilt(geometry: Any, change: Callable[[list[Corner]], list[Corner]]) -> Any:
    """Return a polygon or multipolygon with each of its rings changed."""
    polygons = []
    for polygon in shapely.get_parts(geometry):
        shell, *holes = (change(ring) for ring in _rings(polygon))
        polygons.append(shapely.Polygon(shell, holes))
    return shapely.multipolygons(polygons) if len(polygons) > 1 else polygons[0]


def _rings(geometry: Any) -> Iterator[list[Corner]]:
    """Yield rings as lists of corners, the shell of each polygon before its holes."""
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        yield [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
