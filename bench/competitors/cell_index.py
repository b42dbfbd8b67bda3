"""Locate points in grids with the cell index; prints seconds, memory and the floor as JSON.

Usage: `cell_index.py FOLDER`, with the folder of spatial_joins.py; the result is written to
cell_index.npy. The floor is a lower limit for any index of the same size: the time to read the two
coordinates of each point and one number from a table.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely
from numba import njit
from numpy.typing import NDArray

from geo.lookup.index import cell_index, point_query

ROUNDS = 7


@njit(nogil=True)
def gather(
    points: NDArray[np.float64],
    table: NDArray[np.int32],
    columns: int,
    transform: tuple[float, float, float, float],
    result: NDArray[np.int32],
) -> None:
    """Fill `result` with the table value of the square cell that contains each point."""
    west, south, per_x, per_y = transform
    for i in range(len(points)):
        column = int((points[i, 0] - west) * per_x)
        row = int((points[i, 1] - south) * per_y)
        result[i] = table[row * columns + column]


def floor_seconds(points: NDArray[np.float64], nbytes: int) -> float:
    """Return the time of `gather` with a table of this size."""
    columns = math.isqrt(nbytes // 4)
    table = np.random.default_rng(3).integers(0, 1000, columns * columns, np.int32)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = columns / (high - low) * (1 - 1e-9)
    transform = (low[0], low[1], scale[0], scale[1])
    result = np.empty(len(points), np.int32)
    return best_seconds(lambda: gather(points, table, columns, transform, result))


def best_seconds(function: Callable[[], object]) -> float:
    """Return the shortest run time of several rounds, without the first one, which compiles."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def main(folder: Path) -> None:
    """Build the index, time the lookup of all points, and save its result."""
    wkb = pq.read_table(folder / "grids.parquet")["geometry"].to_numpy(zero_copy_only=False)
    grids = shapely.from_wkb(wkb)
    points = np.load(folder / "points.npy")
    cell_index.build(grids[:2])  # compiles
    start = time.perf_counter()
    index = cell_index.build(grids)
    build_s = time.perf_counter() - start
    seconds = best_seconds(lambda: point_query.assign(index, points))
    np.save(folder / "cell_index.npy", point_query.assign(index, points))
    floor_s = floor_seconds(points, index.nbytes)
    result = {"build": build_s, "seconds": seconds, "nbytes": index.nbytes, "floor": floor_s}
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
