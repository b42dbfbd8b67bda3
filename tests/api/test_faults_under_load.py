"""Ten minutes of mixed load while the database and the workers fail in turn."""

import itertools
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from geo.postgres import embedded
from tests import district
from tests.geo.postgres.clusters import postmaster_pid
from tests.two_workers import MAX_LAG_S, Service
from tests.waiting import until

DURATION_S = 600
FAULT_EVERY_S = 15
CALLERS = 8
REQUEST_S = 30
"""The longest wait of a caller, who then counts it as a failure."""
MAX_GROWTH_MB = 150
PATHS = (
    "/v1/areas",
    "/v1/buildings?bbox=130,47,131,48",
    "/v1/buildings/b1",
    "/v1/property-coverage?by=grid",
    "/v1/grids",
    "/v1/issues",
    "/v1/revisions",
    "/tiles/buildings/15/28216/11505.mvt",
    "/tiles/grids/14/14108/5752.mvt",
    "/",
)
BUSY = {503, 504}
"""What a caller may get besides 200 while the database is away or overloaded."""


class Callers:
    """Callers who ask at random until the end, and what they should not have got."""

    def __init__(self, service: Service, seconds: float) -> None:
        self.service = service
        self.ends_at = time.monotonic() + seconds
        self.revision = 0
        """The newest revision whose publication was confirmed MAX_LAG_S ago."""
        self.is_database_up = False
        """Whether no fault of the database has happened for a while."""
        self.worker_killed_at = -60.0
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def call(self, seed: int) -> None:
        """Ask until the end."""
        generator = random.Random(seed)
        while time.monotonic() < self.ends_at:
            if generator.random() < 0.5:
                self._look_up(generator)
            else:
                self._ask(generator.choice(PATHS))

    def _look_up(self, generator: random.Random) -> None:
        """Lookups are answered whatever the database does, and from no older revision."""
        lon, lat = district.lon_lat(generator.uniform(1, 9), generator.uniform(1, 9))
        expected, was_up = self.revision, self.is_database_up
        status, body = self._get(f"/v1/lookup?lon={lon}&lat={lat}")
        if status == 200:
            used = json.loads(body)["revision"]
            if was_up and self.is_database_up and used < expected:
                self.failures.append(f"a lookup used revision {used} after {expected}")
        elif status is not None and not self._is_worker_starting():
            self.failures.append(f"a lookup got {status}: {body[:300]!r}")

    def _ask(self, path: str) -> None:
        status, body = self._get(path)
        if status is not None and status not in {200, *BUSY}:
            self.failures.append(f"{path} got {status}: {body[:300]!r}")

    def _get(self, path: str) -> tuple[int | None, bytes]:
        """Return status and body; None for a connection that broke when its worker was killed."""
        started = time.monotonic()
        try:
            status, body = self.service.get(path)
        except (OSError, HTTPException) as error:
            self.counts["broken"] += 1
            if not self._is_worker_starting():
                self.failures.append(
                    f"{path} broke after {time.monotonic() - started:.1f} s: {error!r}"
                )
            return None, b""
        self.counts[str(status)] += 1
        return status, body

    def _is_worker_starting(self) -> bool:
        return time.monotonic() - self.worker_killed_at < REQUEST_S


def kill_database(service: Service) -> None:
    os.kill(postmaster_pid(service.settings), signal.SIGKILL)


def restart_database(service: Service) -> None:
    embedded.down(service.settings)
    Event().wait(2)
    embedded.up(service.settings)


def freeze_listeners(service: Service) -> None:
    pids = service.listener_pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    Event().wait(2)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def end_connections(service: Service) -> None:
    with service.maintenance_connection() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'gridward'"
            )
        )


DATABASE_FAULTS: tuple[Callable[[Service], None], ...] = (
    kill_database,
    restart_database,
    freeze_listeners,
    end_connections,
)


def publish_until_confirmed(callers: Callers, name: str) -> None:
    """Publish; lookups that begin after the documented limit must use the revision."""
    number = callers.service.publish(name)
    Event().wait(MAX_LAG_S)
    callers.revision = number


def resident_mb(pids: list[int]) -> float:
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def fail_in_turn(callers: Callers) -> None:
    """Cause faults, one after the other, until the end; publish before and after each."""
    service = callers.service
    for number, cause in enumerate(itertools.cycle((*DATABASE_FAULTS, None))):
        if time.monotonic() > callers.ends_at:
            return
        until(service.is_ready)
        callers.is_database_up = True
        publish_until_confirmed(callers, f"before {number}")
        if cause is None:
            callers.worker_killed_at = time.monotonic()
            os.kill(service.worker_pids()[number % 2], signal.SIGKILL)
        else:
            callers.is_database_up = False
            cause(service)
        Event().wait(FAULT_EVERY_S)


@pytest.mark.long
def test_ten_minutes_of_faults_under_load_give_no_wrong_answer_and_no_500(service):
    callers = Callers(service, DURATION_S)
    until(lambda: len(service.worker_pids()) == 2)
    before_mb = resident_mb(service.worker_pids())
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(callers.call, seed) for seed in range(CALLERS)]
        fail_in_turn(callers)
        for call in calls:
            call.result()
    assert callers.failures == [], callers.counts
    assert int(callers.counts["200"]) > DURATION_S
    until(service.is_ready)
    assert len(service.worker_pids()) == 2
    assert resident_mb(service.worker_pids()) < before_mb + MAX_GROWTH_MB
