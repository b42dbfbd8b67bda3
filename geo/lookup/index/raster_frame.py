"""Where the root raster lies: its corner, its cells, and how fine cells may become."""

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.edge_raster import REACH

X, Y, PER_X, PER_Y, WIDTH, HEIGHT, COLUMNS, ROWS = range(8)
"""What stands where in a frame, an array of eight numbers."""

MOST_COLUMNS = 8192
MARGIN = 0.001
"""How far inside the ring of empty cells the borders stay, in cells: far beyond REACH."""


def lay_out(lines: NDArray[np.void], cells: int) -> NDArray[np.float64]:
    """Return the frame of about this many cells, as wide as high, over all corners.

    One ring of cells around stays empty, so that a point outside can be moved into it.
    """
    if not len(lines):
        return np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    low = np.array([lines["x"].min(), lines["y"].min()])
    high = np.array([lines["x"].max(), lines["y"].max()])
    smallest = finest(lines)
    extent = np.maximum(high - low, smallest)
    count = np.clip(np.ceil(extent / np.sqrt(extent.prod() / cells)), 1, MOST_COLUMNS)
    size = np.maximum(extent / (count - 2 * MARGIN), smallest)
    return np.array([*(low - (1 + MARGIN) * size), *(1 / size), *size, *(count + 2)])


def finest(lines: NDArray[np.void]) -> float:
    """Return the smallest side a cell may have.

    Rounding a coordinate must move it by far less than REACH, the slack around each cell.
    """
    largest = max(np.abs(lines["x"]).max(), np.abs(lines["y"]).max())
    return float(16 * np.spacing(largest) / REACH)
