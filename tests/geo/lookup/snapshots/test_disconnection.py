"""Lookups while the database is disconnected, and errors of the index build."""

import datetime
import logging
import threading

import pytest
from sqlalchemy import text

from geo import city_time, db
from geo.lookup.snapshots import SnapshotStore, base_index, revision_listener
from geo.lookup.snapshots.snapshot_store import DatabaseDisconnected, IndexNotReady
from tests.geo.lookup.snapshots.publications import COMMUNITY, publish, revision_and_grid
from tests.waiting import until

SECOND = datetime.timedelta(seconds=1)
NO_DATABASE = "postgresql+psycopg://x@/x?host=/nowhere"


class ConnectionSwitch:
    """Disconnects everybody from a database, and allows connections again."""

    def __init__(self, engine):
        self.name = engine.url.database
        self.server = db.connect(engine.url.set(database="postgres").render_as_string(False))

    def execute(self, statement, params=None):
        with self.server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement), params)

    def disconnect(self):
        self.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name",
            {"name": self.name},
        )

    def reconnect(self):
        self.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')


@pytest.fixture
def switch(district_engine):
    connection_switch = ConnectionSwitch(district_engine)
    yield connection_switch
    connection_switch.reconnect()
    connection_switch.server.dispose()


def test_lookups_continue_without_the_database_and_the_loss_is_reported(snapshots, switch, caplog):
    snapshots.require_up_to_date()
    with caplog.at_level(logging.WARNING, logger="geo.lookup.snapshots.revision_listener"):
        switch.disconnect()
        until(lambda: not snapshots.is_connected)
    assert [record.message for record in caplog.records if "lookups continue" in record.message]
    assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")
    with pytest.raises(DatabaseDisconnected, match="those of revision 1"):
        snapshots.require_up_to_date()


def test_a_revision_published_meanwhile_answers_after_the_reconnection(
    snapshots, district_engine, switch
):
    switch.disconnect()
    until(lambda: not snapshots.is_connected)
    switch.reconnect()
    publish(district_engine)
    until(lambda: snapshots.is_connected)
    assert revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003")
    snapshots.require_up_to_date()


def test_a_scheduled_revision_takes_over_without_the_database(snapshots, district_engine, switch):
    effective_at = city_time.now() + 2 * SECOND
    publish(district_engine, at=effective_at)
    until(lambda: snapshots._listener.state.upcoming is not None)
    switch.disconnect()
    until(lambda: not snapshots.is_connected)
    until(lambda: snapshots.current().revision == 2)
    assert snapshots._listener.clock.now() >= effective_at
    assert revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003")


def test_without_heartbeats_the_database_counts_as_disconnected(snapshots, monkeypatch):
    monkeypatch.setattr(revision_listener, "HEARTBEAT_TIMEOUT_S", -1.0)
    with pytest.raises(DatabaseDisconnected):
        snapshots.require_up_to_date()
    assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")


def test_lookups_fail_without_waiting_if_there_was_never_a_database():
    with SnapshotStore(db.connect(NO_DATABASE), memory_bytes=1 << 30) as snapshots:
        until(lambda: snapshots._listener.connection_error)
        with pytest.raises(IndexNotReady, match="the database is disconnected"):
            snapshots.current(timeout_s=600)
        with pytest.raises(DatabaseDisconnected, match="in memory are none"):
            snapshots.require_up_to_date()


def test_lookups_fail_while_the_newest_grids_cannot_be_indexed(
    snapshots, district_engine, monkeypatch
):
    """A memory limit of one byte makes the build fail; the older grids do not answer either."""
    listener = snapshots._listener
    listener.memory_bytes = 1
    monkeypatch.setattr(base_index, "MAX_CHANGED_GRIDS", 1)
    publish(district_engine)
    until(lambda: listener.build_error)
    with pytest.raises(IndexNotReady, match="cannot be indexed: The index takes"):
        snapshots.current(timeout_s=600)
    listener.memory_bytes = 1 << 30
    monkeypatch.setattr(revision_listener, "RETRY_INTERVAL_S", 0.0)
    listener._retry_at = 0.0
    until(lambda: not listener.build_error)
    assert revision_and_grid(snapshots.current(timeout_s=60)) == (2, COMMUNITY + "003")


def test_the_threads_end_with_the_with_block():
    threads_before = set(threading.enumerate())
    with SnapshotStore(db.connect(NO_DATABASE), memory_bytes=1 << 30):
        started = set(threading.enumerate()) - threads_before
    assert "revision-listener" in {thread.name for thread in started}
    assert not any(thread.is_alive() for thread in started)
