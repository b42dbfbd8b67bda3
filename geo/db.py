"""Engines for the database, embedded or external."""

from typing import Final

from sqlalchemy import Engine, NullPool, create_engine

from geo.errors import Unavailable
from geo.postgres import embedded, migrations
from geo.settings import Settings

CONNECT_ARGS: Final = {"application_name": "gridward", "options": "-c timezone=UTC"}
"""The arguments of every connection."""


class NotMigrated(Unavailable):
    """The database is not at the migration that this version needs."""

    code = "not_migrated"


def connect(url: str) -> Engine:
    """Return an engine that replaces connections which a restart of the database has closed.

    Every connection uses UTC, so ranges and timestamps read the same on every machine.
    """
    return create_engine(
        url, pool_pre_ping=True, connect_args={**CONNECT_ARGS, "connect_timeout": 10}
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
        connect_args={**CONNECT_ARGS, "connect_timeout": 2, "tcp_user_timeout": 1000, **keepalives},
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
        reached = migrations.current_revision(connection)
    newest = migrations.head_revision()
    if reached is None or reached != newest:
        raise NotMigrated(
            f"The database is at migration {reached}, this version needs {newest}.",
            hint="Run: gridward db migrate",
        )
    return reached
