"""Reference implementation: which grid covers a point, edge by edge in exact fractions."""

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

NOWHERE = -1
Edge = tuple[float, float, float, float]


def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """1 if p lies left of the line from a to b, −1 if right of it, 0 if on it."""
    fractions = [number.as_integer_ratio() for number in (ax, ay, bx, by, px, py)]
    common = max(below for _, below in fractions)  # all of them are powers of two
    a, b, c, d, p, q = (above * (common // below) for above, below in fractions)
    turn = (a - p) * (d - q) - (b - q) * (c - p)
    return (turn > 0) - (turn < 0)


def edges_of(grid: shapely.Geometry) -> list[Edge]:
    """The edges of a polygon or multipolygon, as ax, ay, bx, by."""
    return [
        (ax, ay, bx, by)
        for ring in shapely.get_rings(shapely.get_parts(grid))
        for (ax, ay), (bx, by) in pairwise(shapely.get_coordinates(ring).tolist())
    ]


def locate(edges: list[Edge], x: float, y: float) -> str:
    """Whether a point lies inside a valid polygon or multipolygon, on its border or outside."""
    inside = False
    for ax, ay, bx, by in edges:
        if not (ay <= y <= by or by <= y <= ay):
            continue
        turn = orientation(ax, ay, bx, by, x, y)
        if turn == 0 and min(ax, bx) <= x <= max(ax, bx):
            return "border"
        if (ay > y) != (by > y):
            inside ^= turn == (1 if by > ay else -1)
    return "inside" if inside else "outside"


def assign(grids: NDArray[np.object_], points: NDArray[np.float64]) -> tuple[list[int], list[str]]:
    """The lowest position that covers each point, and how the point lies in that grid."""
    positions, methods = [], []
    edges = [(i, edges_of(grid)) for i, grid in enumerate(grids) if grid is not None]
    for x, y in points.tolist():
        results = ((i, locate(border, x, y)) for i, border in edges)
        covering = ((i, method) for i, method in results if method != "outside")
        position, method = next(covering, (NOWHERE, "outside"))
        positions.append(position)
        methods.append(method)
    return positions, methods


def hard_points(grids: NDArray[np.object_]) -> NDArray[np.float64]:
    """Every vertex and the middle of every edge, and the points one ulp away on each side."""
    rings = shapely.get_rings(shapely.get_parts(grids[[g is not None for g in grids]]))
    vertices = [shapely.get_coordinates(ring) for ring in rings]
    middles = [(coords[1:] + coords[:-1]) / 2 for coords in vertices]
    points = np.concatenate(vertices + middles)
    shifted = [points]
    for axis in (0, 1):
        for direction in (-np.inf, np.inf):
            copy = points.copy()
            copy[:, axis] = np.nextafter(copy[:, axis], direction)
            shifted.append(copy)
    return np.unique(np.concatenate(shifted), axis=0)
