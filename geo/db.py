"""Connections to the register's database, whichever it is."""

from typing import Final

from sqlalchemy import Engine, NullPool, create_engine

from geo.errors import Unavailable
from geo.postgres import embedded, migrations
from geo.settings import Settings

ASKED: Final = {"application_name": "gridward", "options": "-c timezone=UTC"}
"""What every connection states."""


class NotMigrated(Unavailable):
    """The database is not at the migration that this version needs."""

    code = "not_migrated"


def connect(url: str) -> Engine:
    """Return an engine that drops connections a restarted database has left dead.

    Every session speaks UTC, so a range or a moment reads the same on every machine.
    """
    return create_engine(url, pool_pre_ping=True, connect_args={**ASKED, "connect_timeout": 10})


def line(engine: Engine) -> Engine:
    """Return an engine on the same database for one who listens and must know when it is gone.

    Its connections are nobody else's, are made quickly or not at all, and break after a second
    when the other side's machine does not answer. A server that is there and silent breaks
    nothing: see `geo.lookup.snapshots.connection_watchdog`.
    """
    alive = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
    return create_engine(
        engine.url,
        poolclass=NullPool,
        connect_args={**ASKED, "connect_timeout": 2, "tcp_user_timeout": 1000, **alive},
    )


def ready(settings: Settings) -> Engine:
    """Return an engine on a database that is migrated.

    The private database is started and migrated as needed; another one is never changed unasked,
    so if it is behind this raises NotMigrated.
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
        reached = migrations.reached(connection)
    newest = migrations.newest()
    if reached is None or reached != newest:
        raise NotMigrated(
            f"The database is at migration {reached}, this version needs {newest}.",
            hint="Run: gridward db migrate",
        )
    return reached
