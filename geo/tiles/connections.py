"""Connections for statements that each read a tile's worth of rows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.pool import PoolProxiedConnection

from geo.db import ASKED
from geo.postgres import planner_settings

Asking = psycopg.Cursor[tuple[Any, ...]]


class Reader:
    """For each thread that asks a connection, and on it the driver's own cursor.

    A statement stands for itself, outside of any transaction, and takes a fifth of the time that
    SQLAlchemy takes for one. The first one after a restart of the database fails, later ones do
    not: to ask every time whether it is there would cost as much as a small tile.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            connect_args={**ASKED, "options": f"{ASKED['options']} {planner_settings.OPTIONS}"}
            | {"connect_timeout": 10, "prepare_threshold": 0, "autocommit": True},
        )
        self._here = threading.local()
        self._held: set[PoolProxiedConnection] = set()

    @contextmanager
    def cursor(self) -> Iterator[Asking]:
        """Yield this thread's cursor.

        Raises psycopg.OperationalError if the database has gone; that connection is not used again.
        """
        try:
            yield self._cursor()
        except psycopg.OperationalError:
            self._let_go()
            raise

    def dispose(self) -> None:
        """Close all connections; no thread may be asking."""
        for held in self._held:
            held.close()
        self._held.clear()
        self._here = threading.local()

    def _cursor(self) -> Asking:
        cursor: Asking | None = getattr(self._here, "cursor", None)
        if cursor is None:
            held = self._here.held = self._engine.raw_connection()
            self._held.add(held)
            cursor = self._here.cursor = held.driver_connection.cursor()  # type: ignore[union-attr]
        return cursor

    def _let_go(self) -> None:
        held = getattr(self._here, "held", None)
        self._here.cursor = self._here.held = None
        if held is not None:
            self._held.discard(held)
            held.invalidate()
