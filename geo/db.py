"""Connections to the register's database, whichever it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, NullPool, create_engine

from geo import cluster, migrations, planner
from geo.errors import Unavailable
from geo.settings import Settings

_ASKED = {"application_name": "gridward", "options": "-c timezone=UTC"}


class NotMigrated(Unavailable):
    """The database is not at the migration that this version needs."""

    code = "not_migrated"


def connect(url: str) -> Engine:
    """Return an engine that drops connections a restarted database has left dead.

    Every session speaks UTC, so a range or a moment reads the same on every machine.
    """
    return create_engine(url, pool_pre_ping=True, connect_args={**_ASKED, "connect_timeout": 10})


def line(engine: Engine) -> Engine:
    """Return an engine on the same database for one who listens and must know when it is gone.

    Its connections are nobody else's, are made quickly or not at all, and break after a second
    when the other side's machine does not answer. A server that is there and silent breaks
    nothing: see `geo.live.patience`.
    """
    alive = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
    return create_engine(
        engine.url,
        poolclass=NullPool,
        connect_args={**_ASKED, "connect_timeout": 2, "tcp_user_timeout": 1000, **alive},
    )


def reading(engine: Engine, at_once: int) -> Engine:
    """Return an engine on the same database for statements that each read a tile's worth of rows.

    Each stands for itself, outside of any transaction; ask them by a `cursor`. The first one after
    a restart of the database fails, all later ones do not: to ask every time whether it is there
    would cost as much as a small tile.
    """
    return create_engine(
        engine.url,
        pool_size=at_once,
        connect_args={**_ASKED, "options": f"{_ASKED['options']} {planner.OPTIONS}"}
        | {"connect_timeout": 10, "prepare_threshold": 0, "autocommit": True},
    )


@contextmanager
def cursor(engine: Engine) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Yield the driver's own cursor on one of an engine's connections.

    It takes a fifth of the time that SQLAlchemy takes for a statement. Raises
    psycopg.OperationalError if the database has gone; that connection is not used again.
    """
    held = engine.raw_connection()
    try:
        yield held.driver_connection.cursor()  # type: ignore[union-attr]
    except psycopg.OperationalError:
        held.invalidate()
        raise
    finally:
        held.close()


def ready(settings: Settings) -> Engine:
    """Return an engine on a database that is migrated.

    The private database is started and migrated as needed; another one is never changed unasked,
    so if it is behind this raises NotMigrated.
    """
    engine = connect(cluster.database_url(settings))
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
