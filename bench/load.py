"""Health and lookups while 300 connections ask slow questions: nothing fails, nothing waits."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np

from bench import competitor_env, database, generated_city, servers
from bench.measurements import Measurement
from geo import db
from geo.postgres import embedded

BUILDINGS = 20_000
CONNECTIONS = 300
SECONDS = 60
PAUSE_S = 0.02
"""Between two samples of the same path."""
LOOKUP = "/v1/lookup?lon=130.05&lat=47.05"
LIMITS_MS = {"/readyz": 100.0, LOOKUP: 100.0}
REJECTED, TOO_SLOW = "503", "504"
REPORTS = (
    "/v1/property-coverage?by=grid&on=2024-{month:02d}-{day:02d}",
    "/v1/property-coverage?by=community&on=2024-{month:02d}-{day:02d}&built_from=1980",
    "/v1/property-coverage/changes?by=grid&since=2022-{month:02d}-{day:02d}&on=2024-01-01",
    "/v1/buildings?on=2024-{month:02d}-{day:02d}&covered=false",
    "/v1/buildings?on=2024-{month:02d}-{day:02d}&format=csv",
    "/v1/grids",
    "/v1/issues",
)


@dataclass(frozen=True)
class Samples:
    """Response times of one path in milliseconds, and its responses other than 200."""

    path: str
    times_ms: Sequence[float]
    failures: int


def measure() -> Iterator[Measurement]:
    """Yield the failures of the load, and the latencies of health and lookups meanwhile."""
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        generated_city.fill(engine, BUILDINGS)
        engine.dispose()
        with servers.gridward(settings) as url:
            yield _single_buildings(url)
            yield from _under_load(url)


def _single_buildings(url: str) -> Measurement:
    paths = [f"/v1/buildings/2304-B{number:07d}" for number in range(0, BUILDINGS, 97)]
    rate = servers.request_rate_of_list(url, paths, seconds=5)
    return Measurement("GET /v1/buildings/{code}", rate, "/s", at_least=131)


def _under_load(url: str) -> Iterator[Measurement]:
    stop = threading.Event()
    with ThreadPoolExecutor(len(LIMITS_MS)) as pool:
        running = [pool.submit(_sample, url, path, stop) for path in LIMITS_MS]
        try:
            load = _run_load(url)
        finally:
            stop.set()
        samples = [future.result() for future in running]
    by_status: dict[str, int] = load["by_status"]
    failed = sum(
        count
        for status, count in by_status.items()
        if status >= "500" and status not in (REJECTED, TOO_SLOW)
    )
    details = ", ".join(f"{count:,} × {status}" for status, count in sorted(by_status.items()))
    name = f"failed of {CONNECTIONS} connections in {SECONDS} s"
    yield Measurement(name, failed + load["broken"], "", at_most=0, details=details)
    for sample in samples:
        yield from _latency(sample)


def _latency(samples: Samples) -> Iterator[Measurement]:
    p50, p99, longest = np.percentile(samples.times_ms, [50, 99, 100])
    name, limit = urlsplit(samples.path).path, LIMITS_MS[samples.path]
    details = f"{len(samples.times_ms):,} samples, p50 {p50:.1f} ms, longest {longest:.1f} ms"
    yield Measurement(f"p99 of {name} meanwhile", float(p99), "ms", at_most=limit, details=details)
    yield Measurement(f"{name} other than 200", samples.failures, "", at_most=0)


def _sample(url: str, path: str, stop: threading.Event) -> Samples:
    connection = HTTPConnection(str(urlsplit(url).netloc), timeout=60)
    times_ms, failures = [], 0
    while not stop.wait(PAUSE_S):
        start = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        times_ms.append((time.perf_counter() - start) * 1e3)
        failures += response.status != 200
    connection.close()
    return Samples(path, times_ms, failures)


def _run_load(url: str) -> dict[str, dict[str, int]]:
    days = [(month, day) for month in range(1, 13) for day in range(1, 29)]
    paths = [path.format(month=month, day=day) for month, day in days for path in REPORTS]
    script = str(competitor_env.COMPETITORS / "count_statuses.lua")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout=60s", "-s", script]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{path}\n" for path in paths))
        file.flush()
        output = subprocess.run(
            [*command, url, "--", file.name], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    summary: dict[str, dict[str, int]] = json.loads(output.splitlines()[-1])
    return summary
