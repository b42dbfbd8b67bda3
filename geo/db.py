"""Engines for the database, embedded or external."""

import re
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import ExceptionContext

from geo.errors import Unavailable
from geo.postgres import embedded, migrations
from geo.settings import Settings

CONNECT_ARGS: Final = {"application_name": "gridward", "options": "-c timezone=UTC"}
"""The arguments of every connection."""
_READ_ALL_TIMEOUT_MS: Final = 600_000
"""For statements that read all grids; the role's own limit is for statements of requests."""


_STALE: Final = re.compile(r"no spatial operator found|cache lookup failed|relation with OID")
"""Messages of PostgreSQL and PostGIS about objects that no longer exist."""


@dataclass(frozen=True)
class Timeouts:
    """How many seconds a statement may run, and wait for a lock; 0 is no limit."""

    statement_s: float
    lock_s: float

    @property
    def options(self) -> str:
        """The options of a connection."""
        statement_ms, lock_ms = round(self.statement_s * 1000), round(self.lock_s * 1000)
        return f"-c statement_timeout={statement_ms} -c lock_timeout={lock_ms}"


class NotMigrated(Unavailable):
    """The database is not at the migration that this version needs."""

    code = "not_migrated"


def connect(url: str) -> Engine:
    """Return an engine that replaces connections which a restart of the database has closed.

    Every connection uses UTC, so ranges and timestamps read the same on every machine.
    """
    return _create_engine(url, CONNECT_ARGS["options"])


def _create_engine(url: str, options: str, **pool: Any) -> Engine:
    """Return an engine that also replaces connections with a stale cache."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,  # logs must not contain names and phone numbers
        connect_args={**CONNECT_ARGS, "options": options, "connect_timeout": 10},
        **pool,
    )
    event.listen(engine, "handle_error", _replace_stale_connections)
    return engine


def _replace_stale_connections(context: ExceptionContext) -> None:
    """Replace the connections of the pool if one has a stale cache."""
    if has_stale_cache(context.original_exception):
        context.is_disconnect = True


def has_stale_cache(error: BaseException | None) -> bool:
    """Return whether an error of psycopg means that only a new connection can work.

    After a dump is restored, open connections remember operators and functions of PostGIS that no
    longer exist.
    """
    return isinstance(error, psycopg.errors.InternalError_) and bool(_STALE.search(str(error)))


def connect_pool(url: str, connections: int, timeouts: Timeouts) -> Engine:
    """Return an engine for at most this many connections at once, with timeouts.

    A connection beyond that is waited for at most as long as a lock.
    """
    return _create_engine(
        url,
        f"{CONNECT_ARGS['options']} {timeouts.options}",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeouts.lock_s or 30,
    )


def create_listener_engine(engine: Engine) -> Engine:
    """Return an engine on the same database for LISTEN, which must notice a lost connection.

    Its connections are not pooled, time out after two seconds when they open, and break after about
    a second when the other machine does not answer. TCP does not notice a server process that
    hangs: see `geo.lookup.snapshots.connection_watchdog`.
    """
    keepalives = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
    return create_engine(
        engine.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            **CONNECT_ARGS,
            "options": f"{CONNECT_ARGS['options']} -c statement_timeout={_READ_ALL_TIMEOUT_MS}",
            "connect_timeout": 2,
            "tcp_user_timeout": 1000,
            **keepalives,
        },
    )


def open_migrated(settings: Settings) -> Engine:
    """Return an engine on a migrated database.

    The embedded database is started and migrated as needed. An external database is migrated only
    by `gridward db migrate`: if it is behind, this raises NotMigrated.
    """
    engine = connect(embedded.database_url(settings))
    if settings.database_url is None:
        migrations.upgrade(engine)
    else:
        require_migrated(engine)
    return engine


def require_migrated(engine: Engine) -> str:
    """Return the migration that the database is at. Raises NotMigrated unless it is the newest."""
    with engine.connect() as connection:
        return require_newest(migrations.current_revision(connection))


def require_newest(reached: str | None) -> str:
    """Return a migration that a database is at. Raises NotMigrated unless it is the newest."""
    newest = migrations.head_revision()
    if reached is None or reached != newest:
        raise NotMigrated(
            f"The database is at migration {reached}, this version needs {newest}.",
            hint="Run: gridward db migrate",
        )
    return reached
