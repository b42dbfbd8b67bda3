"""Add grids to a CSV of points as a typical geopandas script does; prints the seconds as JSON.

Usage: `geopandas_script.py FOLDER`. The folder contains points.csv and grids.parquet (code,
geometry as WKB); the result is written to script.csv.
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
    """Time reading, joining and writing; the grids are loaded before."""
    table = pq.read_table(folder / "grids.parquet")
    geometry = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    grids = gpd.GeoDataFrame({"grid_code": table["code"].to_pandas()}, geometry=geometry, crs=4326)
    start = time.perf_counter()
    rows = pd.read_csv(folder / "points.csv")
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows.lon, rows.lat), crs=4326)
    joined = gpd.sjoin(points, grids, how="left", predicate="within")
    joined.drop(columns=["geometry", "index_right"]).to_csv(folder / "script.csv", index=False)
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
