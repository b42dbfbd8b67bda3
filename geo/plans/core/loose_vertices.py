"""Vertices that an edit inserted into borders and that no border needs any more."""

from typing import Any

import numpy as np
import shapely

from geo.plans.core.noding import Point, ring_coords
from geo.plans.core.partition import Grid, Partition, Polygonal, grid_geometries

STRAIGHT_DEG = 1e-11
"""Degrees: a vertex so near to the line between its neighbours is inserted, not drawn."""


def drop_loose_vertices(before: Partition, after: Partition) -> Partition:
    """Return a partition without vertices that are new, in the middle of an edge, and in no use.

    Original vertices stay. A grid that has its original vertices is the original one again, so
    that a building that moves there and back changes nothing.
    """
    originals = {**before.grids, **before.originals}
    old = {id(grid.geom) for grid in before.grids.values()}
    changed = [code for code, grid in after.grids.items() if id(grid.geom) not in old]
    original_vertices = {
        point
        for code in _near(after, changed)
        if code in originals
        for point in _vertices(originals[code].geom)
    }
    new = {
        point for code in changed for point in _vertices(after.grids[code].geom)
    } - original_vertices
    near = _near(after, changed)
    loose = _loose(after, near, new)
    grids = dict(after.grids)
    for code in near:
        geom = _without(grids[code].geom, loose)
        if geom is grids[code].geom and code not in changed:
            continue
        original = originals[code].geom if code in originals else geom
        grids[code] = Grid(grids[code].name, _prefer(geom, original))
    return after.with_grids(grids)


def _near(partition: Partition, codes: list[str]) -> list[str]:
    """Return the grids that meet one of some grids, and those themselves."""
    geoms = np.array([partition.grids[code].geom for code in codes], dtype=object)
    matches = shapely.STRtree(grid_geometries(partition)).query(geoms)[1]
    every = list(partition.grids)
    return [every[position] for position in np.unique(matches).tolist()]


def _vertices(geom: Polygonal) -> set[Point]:
    return {(x, y) for x, y in shapely.get_coordinates(geom).tolist()}


def _loose(partition: Partition, codes: list[str], new: set[Point]) -> set[Point]:
    """Return new vertices that lie straight between the same two neighbours in every grid."""
    neighbours: dict[Point, set[Point]] = {}
    for code in codes:
        for ring in ring_coords(partition.grids[code].geom):
            path = [(x, y) for x, y in ring.tolist()]
            for a, point, b in zip([path[-2], *path], path[:-1], path[1:], strict=False):
                if point in new:
                    neighbours.setdefault(point, set()).update((a, b))
    return {
        point
        for point, ends in neighbours.items()
        if len(ends) == 2 and _is_straight(point, *sorted(ends))
    }


def _is_straight(point: Point, start: Point, end: Point) -> bool:
    step, away = np.subtract(end, start), np.subtract(point, start)
    return bool(abs(step[0] * away[1] - step[1] * away[0]) <= STRAIGHT_DEG * np.hypot(*step))


def _without(geom: Polygonal, loose: set[Point]) -> Polygonal:
    """Return a polygon without some of its vertices; the same object if it has none of them."""
    if not loose & _vertices(geom):
        return geom
    parts = [
        shapely.Polygon(
            _shorter(part.exterior, loose), [_shorter(r, loose) for r in part.interiors]
        )
        for part in shapely.get_parts(geom)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _shorter(ring: Any, loose: set[Point]) -> list[Point]:
    coords = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
    return [point for point in coords[:-1] if point not in loose]


def _prefer(geom: Polygonal, original: Polygonal) -> Polygonal:
    """Return the original geometry if the other one has the same vertices."""
    same = shapely.equals_exact(shapely.normalize(geom), shapely.normalize(original), tolerance=0.0)
    return original if same else geom
