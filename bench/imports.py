"""Importing buildings against ogr2ogr with COPY on the same file, and the memory it takes."""

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

from bench import ground
from bench.figures import Figure
from geo import db
from geo.postgres import embedded
from geo.settings import Settings

GRIDWARD = str(Path(sys.executable).parent / "gridward")
ROUNDS = 3
MEGABYTE = 1 << 20


def measure() -> Iterator[Figure]:
    """Yield speed and peak memory of `gridward import buildings`, checks and indexes included."""
    with ground.register() as settings, tempfile.TemporaryDirectory() as folder:
        small = ground.building_file(Path(folder) / "small.gpkg", 100_000)
        large = ground.building_file(Path(folder) / "large.gpkg", 1_000_000)
        ours, theirs, peaks = [], [], []
        for _ in range(ROUNDS):
            seconds, peak = _ours(settings, large)
            ours.append(seconds)
            peaks.append(peak)
            theirs.append(_theirs(settings, large))
        best, peer = min(ours), min(theirs)
        told = f"ours {best:.1f} s, ogr2ogr {peer:.1f} s, best of {ROUNDS} whole processes"
        yield Figure(
            "speed against ogr2ogr, 1,000,000 buildings", peer / best, at_least=0.8, told=told
        )
        _, little = _ours(settings, small)
        yield Figure("peak memory, 1,000,000 buildings", max(peaks), "MB", at_most=600)
        yield Figure("peak memory, 100,000 buildings", little, "MB", at_most=600)
        grown = max(peaks) / little
        yield Figure("memory from 100,000 to 1,000,000", grown, at_most=1.25)


def _ours(settings: Settings, file: Path) -> tuple[float, float]:
    """Return seconds and peak megabytes of one import into an empty register."""
    engine = db.connect(embedded.url(settings))
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE building, property_coverage"))
    engine.dispose()
    began = time.perf_counter()
    process = subprocess.Popen(
        [GRIDWARD, "import", "buildings", str(file)],
        env=os.environ | {"GRIDWARD_HOME": str(settings.home)},
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(0.01)
    taken = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"the import failed with {process.returncode}")
    return taken, peak * 1024 / MEGABYTE


def _peak(pid: int) -> int:
    """Return the most kilobytes that a process held; what wait4 tells begins with its parent's."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0  # it has ended, and nobody has taken notice yet


def _theirs(settings: Settings, file: Path) -> float:
    """Return the seconds of ogr2ogr on the same file, into a table of its own."""
    url = make_url(embedded.url(settings))
    target = f"PG:host={url.query['host']} port={url.query['port']} dbname={url.database}"
    command = ["ogr2ogr", "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL"]
    command += [f"{target} user={url.username}", str(file), "-nln", "peer", "-overwrite"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began
