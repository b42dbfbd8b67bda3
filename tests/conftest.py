"""The real parts that tests share: one private cluster a run, a database a worker, rolled back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from geo import db
from geo.postgres import embedded, migrations
from geo.postgres.grants import ROLE_SETTINGS, SERVICE_ROLE
from geo.settings import Settings

if TYPE_CHECKING:
    from tests.clusters import ClusterTemplate  # pytest rewrites its asserts when it loads it

ROOT = Path(__file__).parent.parent

# Examples have no time limit: a busy machine is not a failure, and benchmarks measure speed.
hypothesis_settings.register_profile(
    "gridward", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("gridward")

pytest_plugins = [
    "tests.api.accounts",
    "tests.browser",
    "tests.clusters",
    "tests.district",
    "tests.redraw_service",
    "tests.sample_service",
    "tests.api.redraw_tables",
    "tests.staff",
    "tests.two_workers",
]


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real files, which is not part of the project."""
    folder = Path(os.environ.get("GRIDWARD_REALDATA", ROOT.parent / "shared" / "realdata"))
    if not (folder / "MANIFEST.md").exists():
        pytest.skip(f"no real files at {folder}: set GRIDWARD_REALDATA to where they lie")
    return folder


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A short, reachable home for the private cluster: pytest's own folders shut others out."""
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    folder.chmod(0o755)
    yield folder
    embedded.down(Settings(home=folder))
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server_url(home: Path, request: pytest.FixtureRequest) -> str:
    """The address of a running PostGIS server of our own."""
    if "GRIDWARD_DATABASE_URL" in os.environ:
        create_service_role(os.environ["GRIDWARD_DATABASE_URL"])
        return os.environ["GRIDWARD_DATABASE_URL"]
    cluster: ClusterTemplate = request.getfixturevalue("cluster_template")
    url = embedded.up(cluster.copy_into(home))
    forgo_durability(url)
    return url


def forgo_durability(url: str) -> None:
    """Let a server not wait for the disk: its data need not outlast a power cut."""
    engine = db.connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def create_service_role(url: str) -> None:
    """Create the role of the service on a server that is not ours, unless it exists."""
    engine = db.connect(url)
    with engine.begin() as connection:
        query = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
        if connection.scalar(query, {"role": SERVICE_ROLE}) is None:
            connection.execute(text(f"CREATE ROLE {SERVICE_ROLE} LOGIN"))
            for name, value in ROLE_SETTINGS.items():
                connection.execute(text(f"ALTER ROLE {SERVICE_ROLE} SET {name} = '{value}'"))
    engine.dispose()


class Databases:
    """Makes databases on the test server and drops them at the end."""

    def __init__(self, server_url: str) -> None:
        self.server = db.connect(server_url).execution_options(isolation_level="AUTOCOMMIT")
        self.made: list[str] = []

    def make(self, template: str = "template0") -> str:
        """Return the address of a new database, copied from `template`."""
        name = f"gw_{os.getpid()}_{len(self.made)}"
        with self.server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        self.made.append(name)
        return self.server.url.set(database=name).render_as_string(hide_password=False)

    def drop(self) -> None:
        """Drop them all, also those with open connections."""
        with self.server.connect() as connection:
            for name in self.made:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        self.server.dispose()


@pytest.fixture(scope="session")
def databases(server_url: str) -> Iterator[Databases]:
    """Makes scratch databases."""
    maker = Databases(server_url)
    yield maker
    maker.drop()


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """The name of a migrated, empty database to copy."""
    url = databases.make()
    engine = db.connect(url)
    migrations.upgrade(engine)
    engine.dispose()
    return str(make_url(url).database)


@pytest.fixture
def database_url(databases: Databases, template: str) -> str:
    """The address of a fresh migrated database, for what commits or runs in another process."""
    return databases.make(template)


@pytest.fixture(scope="session")
def engine(databases: Databases, template: str) -> Iterator[Engine]:
    """An engine on a migrated database whose tests leave nothing behind."""
    made = db.connect(databases.make(template))
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints: everything is rolled back after the test."""
    with (
        engine.connect() as connection,
        connection.begin() as transaction,
        Session(connection, join_transaction_mode="create_savepoint") as opened,
    ):
        yield opened
        opened.close()
        transaction.rollback()
