"""`gridward serve` on the sample city, for tests of its pages in a browser."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TextIO

import pytest
from sqlalchemy import Engine, make_url, text

from geo import db
from tests.command import GRIDWARD, environment_of
from tests.conftest import Databases
from tests.waiting import until

WEIMIN = "230407003002"
"""The community whose coverage rose."""
UNCOVERED = "today.id IS NULL"
"""A condition for `Service.find_building`."""
SCREENS = {"desktop": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844)}


@dataclass(frozen=True)
class Service:
    """A running service, and the database behind it."""

    home: str
    engine: Engine

    def find_building(self, condition: str) -> tuple[str, float, float]:
        """Return the code and location of the first building that meets a condition."""
        query = text(f"""
            SELECT building.code, ST_X(point), ST_Y(point) FROM building
            LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE {condition} ORDER BY building.code LIMIT 1
        """)
        with self.engine.connect() as connection:
            return tuple(connection.execute(query).one())


@contextmanager
def serve_database(url: str) -> Iterator[Service]:
    """Serve a database in another process."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = environment_of(url) | {"GRIDWARD_PORT": str(port), "GRIDWARD_TILE_CACHE_MB": "0"}
    with tempfile.TemporaryFile("w+") as stderr:
        server = subprocess.Popen([GRIDWARD, "serve"], env=environment, stderr=stderr)
        engine = db.connect(url)
        try:
            until(lambda: "runs at" in _read(stderr) or server.poll() is not None)
            assert server.poll() is None, _read(stderr)
            yield Service(f"http://127.0.0.1:{port}", engine)
        finally:
            engine.dispose()
            server.terminate()
            exit_code = server.wait(20)
        assert exit_code in (0, -15)
        assert "Traceback" not in _read(stderr), _read(stderr)


def _read(file: TextIO) -> str:
    file.seek(0)
    return file.read()


@pytest.fixture(scope="session")
def sample_city(databases: Databases, template: str, home: Path) -> str:
    """The name of a database that `gridward demo` filled, as a template."""
    url = databases.make(template)
    environment = environment_of(url) | {"GRIDWARD_HOME": str(home)}
    subprocess.run([GRIDWARD, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def sample_service(databases: Databases, sample_city: str) -> Iterator[Service]:
    """The sample city, served as in the README."""
    with serve_database(databases.make(sample_city)) as service:
        yield service
