"""A million points in 721, 20,000 and 100,000 grids: the cell index against peers and the floor."""

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

from bench import ground, partitions, peers
from bench.figures import Figure, seconds
from geo.postgres import embedded
from geo.settings import Settings

POINTS = 1_000_000
CASES = ((721, 250), (20_000, 100), (100_000, 40))
"""How many grids, of about how many corners each."""
LIBRARIES = ("sedonadb", "geopandas", "duckdb")
MEGABYTE = 1 << 20


def measure() -> Iterator[Figure]:
    """Yield ratios of whole answers, one thread each, all held to the same core."""
    costs = {}
    with ground.register() as settings:
        for count, corners in CASES:
            ours, theirs = _case(settings, count, corners)
            costs[count] = ours["seconds"]
            yield from _figures(count, ours, theirs)
    grown = costs[CASES[-1][0]] / costs[CASES[0][0]]
    yield Figure("cost of a point, 721 → 100,000 grids", grown, at_most=3)


def _figures(count: int, ours: dict[str, Any], theirs: dict[str, float]) -> Iterator[Figure]:
    name = f"{count:,} grids"
    fastest = min(theirs.values())
    told = ", ".join(f"{peer} {taken:.2f} s" for peer, taken in theirs.items())
    yield Figure(
        f"{name}: against the fastest peer",
        fastest / ours["seconds"],
        at_least=12,
        told=f"ours {ours['seconds'] * 1e3:.1f} ms; {told}",
    )
    yield Figure(
        f"{name}: against the floor",
        ours["seconds"] / ours["floor"],
        at_most=3,
        told=f"floor {ours['floor'] * 1e3:.1f} ms",
    )
    limit = {721: 0.3, 100_000: 6.0}.get(count)
    yield Figure(
        f"{name}: building the index",
        ours["built"],
        "s",
        at_most=limit,
        told=f"it holds {ours['nbytes'] / MEGABYTE:.1f} MB",
    )


def _case(settings: Settings, count: int, corners: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Return what the index and its peers took. Raises RuntimeError where they do not agree."""
    shapes = partitions.grids(count, corners)
    points = partitions.points(shapes, POINTS)
    with tempfile.TemporaryDirectory(dir=settings.home) as name:
        folder = Path(name)
        wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
        ids = np.arange(count, dtype=np.int32)
        pq.write_table(pa.table({"id": ids, "geometry": wkb}), folder / "grids.parquet")
        np.save(folder / "points.npy", points)
        ours = peers.run_ours("index", folder)
        theirs = {peer: peers.run("joins", peer, folder)["seconds"] for peer in LIBRARIES}
        theirs["PostGIS"] = _postgis(settings, shapes, points, folder)
        expected = np.load(folder / "index.npy")
        for peer in theirs:
            if not np.array_equal(np.load(folder / f"{peer}.npy"), expected):
                raise RuntimeError(f"{peer} and the index do not agree on {count} grids")
    return ours, theirs


def _postgis(settings: Settings, shapes: np.ndarray, points: np.ndarray, folder: Path) -> float:
    """Return the seconds of the join in one backend, without parallel workers."""
    url = make_url(embedded.url(settings)).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as base:
        base.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
        base.execute("DROP TABLE IF EXISTS peer_grid, peer_point")
        base.execute("CREATE TABLE peer_grid (id int, geom geometry(Polygon, 4326))")
        base.execute("CREATE TABLE peer_point (spot int, geom geometry(Point, 4326))")
        _copy(base, "peer_grid", shapes)
        _copy(base, "peer_point", shapely.points(points))
        base.execute("CREATE INDEX ON peer_grid USING gist (geom)")
        base.execute("VACUUM ANALYZE peer_grid")
        base.execute("VACUUM ANALYZE peer_point")
        join = "FROM peer_point JOIN peer_grid ON ST_Covers(peer_grid.geom, peer_point.geom)"
        taken = seconds(lambda: base.execute(f"SELECT count(*) {join}").fetchone(), rounds=1)
        rows = np.array(base.execute(f"SELECT spot, id {join}").fetchall())
    found = np.full(len(points), -1, np.int32)
    found[rows[:, 0]] = rows[:, 1]
    np.save(folder / "PostGIS.npy", found)
    return taken


def _copy(base: psycopg.Connection, table: str, shapes: np.ndarray) -> None:
    hexes = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    with base.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for number, shape in enumerate(hexes):
            copy.write_row((number, shape))
