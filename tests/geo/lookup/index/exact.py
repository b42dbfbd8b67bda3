"""The second opinion: which grid covers a point, in fractions, edge by edge, without shortcuts."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

NOWHERE = -1


def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """1 where p lies left of the line from a to b, −1 right of it, 0 on it."""
    a, b, c, d, p, q = map(Fraction, (ax, ay, bx, by, px, py))
    turn = (a - p) * (d - q) - (b - q) * (c - p)
    return (turn > 0) - (turn < 0)


def place(grid: shapely.Geometry, x: float, y: float) -> str:
    """Whether a point lies inside a valid polygon or multipolygon, on its border or outside."""
    inside = False
    for ring in shapely.get_rings(shapely.get_parts(grid)):
        corners = shapely.get_coordinates(ring).tolist()
        for (ax, ay), (bx, by) in pairwise(corners):
            if not min(ay, by) <= y <= max(ay, by):
                continue
            turn = orientation(ax, ay, bx, by, x, y)
            if turn == 0 and min(ax, bx) <= x <= max(ax, bx):
                return "border"
            if (ay > y) != (by > y):
                inside ^= turn == (1 if by > ay else -1)
    return "inside" if inside else "outside"


def assign(grids: NDArray[np.object_], points: NDArray[np.float64]) -> tuple[list[int], list[str]]:
    """The lowest position that covers each point, and how the point lies in it."""
    positions, places = [], []
    for x, y in points.tolist():
        found = ((i, place(grid, x, y)) for i, grid in enumerate(grids) if grid is not None)
        position, how = next(
            (answer for answer in found if answer[1] != "outside"), (NOWHERE, "outside")
        )
        positions.append(position)
        places.append(how)
    return positions, places


def nasty_points(grids: NDArray[np.object_]) -> NDArray[np.float64]:
    """Every corner and the middle of every edge, and their neighbours one ulp away each way."""
    rings = shapely.get_rings(shapely.get_parts(grids[[g is not None for g in grids]]))
    points = [shapely.get_coordinates(ring) for ring in rings]
    points += [(corners[1:] + corners[:-1]) / 2 for corners in points]
    near = np.concatenate(points)
    moved = [near]
    for axis in (0, 1):
        for way in (-np.inf, np.inf):
            beside = near.copy()
            beside[:, axis] = np.nextafter(beside[:, axis], way)
            moved.append(beside)
    return np.unique(np.concatenate(moved), axis=0)
