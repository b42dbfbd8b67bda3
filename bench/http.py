"""Lookups over HTTP: against a bare typed route, against TiPg, and a CSV against a script."""

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

from bench import ground, partitions, peers, servers, town
from bench.figures import Figure
from geo import db
from geo.postgres import embedded
from geo.settings import Settings

GRIDS, CORNERS, POINTS = 721, 250, 1_000_000
ROUNDS = 3
PER_S = 1000
"""The fixed load at which answers are timed."""
LOOKUP = "/v1/lookup?lon=LON&lat=LAT"
TIPG = (
    "/collections/public.micro_grid/items?f=json&limit=1&properties=code&geom-column=none"
    "&filter-lang=cql2-text&filter=" + quote("INTERSECTS(geom,POINT(LON LAT))")
)


def measure() -> Iterator[Figure]:
    """Yield ratios of requests a second, one worker each, and of whole CSV files."""
    shapes = partitions.grids(GRIDS, CORNERS)
    with ground.register() as settings:
        engine = db.connect(embedded.url(settings))
        town.fill(engine, shapes)
        engine.dispose()
        with ExitStack() as running:
            ours = running.enter_context(servers.ours(settings))
            bare = running.enter_context(servers.bare())
            yield from _against_bare(ours, bare)
        with ExitStack() as running:
            ours = running.enter_context(servers.ours(settings))
            tipg = running.enter_context(servers.tipg(settings))
            our_rate, their_rate = servers.rate(ours, LOOKUP), servers.rate(tipg, TIPG)
            told = f"ours {our_rate:,.0f}/s, TiPg {their_rate:,.0f}/s"
            yield Figure("GET against TiPg", our_rate / their_rate, at_least=12, told=told)
            yield from _csv(settings, ours, shapes)


def _against_bare(ours: str, bare: str) -> Iterator[Figure]:
    """Take turns, so that whatever else the machine does meets both."""
    pairs = [(servers.rate(ours, LOOKUP), servers.rate(bare, LOOKUP)) for _ in range(ROUNDS)]
    our_rate, bare_rate = np.median(pairs, axis=0)
    told = f"ours {our_rate:,.0f}/s, bare {bare_rate:,.0f}/s, median of {ROUNDS}"
    yield Figure("GET against a bare typed route", our_rate / bare_rate, at_least=0.85, told=told)
    for name, address in (("ours", ours), ("bare", bare)):
        met = servers.steady(address, LOOKUP, PER_S)
        told = f"p99 {met.p99_ms:.2f} ms at {met.per_s:,.0f}/s"
        yield Figure(f"p50 at a fixed load, {name}", met.p50_ms, "ms", told=told)


def _csv(settings: Settings, ours: str, shapes: np.ndarray) -> Iterator[Figure]:
    folder = settings.home
    points = partitions.points(shapes, POINTS).round(7)
    table = pd.DataFrame({"ref": np.arange(POINTS), "lon": points[:, 0], "lat": points[:, 1]})
    table.to_csv(folder / "points.csv", index=False)
    codes = [f"{town.COMMUNITY}{number:06d}" for number in range(len(shapes))]
    wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
    pq.write_table(pa.table({"code": codes, "geometry": wkb}), folder / "grids.parquet")
    taken = min(_post(ours, folder) for _ in range(ROUNDS))
    script = min(peers.run("frames", folder)["seconds"] for _ in range(ROUNDS))
    _require_same(folder)
    told = f"ours {taken:.2f} s, the script {script:.2f} s, best of {ROUNDS}"
    yield Figure("CSV of 1,000,000 points, in and out", script / taken, at_least=8, told=told)


def _post(ours: str, folder: Path) -> float:
    command = ["curl", "--silent", "--fail", "--header", "Content-Type: text/csv"]
    command += ["--data-binary", f"@{folder / 'points.csv'}", "--output", f"{folder / 'ours.csv'}"]
    began = time.perf_counter()
    subprocess.run([*command, f"{ours}/v1/lookup"], check=True)
    return time.perf_counter() - began


def _require_same(folder: Path) -> None:
    """Raise RuntimeError unless both files say the same of every point."""
    read = [pd.read_csv(folder / name, dtype=str) for name in ("ours.csv", "script.csv")]
    if not read[0]["grid_code"].equals(read[1]["grid_code"]):
        raise RuntimeError("the service and the script do not agree")
