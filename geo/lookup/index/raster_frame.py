"""The frame of the root raster: its origin, cell size, columns and rows."""

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.edge_binning import CELL_MARGIN

WEST, SOUTH, CELLS_PER_X, CELLS_PER_Y, CELL_WIDTH, CELL_HEIGHT, COLUMNS, ROWS = range(8)
"""Indexes into a frame, an array of eight numbers."""

MAX_COLUMNS = 8192
BORDER_MARGIN = 0.001
"""Gap between the borders and the outer ring of empty cells, in cells; well over CELL_MARGIN."""


def fit_frame(vertices: NDArray[np.void], cells: int) -> NDArray[np.float64]:
    """Return a frame of about this many cells, square in degrees, over the extent of all vertices.

    The outer ring of cells stays empty: points outside the frame are clamped into it.
    """
    if not len(vertices):
        return np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    low = np.array([vertices["x"].min(), vertices["y"].min()])
    high = np.array([vertices["x"].max(), vertices["y"].max()])
    min_size = min_cell_size(vertices)
    extent = np.maximum(high - low, min_size)
    count = np.clip(np.ceil(extent / np.sqrt(extent.prod() / cells)), 1, MAX_COLUMNS)
    size = np.maximum(extent / (count - 2 * BORDER_MARGIN), min_size)
    return np.array([*(low - (1 + BORDER_MARGIN) * size), *(1 / size), *size, *(count + 2)])


def min_cell_size(vertices: NDArray[np.void]) -> float:
    """Return the smallest permitted side of a cell, at any depth.

    Rounding must move a coordinate by far less than CELL_MARGIN of a cell.
    """
    largest = max(np.abs(vertices["x"]).max(), np.abs(vertices["y"]).max())
    return float(16 * np.spacing(largest) / CELL_MARGIN)
