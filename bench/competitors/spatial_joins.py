"""Locate points in grids with the spatial join of a library; prints the seconds as JSON.

Usage: `spatial_joins.py LIBRARY FOLDER`. The folder contains grids.parquet (id, geometry as WKB)
and points.npy. The grid of each point, or -1, is written to LIBRARY.npy. The clock starts when both
tables are in memory, in the library's own form.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

ROUNDS = 3
JOIN = """
SELECT points.point_id, grids.id FROM points JOIN grids ON ST_Within(points.geom, grids.geom)
"""
GRIDS = "SELECT id, ST_GeomFromWKB(geometry) AS geom FROM grid_table"
POINTS = "SELECT point_id, ST_Point(lon, lat) AS geom FROM point_table"


def geopandas(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """`sjoin`, which builds its R-tree in every call."""
    import geopandas as gpd

    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=4326)
    geometry = shapely.from_wkb(grids["geometry"].to_numpy(zero_copy_only=False))
    right = gpd.GeoDataFrame({"id": grids["id"].to_numpy()}, geometry=geometry, crs=4326)

    def join() -> np.ndarray:
        joined = gpd.sjoin(left, right, how="left", predicate="within")
        return joined["id"].fillna(-1).to_numpy().astype(np.int32)

    return join


def duckdb(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """A join on ST_Within, which DuckDB's spatial extension runs with an R-tree."""
    import duckdb
    import duckdb_extension_spatial

    package = Path(duckdb_extension_spatial.__file__).parent
    extension = next(package.rglob("spatial.duckdb_extension"))
    connection = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    connection.execute(f"LOAD '{extension}'")
    connection.register("grid_table", grids)
    connection.register("point_table", point_table(points))
    connection.execute(f"CREATE TABLE grids AS {GRIDS}")
    connection.execute(f"CREATE TABLE points AS {POINTS}")

    def join() -> np.ndarray:
        rows = connection.execute(JOIN).fetchnumpy()
        return in_point_order(rows["point_id"], rows["id"], len(points))

    return join


def sedonadb(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """A join on ST_Within."""
    import sedonadb

    context = sedonadb.connect()
    context.sql("SET datafusion.execution.target_partitions = 1").execute()
    context.create_data_frame(grids).to_view("grid_table")
    context.create_data_frame(point_table(points)).to_view("point_table")
    context.sql(GRIDS).to_memtable().to_view("grids")
    context.sql(POINTS).to_memtable().to_view("points")

    def join() -> np.ndarray:
        rows = context.sql(JOIN).to_arrow_table()
        return in_point_order(rows["point_id"].to_numpy(), rows["id"].to_numpy(), len(points))

    return join


def point_table(points: np.ndarray) -> pa.Table:
    """Return points as a table of point_id, lon and lat."""
    columns = {"point_id": np.arange(len(points)), "lon": points[:, 0], "lat": points[:, 1]}
    return pa.table(columns)


def in_point_order(point_ids: np.ndarray, grid_ids: np.ndarray, count: int) -> np.ndarray:
    """Return the grid id of each point, -1 for points in no grid."""
    result = np.full(count, -1, np.int32)
    result[point_ids] = grid_ids
    return result


def main(library: str, folder: Path) -> None:
    """Time the join, print the best of several rounds, and save its result."""
    grids = pq.read_table(folder / "grids.parquet")
    join = globals()[library](grids, np.load(folder / "points.npy"))
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = join()
        times.append(time.perf_counter() - start)
    np.save(folder / f"{library}.npy", result)
    print(json.dumps({"seconds": min(times)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
