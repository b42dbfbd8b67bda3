"""The embedded PostgreSQL server: a private PostGIS cluster that listens on a unix socket only."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from geo.errors import Invalid
from geo.postgres.embedded import binaries, config, create, database, server
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.postgres.grants import SERVICE_ROLE
from geo.settings import Settings

__all__ = [
    "ClusterState",
    "ClusterStatus",
    "database_url",
    "down",
    "restart",
    "service_database_url",
    "status",
    "up",
    "url",
]

DRIVER = "postgresql+psycopg"


class ClusterState(StrEnum):
    """Whether the cluster exists and its server runs."""

    MISSING = "missing"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"


@dataclass(frozen=True)
class ClusterStatus:
    """The state of a home's cluster, and its paths."""

    state: ClusterState
    home: Path
    data: Path
    sockets: Path
    log: Path
    url: str


class BadDatabaseUrl(Invalid):
    """`GRIDWARD_DATABASE_URL` is not the URL of a PostgreSQL database."""

    code = "bad_database_url"


def up(settings: Settings) -> str:
    """Create the cluster and start its server as needed; return the URL of the database.

    Safe to call from several processes at once, and after any interruption. Raises an Unavailable
    with instructions if the cluster cannot be created or started.
    """
    paths = ClusterPaths.of(settings.home)
    account = OsAccount.of(paths)
    create.create_home(paths, account)
    with paths.lock():
        _start(paths, account, settings)
        if paths.is_stopped():
            account.run_checked(["rm", "-f", paths.stop_marker], cwd=paths.folder)
    return url(settings)


def restart(settings: Settings) -> bool:
    """Start the server again unless `down` has stopped it; return whether it runs.

    Raises an Unavailable as `up` does.
    """
    paths = ClusterPaths.of(settings.home)
    account = OsAccount.of(paths)
    with paths.lock():
        if paths.is_stopped():  # since the caller has looked
            return False
        _start(paths, account, settings)
    return True


def down(settings: Settings) -> bool:
    """Stop the server, ending its sessions, until the next `up`; return whether it was running."""
    paths = ClusterPaths.of(settings.home)
    if not paths.exists():
        return False
    account = OsAccount.of(paths)
    with paths.lock():
        account.run_checked(["touch", paths.stop_marker], cwd=paths.folder)
        return server.stop(paths, account, binaries.find(settings.pg_bin, paths.version()))


def status(settings: Settings) -> ClusterStatus:
    """Return the status of the cluster, without waiting for its lock."""
    paths = ClusterPaths.of(settings.home)
    return ClusterStatus(
        _state(paths), paths.home, paths.data, paths.sockets, paths.log, url(settings)
    )


def url(settings: Settings, role: str = database.OWNER) -> str:
    """Return the SQLAlchemy URL of the embedded database, whether or not it is running."""
    paths = ClusterPaths.of(settings.home)
    query = {"host": str(paths.sockets), "port": str(database.PORT)}
    address = sa.URL.create(DRIVER, role, database=database.NAME, query=query)
    return address.render_as_string(hide_password=False)


def database_url(settings: Settings) -> str:
    """Return the URL of the database to use, for psycopg 3.

    That is `settings.database_url` if set; otherwise the embedded database, which is started.
    Raises BadDatabaseUrl.
    """
    if settings.database_url is None:
        return up(settings)
    return _with_driver(settings.database_url)


def service_database_url(settings: Settings) -> str:
    """Return the URL of the database to serve, as `database_url` does.

    In the embedded database this is the role that owns nothing. In an external one it is the role
    of the URL. Raises BadDatabaseUrl.
    """
    if settings.database_url is None:
        up(settings)
        return url(settings, SERVICE_ROLE)
    return _with_driver(settings.database_url)


def _start(paths: ClusterPaths, account: OsAccount, settings: Settings) -> None:
    """Create and start what is missing; the caller holds the lock."""
    if not server.accepts_connections(paths):
        create.create_data(paths, account, settings.pg_bin)
        server.start(paths, account, binaries.find(settings.pg_bin, paths.version()))
    database.ensure_database(paths)
    if not database.has_loaded_config(paths):
        config.write_config(paths, account)
        database.reload_config(paths)


def _state(paths: ClusterPaths) -> ClusterState:
    if not paths.exists():
        return ClusterState.MISSING
    account = OsAccount.of(paths)
    if server.accepts_connections(paths):
        return ClusterState.RUNNING
    return ClusterState.STARTING if server.find_pid(paths, account) else ClusterState.STOPPED


def _with_driver(text: str) -> str:
    hint = "Write it as postgresql://user:password@host:5432/database."
    try:
        address = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl("GRIDWARD_DATABASE_URL is not a URL.", hint=hint) from None
    dialect = address.drivername.partition("+")[0]
    if dialect not in ("postgres", "postgresql"):
        message = f"GRIDWARD_DATABASE_URL begins with {address.drivername}://, not postgresql://."
        raise BadDatabaseUrl(message, hint=hint)
    return address.set(drivername=DRIVER).render_as_string(hide_password=False)
