"""Query the cell index: which grid covers a point, for one point or millions."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.bulk_lookup import assign_points
from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.jit import jit
from geo.lookup.index.single_lookup import locate_point


class Method(StrEnum):
    """How a point lies in its grid: inside, exactly on its border, or outside every grid."""

    INSIDE = "inside"
    BORDER = "border"
    OUTSIDE = "outside"


METHODS = tuple(Method)
"""The methods by the numbers that `assign_with_methods` returns."""


def locate(index: CellIndex, lon: float, lat: float) -> int:
    """Return the position of the grid of one point, or NOWHERE; see `assign`."""
    position, _ = locate_point(
        index.cells, index.quantized_cells, index.exact_cells, index.vertices, index.frame, lon, lat
    )
    return position


def locate_with_method(index: CellIndex, lon: float, lat: float) -> tuple[int, Method]:
    """Return the position of the grid of one point, or NOWHERE, and how the point lies in it."""
    position, method = locate_point(
        index.cells, index.quantized_cells, index.exact_cells, index.vertices, index.frame, lon, lat
    )
    return position, METHODS[method]


def assign(index: CellIndex, points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each of n points (lon, lat), the position of its grid, or NOWHERE.

    Shapes (n, 2) → (n,). A point on a shared border belongs to the lowest position that covers it.
    Points with NaN or infinite coordinates are NOWHERE.
    """
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 2)
    positions = np.empty(len(points), np.int32)
    assign_points(
        index.cells,
        index.quantized_cells,
        index.exact_cells,
        index.vertices,
        index.frame,
        points,
        positions,
    )
    return positions


def assign_with_methods(
    index: CellIndex, points: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the positions of n points, as `assign`, and how each point lies in its grid.

    Shapes (n, 2) → (n,), (n,). The second array holds indexes into METHODS.
    """
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 2)
    positions, methods = np.empty(len(points), np.int32), np.empty(len(points), np.int8)
    _assign_with_methods(
        index.cells,
        index.quantized_cells,
        index.exact_cells,
        index.vertices,
        index.frame,
        points,
        positions,
        methods,
    )
    return positions, methods


@jit
def _assign_with_methods(
    cells: np.ndarray,
    quantized_cells: np.ndarray,
    exact_cells: np.ndarray,
    vertices: np.ndarray,
    frame: np.ndarray,
    points: np.ndarray,
    positions: np.ndarray,
    methods: np.ndarray,
) -> None:
    for i in range(len(points)):
        positions[i], methods[i] = locate_point(
            cells, quantized_cells, exact_cells, vertices, frame, points[i, 0], points[i, 1]
        )
