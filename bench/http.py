"""Lookups over HTTP: against a bare typed route, against TiPg, and a CSV against geopandas."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bench import competitor_env, database, generated_community, generated_partition, servers
from bench.measurements import Measurement
from geo import db
from geo.postgres import embedded
from geo.settings import Settings

GRIDS, CORNERS, POINTS = 721, 250, 1_000_000
ROUNDS = 3
FIXED_LOAD_PER_S = 1000
LOOKUP = "/v1/lookup?lon=LON&lat=LAT"
TIPG = (
    "/collections/public.micro_grid/items?f=json&limit=1&properties=code&geom-column=none"
    "&filter-lang=cql2-text&filter=" + quote("INTERSECTS(geom,POINT(LON LAT))")
)


def measure() -> Iterator[Measurement]:
    """Yield ratios of requests per second, one worker each, and of the time for a CSV file."""
    grids = generated_partition.generate_grids(GRIDS, CORNERS)
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        generated_community.fill(engine, grids)
        engine.dispose()
        with ExitStack() as running:
            ours = running.enter_context(servers.gridward(settings))
            bare = running.enter_context(servers.bare_route())
            yield from _against_bare_route(ours, bare)
        with ExitStack() as running:
            ours = running.enter_context(servers.gridward(settings))
            tipg = running.enter_context(servers.tipg(settings))
            our_rate = servers.request_rate(ours, LOOKUP)
            tipg_rate = servers.request_rate(tipg, TIPG)
            details = f"ours {our_rate:,.0f}/s, TiPg {tipg_rate:,.0f}/s"
            ratio = our_rate / tipg_rate
            yield Measurement("GET against TiPg", ratio, at_least=12, details=details)
            yield _csv_against_geopandas(settings, ours, grids)


def _against_bare_route(ours: str, bare: str) -> Iterator[Measurement]:
    """Measure both in turn, so that other load on the machine affects both alike."""
    pairs = [
        (servers.request_rate(ours, LOOKUP), servers.request_rate(bare, LOOKUP))
        for _ in range(ROUNDS)
    ]
    our_rate, bare_rate = np.median(pairs, axis=0)
    details = f"ours {our_rate:,.0f}/s, bare {bare_rate:,.0f}/s, median of {ROUNDS}"
    ratio = our_rate / bare_rate
    yield Measurement("GET against a bare typed route", ratio, at_least=0.85, details=details)
    for name, url in (("ours", ours), ("bare", bare)):
        latency = servers.measure_latency(url, LOOKUP, FIXED_LOAD_PER_S)
        details = f"p99 {latency.p99_ms:.2f} ms at {latency.per_s:,.0f}/s"
        yield Measurement(f"p50 at a fixed load, {name}", latency.p50_ms, "ms", details=details)


def _csv_against_geopandas(settings: Settings, ours: str, grids: np.ndarray) -> Measurement:
    folder = settings.home
    points = generated_partition.random_points(grids, POINTS).round(7)
    table = pd.DataFrame({"ref": np.arange(POINTS), "lon": points[:, 0], "lat": points[:, 1]})
    table.to_csv(folder / "points.csv", index=False)
    codes = [generated_community.grid_code(number) for number in range(len(grids))]
    wkb = pa.array(shapely.to_wkb(grids), pa.binary())
    pq.write_table(pa.table({"code": codes, "geometry": wkb}), folder / "grids.parquet")
    our_s = min(_post_csv(ours, folder) for _ in range(ROUNDS))
    script_s = min(competitor_env.run("geopandas_script", folder)["seconds"] for _ in range(ROUNDS))
    _require_same_grids(folder)
    details = f"ours {our_s:.2f} s, geopandas {script_s:.2f} s, best of {ROUNDS}"
    name = f"CSV of {POINTS:,} points, in and out"
    return Measurement(name, script_s / our_s, at_least=8, details=details)


def _post_csv(ours: str, folder: Path) -> float:
    command = ["curl", "--silent", "--fail", "--header", "Content-Type: text/csv"]
    command += ["--data-binary", f"@{folder / 'points.csv'}", "--output", f"{folder / 'ours.csv'}"]
    start = time.perf_counter()
    subprocess.run([*command, f"{ours}/v1/lookup"], check=True)
    return time.perf_counter() - start


def _require_same_grids(folder: Path) -> None:
    """Raise RuntimeError unless both files have the same grid for every point."""
    ours, script = (pd.read_csv(folder / name, dtype=str) for name in ("ours.csv", "script.csv"))
    if not ours["grid_code"].equals(script["grid_code"]):
        raise RuntimeError("the service and the geopandas script do not agree")
