"""`gridward serve` with two workers, on a server of its own that is stopped and started."""

import json
import os
import signal
import socket
import subprocess
import time
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
ONE = f"{COMMUNITY}001"
BOUND_S = 1.0
"""How long after a publication an older revision may still answer, as docs/lookups.md has it."""
FOLLOWERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT clock_timestamp%'"
TILE = "/tiles/buildings/15/28216/11505.mvt"
ASKED = 60
"""Connections enough that both workers answer some."""


class Service:
    """Two workers on a private cluster."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, database_url=None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body, over a connection of its own, so that either worker may answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as refused:
            return refused.code, refused.read()

    def revisions(self) -> set[int]:
        """The revisions that answers name now."""
        lon, lat = district.lon_lat(5, 5)
        asked = f"/v1/lookup?lon={lon}&lat={lat}"
        return {json.loads(self.get(asked)[1])["revision"] for _ in range(ASKED)}

    def is_ready(self) -> bool:
        """Whether every worker is."""
        try:
            return {self.get("/readyz")[0] for _ in range(ASKED)} == {200}
        except OSError:
            return False

    def problems(self) -> set[tuple[int, str]]:
        """What every worker says of how ready it is: the status, and the code of the problem."""
        said = (self.get("/readyz") for _ in range(ASKED))
        return {(status, json.loads(body).get("code")) for status, body in said}

    def followers(self) -> list[int]:
        """The server's processes that the workers listen to."""
        with self.elsewhere() as connection:
            return list(connection.scalars(text(FOLLOWERS)))

    def let_in(self, allowed: bool) -> None:
        """Let new connections in, or none, and end those that follow."""
        with self.elsewhere() as connection:
            connection.execute(text(f"ALTER DATABASE gridward ALLOW_CONNECTIONS {allowed}"))
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({FOLLOWERS}) AS few"))

    @contextmanager
    def elsewhere(self) -> Iterator[Connection]:
        """A connection to the same server, but to another database."""
        url = make_url(embedded.url(self.settings)).set(database="postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection

    def publish(self, name: str) -> int:
        """Give a grid another name, as a revision, and return its number once it is committed."""
        engine = db.connect(embedded.url(self.settings))
        with Session(engine) as session, session.begin():
            [old] = (
                outline
                for code, outline in revisions.current_grids(session, [COMMUNITY]).items()
                if code == ONE
            )
            delta = Delta(ONE, old, replace(old, name=name))
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


def test_no_worker_answers_from_an_older_revision_beyond_the_bound(service):
    for name in ("一", "二", "三"):
        number = service.publish(name)
        time.sleep(BOUND_S)
        assert service.revisions() == {number}


def test_lookups_outlive_the_database_and_follow_it_again_once_it_is_back(service):
    number = service.publish("before")
    time.sleep(BOUND_S)
    assert {service.get(TILE)[0] for _ in range(ASKED)} == {200}
    embedded.down(service.settings)
    assert service.revisions() == {number}
    status, body = until(lambda: (said := service.get("/readyz"))[0] == 503 and said)
    assert (status, json.loads(body)["status"]) == (503, 503)
    assert service.get("/healthz")[0] == 200
    embedded.up(service.settings)
    until(service.is_ready)
    assert {service.get(TILE)[0] for _ in range(ASKED)} == {200}
    number = service.publish("after")
    time.sleep(BOUND_S)
    assert service.revisions() == {number}


def test_a_connection_that_hangs_hides_no_publication_beyond_the_bound(service):
    followers = service.followers()
    assert len(followers) == 2
    for pid in followers:
        os.kill(pid, signal.SIGSTOP)
    try:
        number = service.publish("hung")
        time.sleep(BOUND_S)
        assert service.revisions() == {number}
        assert service.is_ready()
    finally:
        for pid in followers:
            os.kill(pid, signal.SIGCONT)


def test_a_worker_that_cannot_follow_says_so_though_the_database_answers(service):
    """Connections at hand go on, no new one is let in, and those that follow are cut off."""
    number = service.publish("closed")
    until(service.is_ready)
    time.sleep(BOUND_S)
    service.let_in(False)
    try:
        until(lambda: service.problems() == {(503, "database_disconnected")})
        assert service.revisions() == {number}
    finally:
        service.let_in(True)
    until(service.is_ready)


def test_a_caller_who_goes_away_stops_the_work(service):
    """Two million rows take seconds; who hangs up after sending them leaves a 499 in metrics."""
    rows = np.random.default_rng(1).uniform((130, 47), (130.04, 47.01), (2_000_000, 2))
    body = b"lon,lat\n" + b"".join(b"%.6f,%.6f\n" % (lon, lat) for lon, lat in rows.tolist())
    head = f"POST /v1/lookup?datum=bd09 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as caller:
        caller.sendall(head.encode() + b"Content-Type: text/csv\r\n\r\n" + body)
    gone = 'route="/v1/lookup",status="499"'
    assert until(lambda: gone in service.get("/metrics")[1].decode(), timeout_s=30)
