"""Import of buildings against ogr2ogr with COPY on the same file, and its peak memory."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench import database
from bench.footprints import write_building_file
from bench.measurements import Measurement
from geo import db
from geo.postgres import embedded
from geo.settings import Settings

GRIDWARD = str(Path(sys.executable).parent / "gridward")
ROUNDS = 3
MEGABYTE = 1 << 20


def measure() -> Iterator[Measurement]:
    """Yield speed and peak memory of `gridward import buildings`, checks and indexes included."""
    with database.temporary_database() as settings, tempfile.TemporaryDirectory() as folder:
        small_file = write_building_file(Path(folder) / "small.gpkg", 100_000)
        large_file = write_building_file(Path(folder) / "large.gpkg", 1_000_000)
        our_times, their_times, peaks = [], [], []
        for _ in range(ROUNDS):
            seconds, peak_mb = _import(settings, large_file)
            our_times.append(seconds)
            peaks.append(peak_mb)
            their_times.append(_run_ogr2ogr(settings, large_file))
        ours, theirs = min(our_times), min(their_times)
        yield Measurement(
            "speed against ogr2ogr, 1,000,000 buildings",
            theirs / ours,
            at_least=0.8,
            details=f"ours {ours:.1f} s, ogr2ogr {theirs:.1f} s, best of {ROUNDS} processes",
        )
        _, small_peak = _import(settings, small_file)
        large_peak = max(peaks)
        yield Measurement("peak memory, 1,000,000 buildings", large_peak, "MB", at_most=600)
        yield Measurement("peak memory, 100,000 buildings", small_peak, "MB", at_most=600)
        growth = large_peak / small_peak
        yield Measurement("memory from 100,000 to 1,000,000", growth, at_most=1.25)


def _import(settings: Settings, file: Path) -> tuple[float, float]:
    """Return the seconds and peak megabytes of one import into empty tables."""
    engine = db.connect(embedded.url(settings))
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE building, property_coverage"))
    engine.dispose()
    start = time.perf_counter()
    process = subprocess.Popen(
        [GRIDWARD, "import", "buildings", str(file)],
        env=os.environ | {"GRIDWARD_HOME": str(settings.home)},
        stdout=subprocess.DEVNULL,
    )
    peak_kb = 0
    while process.poll() is None:
        peak_kb = max(peak_kb, _peak_kb(process.pid))
        time.sleep(0.01)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"the import failed with exit code {process.returncode}")
    return seconds, peak_kb * 1024 / MEGABYTE


def _peak_kb(pid: int) -> int:
    """Return the peak memory of a process in kilobytes.

    The value that wait4 returns would not do: it starts at the memory of the parent process.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) if match else 0  # a process that has just ended has no VmHWM


def _run_ogr2ogr(settings: Settings, file: Path) -> float:
    """Return the seconds of ogr2ogr on the same file, into a table of its own."""
    url = make_url(embedded.url(settings))
    target = f"PG:host={url.query['host']} port={url.query['port']} dbname={url.database}"
    command = ["ogr2ogr", "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL"]
    command += [f"{target} user={url.username}", str(file), "-nln", "ogr2ogr", "-overwrite"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start
