"""Connections of tile threads: one per thread, and a new one after it breaks."""

import threading

import psycopg
import pytest

from geo.db import Timeouts
from geo.tiles.connections import TileConnections
from tests.waiting import until


@pytest.fixture
def connections(engine):
    connections = TileConnections(engine, Timeouts(statement_s=0.2, lock_s=0.1))
    yield connections
    connections.dispose()


def backend_pid(connections: TileConnections) -> int:
    """The PostgreSQL process of this thread's connection."""
    with connections.cursor() as cursor:
        return cursor.execute("SELECT pg_backend_pid()").fetchone()[0]


def test_a_thread_keeps_its_connection_and_another_has_its_own(connections):
    pid, other_pids = backend_pid(connections), []
    other = threading.Thread(target=lambda: other_pids.append(backend_pid(connections)))
    other.start()
    other.join()
    assert backend_pid(connections) == pid
    assert other_pids[0] != pid


def test_a_broken_connection_fails_once_and_is_replaced(connections, engine):
    pid = backend_pid(connections)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
    with pytest.raises(psycopg.OperationalError):
        backend_pid(connections)
    assert backend_pid(connections) != pid


def test_a_failed_statement_replaces_the_connection(connections):
    """After a dump is restored, statements fail until the thread connects again."""
    pid = backend_pid(connections)
    with pytest.raises(psycopg.errors.UndefinedColumn), connections.cursor() as cursor:
        cursor.execute("SELECT nonsense")
    assert backend_pid(connections) != pid


def test_a_statement_that_takes_too_long_ends_and_keeps_the_connection(connections):
    pid = backend_pid(connections)
    with pytest.raises(psycopg.errors.QueryCanceled), connections.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    assert backend_pid(connections) == pid


def test_dispose_closes_every_connection(connections, engine):
    pid = backend_pid(connections)
    connections.dispose()
    query = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"

    def is_closed() -> bool:
        with engine.connect() as connection:  # within a transaction the activity never changes
            return connection.exec_driver_sql(query).scalar_one() == 0

    until(is_closed)
