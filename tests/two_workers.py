"""`gridward serve` with two workers and an embedded server of their own, as its users start it."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from geo.grids.revisions import Delta
from geo.postgres import embedded, migrations
from geo.settings import Settings
from tests import district
from tests.clusters import ClusterTemplate
from tests.command import GRIDWARD
from tests.waiting import until

COMMUNITY = "230403001001"
GRID = f"{COMMUNITY}001"
MAX_LAG_S = 1.0
"""How long after a publication lookups may still use the older revision: see docs/lookups.md."""
LISTENER_PIDS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT clock_timestamp%'"
REQUESTS = 60
"""So many connections that each worker receives some."""


class Service:
    """Two workers with an embedded server of their own."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, database_url=None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; each request has its own connection, so any worker may receive it."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()

    def retry_after(self, path: str) -> int | None:
        """The Retry-After of a 503; None for a 200. No other status is expected."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30):
                return None
        except HTTPError as error:
            status, body, seconds = error.code, error.read(), error.headers["Retry-After"]
        assert status == 503, body
        return int(seconds)

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

    def worker_pids(self) -> list[int]:
        """The processes of the workers."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [pid for pid in map(int, children.split()) if _is_worker(pid)]

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


def _is_worker(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.fixture(scope="module")
def service(cluster_template: ClusterTemplate) -> Iterator[Service]:
    """Two workers on a small district, without a tile cache and rate limits."""
    home = Path("/tmp") / f"gw-workers-{os.getpid()}"
    cluster_template.copy_into(home)
    running = Service(home)
    engine = db.connect(embedded.up(running.settings))
    migrations.upgrade(engine)
    with Session(engine) as session:
        district.insert_district(session)
    engine.dispose()
    environment = {k: v for k, v in os.environ.items() if k != "GRIDWARD_DATABASE_URL"}
    environment |= {"GRIDWARD_HOME": str(home), "GRIDWARD_PORT": str(running.port)}
    environment |= {"GRIDWARD_TILE_CACHE_MB": "0", "GRIDWARD_RATE_LIMITS": "off"}
    process = running.process = subprocess.Popen(
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
