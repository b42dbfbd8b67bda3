"""Lines between buildings with few corners, as a person would draw them. All in metres."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry.topology import Geoms

Coords = NDArray[np.float64]
Pairs = NDArray[np.bool_]

MAX_MOVE_M = 6.0
"""A line is moved by no more than this."""
CORNER_COST_M = 4.0
"""One corner less is worth moving a line so far."""
MAX_CLEARANCE_M = 1.5
"""A line keeps half of its distance to buildings, or at least this."""
WALL_M = 0.3
"""Nearer than this to a building a line runs along its wall, and may enter it by this."""
DETAIL_M = 0.1
MAX_VERTICES = 120
"""Of the lines examined; longer ones are simplified more."""


def straighten(line: shapely.LineString, buildings: Geoms, area: Any) -> shapely.LineString:
    """Return a line with the same ends and few corners that passes the buildings on the same sides.

    It moves by up to MAX_MOVE_M, keeps a distance from buildings, and stays in the area. Closed
    lines do not change.
    """
    if line.is_closed:
        return line
    coords = _vertices(line)
    near = buildings[shapely.dwithin(buildings, line, 2 * MAX_MOVE_M)]
    allowed = _clear_chords(coords, _obstacles(line, near), area)
    allowed &= _same_sides(coords, shapely.get_coordinates(shapely.point_on_surface(near)))
    return shapely.LineString(coords[_cheapest_path(coords, allowed)])


def _vertices(line: shapely.LineString) -> Coords:
    detail = DETAIL_M
    while True:
        coords: Coords = shapely.get_coordinates(shapely.simplify(line, detail))
        if len(coords) <= MAX_VERTICES:
            return coords
        detail *= 1.5


def _obstacles(line: shapely.LineString, buildings: Geoms) -> Geoms:
    """Return what a line may not cross: buildings with some clearance."""
    distance = shapely.distance(buildings, line)
    clearance = np.where(distance < WALL_M, -WALL_M, np.minimum(distance / 2, MAX_CLEARANCE_M))
    return np.asarray(shapely.buffer(buildings, clearance), dtype=object)


def _clear_chords(coords: Coords, obstacles: Geoms, area: Any) -> Pairs:
    """Tell for each pair of n vertices whether a straight line joins them, near the line: (n, n).

    Consecutive ones always are.
    """
    count = len(coords)
    pairs = np.column_stack(np.triu_indices(count, 2))
    is_near = [_deviation(coords, a, b) <= MAX_MOVE_M for a, b in pairs.tolist()]
    first, second = pairs[np.array(is_near, dtype=np.bool_)].T
    ends = np.stack([coords[first], coords[second]], axis=1)
    chords: Geoms = np.asarray(shapely.linestrings(ends), dtype=object)
    roomy = shapely.buffer(area, 1e-3)
    shapely.prepare(roomy)
    is_clear = shapely.covers(roomy, chords)
    is_clear[shapely.STRtree(chords).query(obstacles, predicate="intersects")[1]] = False
    allowed = np.eye(count, k=1, dtype=bool)
    allowed[first[is_clear], second[is_clear]] = True
    return allowed


def _deviation(coords: Coords, first: int, second: int) -> float:
    """Return how far the vertices between two others lie from the straight line between them."""
    start, step = coords[first], coords[second] - coords[first]
    inner = coords[first + 1 : second] - start
    length2 = float(step @ step)
    along = np.clip(inner @ step / length2, 0, 1) if length2 else np.zeros(len(inner))
    away = inner - along[:, None] * step
    return float(np.sqrt((away**2).sum(axis=1).max(initial=0)))


def _same_sides(coords: Coords, points: Coords) -> Pairs:
    """Tell for each pair of n vertices whether a chord passes all points as the line does: (n, n).

    Seen from a point, the line between the two then turns by less than half a circle.
    """
    rays = coords[None] - points[:, None]
    angles = np.unwrap(np.arctan2(rays[..., 1], rays[..., 0]), axis=1)
    turns = np.abs(angles[:, :, None] - angles[:, None, :])
    same: Pairs = (turns < np.pi).all(axis=0)
    return same


def _cheapest_path(coords: Coords, allowed: Pairs) -> list[int]:
    """Return the vertices of the path from first to last with few corners and little movement."""
    count = len(coords)
    cost, previous = np.full(count, np.inf), np.zeros(count, dtype=int)
    cost[0] = 0
    for second in range(1, count):
        for first in np.flatnonzero(allowed[:second, second]).tolist():
            total = cost[first] + CORNER_COST_M + _deviation(coords, first, second)
            if total < cost[second]:
                cost[second], previous[second] = total, first
    path = [count - 1]
    while path[-1]:
        path.append(int(previous[path[-1]]))
    return path[::-1]
