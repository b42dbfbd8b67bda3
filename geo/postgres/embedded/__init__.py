"""The private PostGIS cluster under `settings.home`: on a unix socket only, made when missing."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from geo.errors import Invalid
from geo.postgres.embedded import binaries, create, database, server
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings

__all__ = ["ClusterState", "ClusterStatus", "database_url", "down", "status", "up", "url"]

DRIVER = "postgresql+psycopg"


class ClusterState(StrEnum):
    """How far the private cluster has come."""

    MISSING = "missing"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"


@dataclass(frozen=True)
class ClusterStatus:
    """The private cluster of one home: its state, and where its parts are."""

    state: ClusterState
    home: Path
    data: Path
    sockets: Path
    log: Path
    url: str


class BadDatabaseUrl(Invalid):
    """`GRIDWARD_DATABASE_URL` is not the address of a PostgreSQL database."""

    code = "bad_database_url"


def up(settings: Settings) -> str:
    """Return the URL of the private database, after making and starting what is missing.

    Safe to call from several processes at once and after any interruption.
    Raises an Unavailable that says what to do when the cluster cannot be made or started.
    """
    place = ClusterPaths.of(settings.home)
    account = OsAccount.of(place)
    create.create_home(place, account)
    with place.lock():
        if not server.accepts_connections(place):
            create.create_data(place, account, settings.pg_bin)
            server.start(place, account, binaries.find(settings.pg_bin, place.version()))
        database.ensure_database(place)
    return url(settings)


def down(settings: Settings) -> bool:
    """Stop the private server, ending its sessions; return whether one was running."""
    place = ClusterPaths.of(settings.home)
    if not place.exists():
        return False
    account = OsAccount.of(place)
    with place.lock():
        return server.stop(place, account, binaries.find(settings.pg_bin, place.version()))


def status(settings: Settings) -> ClusterStatus:
    """Return the state of the private cluster; changes nothing and waits for nobody."""
    place = ClusterPaths.of(settings.home)
    return ClusterStatus(
        _state(place), place.home, place.data, place.sockets, place.log, url(settings)
    )


def url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the private database, whether or not it is running."""
    place = ClusterPaths.of(settings.home)
    query = {"host": str(place.sockets), "port": str(database.PORT)}
    address = sa.URL.create(DRIVER, database.ROLE, database=database.NAME, query=query)
    return address.render_as_string(hide_password=False)


def database_url(settings: Settings) -> str:
    """Return the URL of the database to use.

    With `settings.database_url` set that one, for psycopg 3, and nothing is started;
    else the private database, started. Raises BadDatabaseUrl when it names no PostgreSQL.
    """
    if settings.database_url is None:
        return up(settings)
    return _normalise(settings.database_url)


def _state(place: ClusterPaths) -> ClusterState:
    if not place.exists():
        return ClusterState.MISSING
    account = OsAccount.of(place)
    if server.accepts_connections(place):
        return ClusterState.RUNNING
    return ClusterState.STARTING if server.find_pid(place, account) else ClusterState.STOPPED


def _normalise(text: str) -> str:
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
