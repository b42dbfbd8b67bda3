"""The cell index against spatial joins: a million points in 721, 20,000 and 100,000 grids."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from sqlalchemy.engine import make_url

from bench import competitor_env, database, generated_partition
from bench.measurements import Measurement, median_seconds
from geo.postgres import embedded
from geo.settings import Settings

POINTS = 1_000_000
CASES = ((721, 250), (20_000, 100), (100_000, 40))
"""The number of grids, and of corners of each."""
LIBRARIES = ("sedonadb", "geopandas", "duckdb")
MAX_BUILD_S = {721: 0.3, 100_000: 6.0}
MEGABYTE = 1 << 20


def measure() -> Iterator[Measurement]:
    """Yield ratios of run times, one thread each, all on the same core."""
    our_seconds = {}
    with database.temporary_database() as settings:
        for count, corners in CASES:
            ours, competitors = _run_case(settings, count, corners)
            our_seconds[count] = ours["seconds"]
            yield from _measurements(count, ours, competitors)
    growth = our_seconds[CASES[-1][0]] / our_seconds[CASES[0][0]]
    yield Measurement("cost of a point, 721 → 100,000 grids", growth, at_most=3)


def _measurements(
    count: int, ours: dict[str, Any], competitors: dict[str, float]
) -> Iterator[Measurement]:
    name = f"{count:,} grids"
    times = ", ".join(
        f"{competitor} {seconds:.2f} s" for competitor, seconds in competitors.items()
    )
    yield Measurement(
        f"{name}: against the fastest competitor",
        min(competitors.values()) / ours["seconds"],
        at_least=12,
        details=f"ours {ours['seconds'] * 1e3:.1f} ms; {times}",
    )
    yield Measurement(
        f"{name}: against the floor",
        ours["seconds"] / ours["floor"],
        at_most=3,
        details=f"floor {ours['floor'] * 1e3:.1f} ms",
    )
    yield Measurement(
        f"{name}: building the index",
        ours["build"],
        "s",
        at_most=MAX_BUILD_S.get(count),
        details=f"its memory is {ours['nbytes'] / MEGABYTE:.1f} MB",
    )


def _run_case(
    settings: Settings, count: int, corners: int
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the results of the index and the seconds of each competitor.

    Raises RuntimeError if they do not agree on every point.
    """
    grids = generated_partition.generate_grids(count, corners)
    points = generated_partition.random_points(grids, POINTS)
    with tempfile.TemporaryDirectory(dir=settings.home) as name:
        folder = Path(name)
        wkb = pa.array(shapely.to_wkb(grids), pa.binary())
        ids = np.arange(count, dtype=np.int32)
        pq.write_table(pa.table({"id": ids, "geometry": wkb}), folder / "grids.parquet")
        np.save(folder / "points.npy", points)
        ours = competitor_env.run_ours("cell_index", folder)
        competitors = {
            library: competitor_env.run("spatial_joins", library, folder)["seconds"]
            for library in LIBRARIES
        }
        competitors["PostGIS"] = _run_postgis(settings, grids, points, folder)
        expected = np.load(folder / "cell_index.npy")
        for competitor in competitors:
            if not np.array_equal(np.load(folder / f"{competitor}.npy"), expected):
                raise RuntimeError(f"{competitor} and the index do not agree on {count} grids")
    return ours, competitors


def _run_postgis(settings: Settings, grids: np.ndarray, points: np.ndarray, folder: Path) -> float:
    """Return the seconds of a join in PostGIS, without parallel workers."""
    url = make_url(embedded.url(settings)).set(drivername="postgresql")
    dsn = url.render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
        connection.execute("DROP TABLE IF EXISTS bench_grid, bench_point")
        connection.execute("CREATE TABLE bench_grid (id int, geom geometry(Polygon, 4326))")
        connection.execute("CREATE TABLE bench_point (id int, geom geometry(Point, 4326))")
        _copy(connection, "bench_grid", grids)
        _copy(connection, "bench_point", shapely.points(points))
        connection.execute("CREATE INDEX ON bench_grid USING gist (geom)")
        connection.execute("VACUUM ANALYZE bench_grid")
        connection.execute("VACUUM ANALYZE bench_point")
        join = "bench_point AS point JOIN bench_grid AS grid ON ST_Covers(grid.geom, point.geom)"
        count = f"SELECT count(*) FROM {join}"
        seconds = median_seconds(lambda: connection.execute(count).fetchone(), rounds=1)
        rows = np.array(connection.execute(f"SELECT point.id, grid.id FROM {join}").fetchall())
    result = np.full(len(points), -1, np.int32)
    result[rows[:, 0]] = rows[:, 1]
    np.save(folder / "PostGIS.npy", result)
    return seconds


def _copy(connection: psycopg.Connection, table: str, geometries: np.ndarray) -> None:
    hex_wkb = shapely.to_wkb(shapely.set_srid(geometries, 4326), hex=True, include_srid=True)
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for number, geometry in enumerate(hex_wkb):
            copy.write_row((number, geometry))
