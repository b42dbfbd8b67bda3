"""A CSV of points with their grids by a script of today: `frames.py FOLDER` prints its seconds.

FOLDER holds points.csv and grids.parquet (code, geometry as WKB), and gets script.csv.
"""

import json
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import shapely


def main(folder: Path) -> None:
    """Read, join, write; the grids are in memory before the clock starts."""
    table = pq.read_table(folder / "grids.parquet")
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    grids = gpd.GeoDataFrame({"grid_code": table["code"].to_pandas()}, geometry=shapes, crs=4326)
    began = time.perf_counter()
    rows = pd.read_csv(folder / "points.csv")
    spots = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows.lon, rows.lat), crs=4326)
    joined = gpd.sjoin(spots, grids, how="left", predicate="within")
    joined.drop(columns=["geometry", "index_right"]).to_csv(folder / "script.csv", index=False)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
