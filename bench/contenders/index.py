"""Points in grids by the cell index: `index.py FOLDER` prints seconds, memory and the floor.

The folder is that of joins.py; the answers go to index.npy. The floor is what nobody can go
below: reading two coordinates for each point, and gathering one number from a table of the
index's size.
"""

import json
import math
import sys
import time
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
    side: int,
    frame: tuple[float, float, float, float],
    found: NDArray[np.int32],
) -> None:
    """Fill `found` with the number of the square cell that each point lies in."""
    west, south, per_x, per_y = frame
    for i in range(len(points)):
        column = int((points[i, 0] - west) * per_x)
        row = int((points[i, 1] - south) * per_y)
        found[i] = table[row * side + column]


def floor(points: NDArray[np.float64], nbytes: int) -> float:
    """Return the seconds of the bare gather."""
    side = math.isqrt(nbytes // 4)
    table = np.random.default_rng(3).integers(0, 1000, side * side, np.int32)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / (high - low) * (1 - 1e-9)
    frame = (low[0], low[1], scale[0], scale[1])
    found = np.empty(len(points), np.int32)
    return best(lambda: gather(points, table, side, frame, found))


def best(work: object) -> float:
    """Return the seconds of the fastest of some rounds; the first, which compiles, is left out."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken[1:])


def main(folder: Path) -> None:
    """Build, ask, and keep the answers."""
    shapes = shapely.from_wkb(
        pq.read_table(folder / "grids.parquet")["geometry"].to_numpy(zero_copy_only=False)
    )
    points = np.load(folder / "points.npy")
    cell_index.build(shapes[:2])  # compiles
    began = time.perf_counter()
    index = cell_index.build(shapes)
    built = time.perf_counter() - began
    asked = best(lambda: point_query.assign(index, points))
    np.save(folder / "index.npy", point_query.assign(index, points))
    told = {"built": built, "seconds": asked, "nbytes": index.nbytes}
    print(json.dumps(told | {"floor": floor(points, index.nbytes)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
