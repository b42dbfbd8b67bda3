"""`gridward serve` with two workers: one set of metrics, and a log in JSON."""

import json
import os
import re
import signal
import subprocess
from socket import socket
from urllib.request import Request, urlopen

import pytest

from tests.command import GRIDWARD
from tests.waiting import until

REQUESTS = 40
"""So many connections that each worker receives some."""


@pytest.fixture
def service(database_url, tmp_path):
    """The address of the service, its log file, and its process."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "GRIDWARD_DATABASE_URL": database_url,
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_TILE_CACHE_MB": "0",
        "GRIDWARD_LOG_FORMAT": "json",
        "TMPDIR": str(tmp_path),
    }
    log = tmp_path / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [GRIDWARD, "serve", "--workers", "2"], env=environment, stderr=stderr
        )
    try:
        until(lambda: "runs at" in log.read_text())
        yield f"http://127.0.0.1:{port}", log, process
    finally:
        process.terminate()
        process.wait(30)
    assert not list(tmp_path.glob("gridward-metrics-*"))


def request(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers), timeout=30) as response:
        return response.read().decode()


def count(home: str) -> int:
    """The number of requests for lists of areas, by the metrics of one worker."""
    pattern = r'gridward_request_seconds_count\{method="GET",route="/v1/areas",status="200"\} (\S+)'
    match = re.search(pattern, request(f"{home}/metrics"))
    return int(float(match[1])) if match else 0


def worker_pids(process: subprocess.Popen[bytes]) -> list[int]:
    listed = subprocess.run(
        ["ps", "-ww", "--ppid", str(process.pid), "-o", "pid=,args="],
        capture_output=True,
        text=True,
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line]


def test_each_worker_reports_the_metrics_of_all_and_logs_each_request_once(service):
    home, log, process = service
    for number in range(REQUESTS):
        request(f"{home}/v1/areas?limit=7", **{"X-Request-ID": f"r{number}"})
    assert {count(home) for _ in range(REQUESTS)} == {REQUESTS}
    lines = [line for line in log.read_text().splitlines() if '"/v1/areas"' in line]
    entries = [json.loads(line) for line in lines]
    assert sorted(entry["request_id"] for entry in entries) == sorted(
        f"r{number}" for number in range(REQUESTS)
    )
    for entry in entries:
        assert entry.keys() >= {"time", "level", "method", "status", "duration_ms", "account"}
    assert "limit=7" not in log.read_text()
    os.kill(worker_pids(process)[0], signal.SIGKILL)
    until(lambda: len(worker_pids(process)) == 2 and count(home) == REQUESTS)
