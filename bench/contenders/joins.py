"""Points in grids by a library's own means: `joins.py LIBRARY FOLDER` prints seconds and answers.

FOLDER holds grids.parquet (id, geometry as WKB) and points.npy, and gets LIBRARY.npy: the grid
of each point, or -1. What is timed starts with both in memory, in the library's own form.
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
    SELECT points.spot, grids.id FROM points JOIN grids ON ST_Within(points.geom, grids.geom)
"""


def geopandas(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """`sjoin`, which makes its tree anew each time."""
    import geopandas as gpd

    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=4326)
    shapes = shapely.from_wkb(grids["geometry"].to_numpy(zero_copy_only=False))
    right = gpd.GeoDataFrame({"id": grids["id"].to_numpy()}, geometry=shapes, crs=4326)

    def answer() -> np.ndarray:
        joined = gpd.sjoin(left, right, how="left", predicate="within")
        return joined["id"].fillna(-1).to_numpy().astype(np.int32)

    return answer


def duckdb(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """A join on ST_Within, which DuckDB's spatial extension runs with a tree of its own."""
    import duckdb
    import duckdb_extension_spatial

    home = next(Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
    base = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    base.execute(f"LOAD '{home}'")
    spots = pa.table({"spot": np.arange(len(points)), "lon": points[:, 0], "lat": points[:, 1]})
    base.register("given_grids", grids)
    base.register("given_points", spots)
    base.execute(
        "CREATE TABLE grids AS SELECT id, ST_GeomFromWKB(geometry) AS geom FROM given_grids"
    )
    base.execute("CREATE TABLE points AS SELECT spot, ST_Point(lon, lat) AS geom FROM given_points")

    def answer() -> np.ndarray:
        rows = base.execute(JOIN).fetchnumpy()
        return spread(rows["spot"], rows["id"], len(points))

    return answer


def sedonadb(grids: pa.Table, points: np.ndarray) -> Callable[[], np.ndarray]:
    """A join on ST_Within."""
    import sedonadb

    base = sedonadb.connect()
    base.sql("SET datafusion.execution.target_partitions = 1").execute()
    spots = pa.table({"spot": np.arange(len(points)), "lon": points[:, 0], "lat": points[:, 1]})
    base.create_data_frame(grids).to_view("given_grids")
    base.create_data_frame(spots).to_view("given_points")
    base.sql("SELECT id, ST_GeomFromWKB(geometry) AS geom FROM given_grids").to_memtable().to_view(
        "grids"
    )
    base.sql("SELECT spot, ST_Point(lon, lat) AS geom FROM given_points").to_memtable().to_view(
        "points"
    )

    def answer() -> np.ndarray:
        rows = base.sql(JOIN).to_arrow_table()
        return spread(rows["spot"].to_numpy(), rows["id"].to_numpy(), len(points))

    return answer


def spread(spots: np.ndarray, ids: np.ndarray, count: int) -> np.ndarray:
    """Return the answers in the order of the points."""
    found = np.full(count, -1, np.int32)
    found[spots] = ids
    return found


def main(library: str, folder: Path) -> None:
    """Time the join, best of a few, and keep what it answers."""
    grids = pq.read_table(folder / "grids.parquet")
    answer = globals()[library](grids, np.load(folder / "points.npy"))
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = answer()
        taken.append(time.perf_counter() - began)
    np.save(folder / f"{library}.npy", found)
    print(json.dumps({"seconds": min(taken)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
