"""`gridward serve` with two workers, while their embedded server stops, hangs and restarts."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from geo.grids.revisions import Delta
from geo.postgres import embedded, migrations
from geo.settings import Settings
from tests import district
from tests.command import GRIDWARD
from tests.waiting import until

COMMUNITY = "230403001001"
GRID = f"{COMMUNITY}001"
MAX_LAG_S = 1.0
"""How long after a publication lookups may still use the older revision: see docs/lookups.md.
Tests sleep for it because they test this limit; they do not wait for a condition."""
LISTENER_PIDS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT clock_timestamp%'"
TILE = "/tiles/buildings/15/28216/11505.mvt"
REQUESTS = 60
"""So many connections that each worker receives some."""


class Service:
    """Two workers with an embedded server of their own."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, database_url=None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; each request has its own connection, so any worker may receive it."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()

    def revisions(self) -> set[int]:
        """The revisions that lookups of all workers state now."""
        lon, lat = district.lon_lat(5, 5)
        path = f"/v1/lookup?lon={lon}&lat={lat}"
        return {json.loads(self.get(path)[1])["revision"] for _ in range(REQUESTS)}

    def wait_for_revision(self, number: int) -> None:
        """Wait until every worker uses a revision. Fails after the documented limit."""
        until(lambda: self.revisions() == {number}, MAX_LAG_S)

    def is_ready(self) -> bool:
        """Whether every worker is ready."""
        try:
            return {self.get("/readyz")[0] for _ in range(REQUESTS)} == {200}
        except OSError:
            return False

    def problems(self) -> set[tuple[int, str]]:
        """Status and error code of the readiness of every worker."""
        responses = (self.get("/readyz") for _ in range(REQUESTS))
        return {(status, json.loads(body).get("code")) for status, body in responses}

    def listener_pids(self) -> list[int]:
        """The PostgreSQL processes of the workers' listener connections."""
        with self.maintenance_connection() as connection:
            return list(connection.scalars(text(LISTENER_PIDS)))

    def allow_connections(self, allowed: bool) -> None:
        """Allow or refuse new connections, and end those of the listeners."""
        with self.maintenance_connection() as connection:
            connection.execute(text(f"ALTER DATABASE gridward ALLOW_CONNECTIONS {allowed}"))
            connection.execute(
                text(f"SELECT pg_terminate_backend(pid) FROM ({LISTENER_PIDS}) AS listeners")
            )

    @contextmanager
    def maintenance_connection(self) -> Iterator[Connection]:
        """A connection to another database of the same server."""
        url = make_url(embedded.url(self.settings)).set(database="postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection

    def publish(self, name: str) -> int:
        """Rename a grid, and return the number of the committed revision."""
        engine = db.connect(embedded.url(self.settings))
        with Session(engine) as session, session.begin():
            [old] = (
                grid
                for code, grid in revisions.current_grids(session, [COMMUNITY]).items()
                if code == GRID
            )
            delta = Delta(GRID, old, replace(old, name=name))
            number = revisions.publish(session, [delta], title=name, author="test").number
        engine.dispose()
        return number


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    home = Path("/tmp") / f"gw-workers-{os.getpid()}"
    running = Service(home)
    engine = db.connect(embedded.up(running.settings))
    migrations.upgrade(engine)
    with Session(engine) as session:
        district.insert_district(session)
    engine.dispose()
    environment = {k: v for k, v in os.environ.items() if k != "GRIDWARD_DATABASE_URL"}
    environment |= {"GRIDWARD_HOME": str(home), "GRIDWARD_PORT": str(running.port)}
    environment |= {"GRIDWARD_TILE_CACHE_MB": "0"}
    process = subprocess.Popen(
        [GRIDWARD, "serve", "--workers", "2"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        until(running.is_ready)
        yield running
    finally:
        process.terminate()
        process.wait(30)
        embedded.down(running.settings)
        subprocess.run(["rm", "-rf", home], check=True)


def test_every_worker_uses_a_new_revision_within_the_limit(service):
    for name in ("一", "二", "三"):
        number = service.publish(name)
        service.wait_for_revision(number)


def test_lookups_continue_without_the_database_and_follow_it_after_a_restart(service):
    number = service.publish("before")
    service.wait_for_revision(number)
    assert {service.get(TILE)[0] for _ in range(REQUESTS)} == {200}
    embedded.down(service.settings)
    assert service.revisions() == {number}
    status, body = until(lambda: (response := service.get("/readyz"))[0] == 503 and response)
    assert (status, json.loads(body)["status"]) == (503, 503)
    assert service.get("/healthz")[0] == 200
    embedded.up(service.settings)
    until(service.is_ready)
    assert {service.get(TILE)[0] for _ in range(REQUESTS)} == {200}
    number = service.publish("after")
    service.wait_for_revision(number)


def test_a_hanging_connection_delays_no_revision_beyond_the_limit(service):
    pids = service.listener_pids()
    assert len(pids) == 2
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        number = service.publish("hung")
        service.wait_for_revision(number)
        assert service.is_ready()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_worker_without_its_listener_is_not_ready_though_other_connections_work(service):
    """Existing connections continue, new ones are refused, and those of listeners are cut."""
    number = service.publish("closed")
    until(service.is_ready)
    service.wait_for_revision(number)
    service.allow_connections(False)
    try:
        until(lambda: service.problems() == {(503, "database_disconnected")})
        assert service.revisions() == {number}
    finally:
        service.allow_connections(True)
    until(service.is_ready)


def test_a_client_disconnect_stops_a_batch_lookup(service):
    """Two million rows take seconds; a disconnect meanwhile is a 499 in the metrics."""
    rows = np.random.default_rng(1).uniform((130, 47), (130.04, 47.01), (2_000_000, 2))
    body = b"lon,lat\n" + b"".join(b"%.6f,%.6f\n" % (lon, lat) for lon, lat in rows.tolist())
    head = f"POST /v1/lookup?datum=bd09 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(head.encode() + b"Content-Type: text/csv\r\n\r\n" + body)
    disconnected = 'route="/v1/lookup",status="499"'
    assert until(lambda: disconnected in service.get("/metrics")[1].decode(), timeout_s=30)
