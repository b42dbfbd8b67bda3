"""The connections that tiles are read by: one a thread, and a new one after a break."""

import threading
import time

import psycopg
import pytest

from geo.tiles.connections import Reader

WHO = "SELECT pg_backend_pid()"


@pytest.fixture
def reader(engine):
    made = Reader(engine)
    yield made
    made.dispose()


def backend(reader: Reader) -> int:
    """The server's process at the other end of this thread's connection."""
    with reader.cursor() as asking:
        return asking.execute(WHO).fetchone()[0]


def test_a_thread_keeps_its_connection_and_another_has_its_own(reader):
    here, there = backend(reader), []
    other = threading.Thread(target=lambda: there.append(backend(reader)))
    other.start()
    other.join()
    assert backend(reader) == here
    assert there[0] != here


def test_a_broken_connection_fails_once_and_is_made_anew(reader, engine):
    broken = backend(reader)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({broken})")
    with pytest.raises(psycopg.OperationalError):
        backend(reader)
    assert backend(reader) != broken


def test_a_statement_that_is_wrong_breaks_nothing(reader):
    before = backend(reader)
    with pytest.raises(psycopg.errors.UndefinedColumn), reader.cursor() as asking:
        asking.execute("SELECT nonsense")
    assert backend(reader) == before


def test_nothing_stays_open_in_the_end(reader, engine):
    open_ = backend(reader)
    reader.dispose()
    with engine.connect() as connection:
        asked = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {open_}"
        for _ in range(100):
            left = connection.exec_driver_sql(asked).scalar_one()
            connection.commit()  # a transaction sees the same activity to its end
            if not left:
                break
            time.sleep(0.05)
    assert left == 0
