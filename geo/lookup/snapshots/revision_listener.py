"""Keep snapshots up to date in a background thread that listens to the database."""

import datetime
import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from geo import db
from geo.errors import GridwardError
from geo.lookup.snapshots import base_index, queries
from geo.lookup.snapshots.base_index import BaseIndex
from geo.lookup.snapshots.connection_watchdog import abort_after
from geo.lookup.snapshots.database_clock import DatabaseClock
from geo.lookup.snapshots.grid_index import FullIndex
from geo.lookup.snapshots.queries import Heartbeat
from geo.lookup.snapshots.revision_timeline import RevisionTimeline
from geo.lookup.snapshots.snapshot import AreaIndex, Snapshot
from geo.lookup.snapshots.snapshot_cache import SnapshotCache
from geo.postgres import migrations

CHANNEL = "gridward"
"""The NOTIFY channel; its payload is the name of the changed table, `revision` or `area`."""
POLL_INTERVAL_S = 0.1
"""How often the heartbeat is read when there are no notifications."""
HEARTBEAT_TIMEOUT_S = 0.6
"""The database counts as disconnected after this long without a heartbeat, even if the connection
looks open. One poll, this silence and a new connection together must take less than the second
within which a publication is followed."""
READ_TIMEOUT_S = 10.0
"""The same while grids are being read, which takes longer than a heartbeat."""
MIGRATION_INTERVAL_S = 1.0
"""How often the migration that the database is at is read."""
RETRY_INTERVAL_S = 30.0
"""When to retry after grids could not be indexed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class SnapshotState:
    """The snapshots in memory: the current one, and the next one if it is scheduled."""

    timeline: RevisionTimeline
    current: Snapshot
    upcoming: Snapshot | None = None
    is_outdated: bool = False
    """Whether there is a newer revision whose snapshot is not ready yet."""


class RevisionListener:
    """Listens to the database in a thread of its own and keeps `state` up to date.

    Only the listener thread writes the attributes, each by replacing one reference. Other threads
    may read them at any time, and wait for a new `state` on `state_changed`.

    The listener thread applies small changes as overlays. It leaves full builds, which take longer,
    to a worker thread, so that it keeps reading heartbeats.
    """

    def __init__(
        self, engine: Engine, memory_bytes: int, on_restore: Callable[[], None] = lambda: None
    ) -> None:
        self.engine = db.create_listener_engine(engine)
        self.memory_bytes = memory_bytes
        self._on_restore = on_restore
        self._object_ids: tuple[int | None, ...] | None = None
        self.clock = DatabaseClock()
        self.cache = SnapshotCache(memory_bytes)
        self.state: SnapshotState | None = None
        self.base_indexes: tuple[BaseIndex, ...] = ()
        self.areas = AreaIndex({})
        self.state_changed = threading.Condition()
        self.migration: str | None = None
        """The migration that the database is at, if `has_read_migration`; None if it is empty."""
        self.has_read_migration = False
        self.connection_error: DBAPIError | None = None
        """Why the database is disconnected, if it is."""
        self.build_error: GridwardError | None = None
        """Why the newest grids cannot be indexed, if they cannot."""
        self._connection_worked = False
        """Whether the latest connection has read a heartbeat."""
        self._is_reading = False
        self._retry_at = 0.0
        self._base_build: Future[BaseIndex] | None = None
        self._area_build: Future[AreaIndex] | None = None
        self._builder = ThreadPoolExecutor(1, "index-builder")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="revision-listener", daemon=True)

    def start(self) -> None:
        """Start the listener thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the listener thread and wait for running work to end."""
        self._stopped.set()
        self._thread.join()
        self._builder.shutdown(cancel_futures=True)

    @property
    def is_connected(self) -> bool:
        """Whether the last heartbeat is recent enough."""
        silence_s = self.clock.seconds_since_sync
        if self.connection_error is not None or silence_s is None:
            return False
        return silence_s < (READ_TIMEOUT_S if self._is_reading else HEARTBEAT_TIMEOUT_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with self.engine.connect() as connection:
                    self._listen(connection.execution_options(isolation_level="AUTOCOMMIT"))
            except DBAPIError as error:
                if self._connection_worked:  # reconnect at once before reporting a failure
                    self._connection_worked = False
                else:
                    self._report_disconnected(error)
                    self._stopped.wait(POLL_INTERVAL_S)

    def _listen(self, connection: Connection) -> None:
        """Follow the database until stopped. Raises DBAPIError if the connection fails or hangs."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with abort_after(HEARTBEAT_TIMEOUT_S, driver):
            connection.execute(text(f"LISTEN {CHANNEL}"))
        changed_tables, migration_due_at = {"revision", "area"}, 0.0
        while not self._stopped.is_set():
            if monotonic() >= migration_due_at:
                with abort_after(HEARTBEAT_TIMEOUT_S, driver):
                    self.migration = migrations.current_revision(connection)
                self.has_read_migration = True
                migration_due_at = monotonic() + MIGRATION_INTERVAL_S
            with abort_after(HEARTBEAT_TIMEOUT_S, driver):
                heartbeat = queries.read_heartbeat(connection)
            self.clock.synchronize(heartbeat.now)
            if self._is_restored(heartbeat):
                changed_tables = {"revision", "area"}
            self._refresh(changed_tables, heartbeat)
            self.connection_error, self._connection_worked = None, True
            notifications = driver.notifies(timeout=POLL_INTERVAL_S, stop_after=1)
            changed_tables = {notification.payload for notification in notifications}

    def _is_restored(self, heartbeat: Heartbeat) -> bool:
        """Return whether a dump was restored since the last heartbeat, which sends no notification.

        Open connections then remember operators of PostGIS that no longer exist.
        """
        before, self._object_ids = self._object_ids, heartbeat.object_ids
        if before in (None, heartbeat.object_ids):
            return False
        log.warning("The database was restored from a dump; all connections are replaced.")
        self._on_restore()
        return True

    def _report_disconnected(self, error: DBAPIError) -> None:
        if self.connection_error is None:
            log.warning("Database disconnected; lookups continue from memory: %s", error.orig)
        self.connection_error = error
        self._wake_waiting_threads()

    def _wake_waiting_threads(self) -> None:
        with self.state_changed:
            self.state_changed.notify_all()

    def _publish(self, state: SnapshotState) -> None:
        self.state = state
        self._wake_waiting_threads()

    def _refresh(self, changed_tables: Collection[str], heartbeat: Heartbeat) -> None:
        """Update the snapshots if the heartbeat or a notification shows that they are outdated."""
        state, areas_changed = self.state, "area" in changed_tables
        has_new_revision = (
            "revision" in changed_tables
            or state is None
            or heartbeat.fingerprint != state.timeline.fingerprint
        )
        if has_new_revision and state is not None:
            self._publish(replace(state, is_outdated=True))
        try:
            has_new_build = self._collect_builds()
            if has_new_build or has_new_revision or areas_changed or self._is_due(heartbeat):
                self._is_reading = True
                self._update(areas_changed=areas_changed)
        except GridwardError as error:
            self._report_build_error(error)
        finally:
            self._is_reading = False

    def _is_due(self, heartbeat: Heartbeat) -> bool:
        """Whether an update is due because of the time: a period has ended, or a retry is due."""
        state = self.state
        if self.build_error is not None:
            return monotonic() > self._retry_at
        if state is None or state.is_outdated:
            return self._base_build is None
        until = state.current.period.until
        return until is not None and until <= heartbeat.now

    def _report_build_error(self, error: GridwardError) -> None:
        log.error("The newest grids cannot be indexed: %s", error)
        self.build_error, self._retry_at = error, monotonic() + RETRY_INTERVAL_S
        self._wake_waiting_threads()

    def _collect_builds(self) -> bool:
        """Take the results of finished builds; return whether there were any."""
        has_results = False
        if self._area_build is not None and self._area_build.done():
            area_build, self._area_build, has_results = self._area_build, None, True
            self.areas = replace(area_build.result(), area_paths=self.areas.area_paths)
        if self._base_build is not None and self._base_build.done():
            base_build, self._base_build, has_results = self._base_build, None, True
            self.base_indexes = (base_build.result(), *self.base_indexes)
        if has_results:
            self.cache.clear()
        return has_results

    def _update(self, *, areas_changed: bool) -> None:
        """Derive the current and the upcoming snapshot from the bases, and start missing builds."""
        with queries.repeatable_read(self.engine) as connection:
            if areas_changed:
                self.areas = replace(self.areas, area_paths=queries.read_area_paths(connection))
                self.cache.clear()
                self._area_build = self._builder.submit(self._build_areas)
            timeline, now = queries.read_timeline(connection), self.clock.now()
            until = timeline.period(now).until
            current = self._snapshot(connection, timeline, now)
            upcoming = None if until is None else self._snapshot(connection, timeline, until)
        self.build_error = None
        if current is not None:
            self._publish(SnapshotState(timeline, current, upcoming))
        elif self.state is not None:
            self._publish(replace(self.state, timeline=timeline, is_outdated=True))
        self._drop_unused_bases(current, upcoming)
        self._start_base_build(current, upcoming, until)

    def _snapshot(
        self, connection: Connection, timeline: RevisionTimeline, at: datetime.datetime
    ) -> Snapshot | None:
        index = base_index.closest_index(connection, self.base_indexes, timeline, at)
        return None if index is None else Snapshot(timeline.period(at), index, self.areas)

    def _drop_unused_bases(self, *snapshots: Snapshot | None) -> None:
        """Drop the bases that none of these snapshots uses."""
        used = [snapshot.index.full_index for snapshot in snapshots if snapshot is not None]
        self.base_indexes = tuple(base for base in self.base_indexes if base.index in used)

    def _start_base_build(
        self, current: Snapshot | None, upcoming: Snapshot | None, until: datetime.datetime | None
    ) -> None:
        """Start a full build for a missing snapshot, or to replace an overlay."""
        if self._base_build is not None:
            return
        if current is not None and upcoming is None and until is not None:
            at = until
        elif current is None or not isinstance(current.index, FullIndex):
            at = None
        else:
            return
        self._base_build = self._builder.submit(
            base_index.build, self.engine, self.clock, at, self.memory_bytes
        )

    def _build_areas(self) -> AreaIndex:
        with queries.repeatable_read(self.engine) as connection:
            return queries.read_area_index(connection, memory_bytes=self.memory_bytes)
