"""`gridward serve` on the sample city, for whatever wants to see the pages as people do."""

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
"""The community whose coverage climbed."""
UNCOVERED = "today.id IS NULL"
"""For `Service.spot`."""
SCREENS = {"desktop": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844)}


@dataclass(frozen=True)
class Service:
    """A running service, and the database behind it."""

    home: str
    engine: Engine

    def spot(self, condition: str) -> tuple[str, float, float]:
        """The code of the first building that meets a condition, and where it stands."""
        asked = text(f"""
            SELECT building.code, ST_X(point), ST_Y(point) FROM building
            LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE {condition} ORDER BY building.code LIMIT 1
        """)
        with self.engine.connect() as connection:
            return tuple(connection.execute(asked).one())


@contextmanager
def serving(url: str) -> Iterator[Service]:
    """Serve a database until the end, in a process of its own."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = environment_of(url) | {"GRIDWARD_PORT": str(port), "GRIDWARD_TILE_CACHE_MB": "0"}
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen([GRIDWARD, "serve"], env=environment, stderr=said)
        engine = db.connect(url)
        try:
            until(lambda: "answers at" in _read(said) or server.poll() is not None)
            assert server.poll() is None, _read(said)
            yield Service(f"http://127.0.0.1:{port}", engine)
        finally:
            engine.dispose()
            server.terminate()
            ended = server.wait(20)
        assert ended in (0, -15)
        assert "Traceback" not in _read(said), _read(said)


def _read(file: TextIO) -> str:
    file.seek(0)
    return file.read()


@pytest.fixture(scope="session")
def sample_city(databases: Databases, template: str, home: Path) -> str:
    """The name of a database that `gridward demo` filled, to copy."""
    url = databases.make(template)
    environment = environment_of(url) | {"GRIDWARD_HOME": str(home)}
    subprocess.run([GRIDWARD, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def sample_service(databases: Databases, sample_city: str) -> Iterator[Service]:
    """`gridward demo` and `gridward serve`, as the README has them."""
    with serving(databases.make(sample_city)) as service:
        yield service
