"""Services under load: ours and others', started as people start them, asked by wrk and hey."""

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

from bench import peers
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles import tile_math

BIN = Path(sys.executable).parent
READY_S = 180


@dataclass(frozen=True)
class Load:
    """What a fixed load met: requests a second, and how long answers took, in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float


@contextmanager
def ours(settings: Settings) -> Iterator[str]:
    """Yield the address of `gridward serve` with one worker on a register, as settings say it."""
    port = _port()
    told = {
        "GRIDWARD_HOME": str(settings.home),
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_TILE_CACHE_MB": str(settings.tile_cache_mb),
    }
    with _running([BIN / "gridward", "serve"], told, port, "/readyz") as address:
        yield address


@contextmanager
def bare() -> Iterator[str]:
    """Yield the address of the bare typed route, with the settings of `gridward serve`."""
    port = _port()
    command = [BIN / "uvicorn", "bench.contenders.bare:app", "--port", port]
    quiet = ["--log-level", "warning", "--no-access-log", "--no-proxy-headers"]
    with _running([*command, *quiet], {}, port, "/openapi.json") as address:
        yield address


@contextmanager
def tipg(settings: Settings) -> Iterator[str]:
    """Yield the address of TiPg on the same database."""
    port = _port()
    url = make_url(embedded.url(settings))
    host = quote(str(url.query["host"]), safe="")
    base = f"postgresql://{url.username}@{host}:{url.query['port']}/{url.database}"
    command = [peers.program("uvicorn"), "tipg.main:app", "--port", port]
    quiet = ["--log-level", "warning", "--no-access-log"]
    told = {"DATABASE_URL": base, "TIPG_TILE_BUFFER": str(tile_math.MARGIN)}
    with _running([*command, *quiet], told, port, "/healthz") as address:
        yield address


def rate(address: str, path: str, seconds: int = 5) -> float:
    """Return the requests a second that 16 connections get answered; LON and LAT are drawn anew.

    Raises RuntimeError where an answer is no success.
    """
    return _loaded(address, "ask", path, seconds)


def rate_of_each(address: str, paths: Sequence[str], seconds: int = 10) -> float:
    """Return the requests a second that 16 connections get answered, for paths in turn.

    Raises RuntimeError where an answer is no success.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{path}\n" for path in paths))
        file.flush()
        return _loaded(address, "each", file.name, seconds)


def _loaded(address: str, script: str, word: str, seconds: int) -> float:
    told_by = str(peers.CONTENDERS / f"{script}.lua")
    load = ["wrk", "-t1", "-c16", "--timeout=60s", f"-d{seconds}s", "-s", told_by, address]
    told = json.loads(_said([*load, "--", word]).splitlines()[-1])
    if told["refused"]:
        raise RuntimeError(f"{told['refused']} of {told['requests']} requests to {word} failed")
    return float(told["requests"] / told["seconds"])


def steady(address: str, path: str, per_s: int, seconds: int = 5) -> Load:
    """Return how long answers take at a fixed load below what the service can do."""
    asked = path.replace("LON", "130.05").replace("LAT", "47.05")
    load = ["hey", "-z", f"{seconds}s", "-c", "8", "-q", str(per_s // 8), "-o", "csv"]
    rows = list(csv.DictReader(io.StringIO(_said([*load, address + asked]))))
    taken = np.array([float(row["response-time"]) for row in rows]) * 1e3
    p50, p99 = np.percentile(taken, [50, 99])
    return Load(len(rows) / seconds, float(p50), float(p99))


def clean() -> dict[str, str]:
    """Return our environment without settings of Gridward's."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GRIDWARD_")}


@contextmanager
def _running(command: list[object], told: dict[str, str], port: int, ready: str) -> Iterator[str]:
    process = subprocess.Popen([*map(str, command)], env=clean() | told, cwd=peers.ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + ready, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
