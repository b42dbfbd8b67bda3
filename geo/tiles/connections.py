"""Database connections of the threads that render tiles."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.pool import PoolProxiedConnection

from geo.db import CONNECT_ARGS, Timeouts
from geo.postgres import planner_settings

TileCursor = psycopg.Cursor[tuple[Any, ...]]


class TileConnections:
    """One autocommit connection per thread, each with a psycopg cursor.

    A statement on such a cursor takes a fifth of the time that it takes through SQLAlchemy. There
    is no ping before a statement, which would cost as much as a small tile: after a restart of the
    database, a thread's first statement fails and its next one reconnects. After `renew`, each
    thread reconnects before its next statement.
    """

    def __init__(self, engine: Engine, timeouts: Timeouts) -> None:
        options = [CONNECT_ARGS["options"], planner_settings.CONNECTION_OPTIONS, timeouts.options]
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                **CONNECT_ARGS,
                "options": " ".join(options),
                "connect_timeout": 10,
                "prepare_threshold": 0,
                "autocommit": True,
            },
        )
        self._local = threading.local()
        self._connections: set[PoolProxiedConnection] = set()
        self._generation = 0

    @contextmanager
    def cursor(self) -> Iterator[TileCursor]:
        """Yield this thread's cursor.

        Drops the connection after any psycopg.Error, which it raises again, except QueryCanceled
        and LockNotAvailable, the errors of the timeouts.
        """
        try:
            yield self._cursor()
        except (QueryCanceled, LockNotAvailable):
            raise
        except psycopg.Error:
            self._drop_connection()
            raise

    def renew(self) -> None:
        """Replace every connection, each when its thread uses it next."""
        self._generation += 1

    def dispose(self) -> None:
        """Close all connections; no thread may be using one."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    def _cursor(self) -> TileCursor:
        cursor: TileCursor | None = getattr(self._local, "cursor", None)
        if cursor is not None and self._local.generation != self._generation:
            self._drop_connection()
            cursor = None
        if cursor is None:
            self._local.generation = self._generation
            connection = self._local.connection = self._engine.raw_connection()
            self._connections.add(connection)
            cursor = connection.driver_connection.cursor()  # type: ignore[union-attr]
            self._local.cursor = cursor
        return cursor

    def _drop_connection(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.cursor = self._local.connection = None
        if connection is not None:
            self._connections.discard(connection)
            connection.invalidate()
