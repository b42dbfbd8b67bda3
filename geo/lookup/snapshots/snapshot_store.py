"""Provide the snapshot for a lookup: the current one, or that of another moment."""

import datetime
from collections.abc import Callable
from time import monotonic
from types import TracebackType

from sqlalchemy import Engine

from geo import db
from geo.errors import Unavailable
from geo.lookup.snapshots import base_index, queries
from geo.lookup.snapshots.revision_listener import POLL_INTERVAL_S, RevisionListener
from geo.lookup.snapshots.snapshot import Snapshot

WAIT_TIMEOUT_S = 30.0
"""How long a lookup waits for the first snapshot, or for the snapshot of a new revision."""


class IndexNotReady(Unavailable):
    """The index of the current grids is not built yet, or cannot be built."""

    code = "not_ready"


class DatabaseDisconnected(Unavailable):
    """The database is disconnected; lookups continue from the grids in memory."""

    code = "database_disconnected"


class SnapshotStore:
    """The snapshots of the current and of other moments. Thread-safe.

    A published revision is noticed at once, or after POLL_INTERVAL_S if the notification is lost.
    From then on lookups wait for its snapshot and do not get the one before. While the database is
    disconnected, the newest snapshot in memory continues to answer and `is_connected` is False.

    Past grids are read through the engine; revisions are followed on a connection of its own.
    Use it as a context manager: the listener thread runs inside the `with` block.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        memory_bytes: int,
        on_restore: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._listener = RevisionListener(engine, memory_bytes, on_restore)

    def __enter__(self) -> "SnapshotStore":
        self._listener.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.stop()

    @property
    def is_connected(self) -> bool:
        """Whether the database answered a moment ago."""
        return self._listener.is_connected

    def require_up_to_date(self) -> str:
        """Return the migration that the database is at, as of a second ago.

        Raises NotMigrated, DatabaseDisconnected or IndexNotReady unless lookups use the newest
        grids. Never waits.
        """
        if self._listener.has_read_migration:
            db.require_newest(self._listener.migration)
        if not self.is_connected:
            state = self._listener.state
            grids = "none" if state is None else f"those of revision {state.current.revision}"
            raise DatabaseDisconnected(
                f"The database is disconnected; the grids in memory are {grids}."
            )
        if self.current_or_none() is None:
            raise self._not_ready()
        return db.require_newest(self._listener.migration)

    def current_or_none(self) -> Snapshot | None:
        """Return the current snapshot, or None if it is not ready. Never waits."""
        state = self._listener.state
        if state is None:
            return None
        current, until = state.current, state.current.period.until
        if until is None and not state.is_outdated:
            return current
        if state.is_outdated and self._listener.connection_error is None:
            return None
        if until is None or (now := self._listener.clock.now()) < until:
            return current
        upcoming = state.upcoming
        if upcoming is not None and (upcoming.period.covers(now) or not self.is_connected):
            return upcoming
        return None if self.is_connected else current

    def current(self, timeout_s: float = WAIT_TIMEOUT_S) -> Snapshot:
        """Return the current snapshot; wait for it if it is not ready. Raises IndexNotReady."""
        listener, deadline = self._listener, monotonic() + timeout_s
        while True:
            with listener.state_changed:
                snapshot = self.current_or_none()
                if snapshot is not None:
                    return snapshot
                has_failed = listener.build_error or (
                    listener.connection_error and listener.state is None
                )
                if has_failed or monotonic() > deadline:
                    raise self._not_ready()
                listener.state_changed.wait(POLL_INTERVAL_S)

    def _not_ready(self) -> IndexNotReady:
        error = self._listener.build_error
        if error is not None:
            return IndexNotReady(
                f"The newest grids cannot be indexed: {error.message}", hint=error.hint
            )
        if self._listener.connection_error is not None:
            message = "The grids cannot be read: the database is disconnected."
        else:
            message = "The grids are not indexed yet."
        return IndexNotReady(message, hint="Try again in a moment.")

    def at(self, moment: datetime.datetime | None) -> Snapshot:
        """Return the snapshot of a moment, the current one if None. Raises IndexNotReady.

        A snapshot that is not in memory is built and cached.
        """
        current, state = self.current(), self._listener.state
        if moment is None or state is None or current.period.covers(moment):
            return current
        if state.upcoming is not None and state.upcoming.period.covers(moment):
            return state.upcoming
        period = state.timeline.period(moment)
        return self._listener.cache.get(period, lambda: self._build(moment))

    def _build(self, moment: datetime.datetime) -> Snapshot:
        listener, areas = self._listener, self._listener.areas
        with queries.repeatable_read(self._engine) as connection:
            timeline = queries.read_timeline(connection)
            index = base_index.closest_index(connection, listener.base_indexes, timeline, moment)
        if index is None:
            base = base_index.build(self._engine, listener.clock, moment, listener.memory_bytes)
            index, timeline = base.index, base.timeline
        return Snapshot(timeline.period(moment), index, areas)
