"""Start our service and others as their users would, and put load on them with wrk and hey."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np
from sqlalchemy.engine import make_url

from bench import competitor_env
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles import tile_math

BIN = Path(sys.executable).parent
START_TIMEOUT_S = 180


@dataclass(frozen=True)
class Latency:
    """Response times in milliseconds under a fixed load, and the requests per second achieved."""

    per_s: float
    p50_ms: float
    p99_ms: float


@contextmanager
def gridward(settings: Settings) -> Iterator[str]:
    """Yield the URL of `gridward serve` with one worker and these settings."""
    port = _free_port()
    environment = {
        "GRIDWARD_HOME": str(settings.home),
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_TILE_CACHE_MB": str(settings.tile_cache_mb),
        "GRIDWARD_LOG_LEVEL": "warning",  # as the others, which log no requests
        "GRIDWARD_RATE_LIMITS": "off",
    }
    with _running([BIN / "gridward", "serve"], environment, port, "/readyz") as url:
        yield url


@contextmanager
def bare_route() -> Iterator[str]:
    """Yield the URL of the bare typed route, run with the uvicorn options of `gridward serve`."""
    port = _free_port()
    command = [BIN / "uvicorn", "bench.competitors.bare_route:app", "--port", port]
    options = ["--log-level", "warning", "--no-access-log", "--no-proxy-headers"]
    with _running([*command, *options], {}, port, "/openapi.json") as url:
        yield url


@contextmanager
def tipg(settings: Settings) -> Iterator[str]:
    """Yield the URL of TiPg on the same database."""
    port = _free_port()
    database = make_url(embedded.url(settings))
    host = quote(str(database.query["host"]), safe="")
    database_port = database.query["port"]
    database_url = f"postgresql://{database.username}@{host}:{database_port}/{database.database}"
    command = [competitor_env.program("uvicorn"), "tipg.main:app", "--port", port]
    options = ["--log-level", "warning", "--no-access-log"]
    environment = {"DATABASE_URL": database_url, "TIPG_TILE_BUFFER": str(tile_math.BUFFER)}
    with _running([*command, *options], environment, port, "/healthz") as url:
        yield url


def request_rate(url: str, path: str, seconds: int = 5) -> float:
    """Return the requests per second over 16 connections; LON and LAT in the path are random.

    Raises RuntimeError if a response is no success.
    """
    return _run_wrk(url, "random_points", path, seconds)


def request_rate_of_list(url: str, paths: Sequence[str], seconds: int = 10) -> float:
    """Return the requests per second over 16 connections, for these paths in turn.

    Raises RuntimeError if a response is no success.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{path}\n" for path in paths))
        file.flush()
        return _run_wrk(url, "url_list", file.name, seconds)


def _run_wrk(url: str, script: str, argument: str, seconds: int) -> float:
    script_path = str(competitor_env.COMPETITORS / f"{script}.lua")
    command = ["wrk", "-t1", "-c16", "--timeout=60s", f"-d{seconds}s", "-s", script_path, url]
    summary = json.loads(_output([*command, "--", argument]).splitlines()[-1])
    if summary["failed"]:
        failed, total = summary["failed"], summary["requests"]
        raise RuntimeError(f"{failed} of {total} requests to {argument} failed")
    return float(summary["requests"] / summary["seconds"])


def measure_latency(url: str, path: str, per_s: int, seconds: int = 5) -> Latency:
    """Return the response times at a fixed load that is below the capacity of the service."""
    point_path = path.replace("LON", "130.05").replace("LAT", "47.05")
    command = ["hey", "-z", f"{seconds}s", "-c", "8", "-q", str(per_s // 8), "-o", "csv"]
    rows = list(csv.DictReader(io.StringIO(_output([*command, url + point_path]))))
    times_ms = np.array([float(row["response-time"]) for row in rows]) * 1e3
    p50, p99 = np.percentile(times_ms, [50, 99])
    return Latency(len(rows) / seconds, float(p50), float(p99))


def clean_environment() -> dict[str, str]:
    """Return the environment variables without settings of Gridward."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GRIDWARD_")}


@contextmanager
def _running(
    command: list[object], environment: dict[str, str], port: int, ready_path: str
) -> Iterator[str]:
    process = subprocess.Popen(
        [*map(str, command)], env=clean_environment() | environment, cwd=competitor_env.ROOT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url + ready_path, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not respond")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
