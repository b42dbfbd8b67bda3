"""Which snapshot answers: the one in force now, or that of another moment."""

import datetime
from time import monotonic
from types import TracebackType

from sqlalchemy import Engine

from geo.errors import Unavailable
from geo.lookup.snapshots import base_index, queries
from geo.lookup.snapshots.revision_listener import POLL_S, Watch
from geo.lookup.snapshots.snapshot import Snapshot

PATIENCE_S = 30.0
"""How long a lookup waits for the first snapshot, or for one that it knows to be due."""


class NotReady(Unavailable):
    """The grids to answer from are not compiled yet, or cannot be."""

    code = "not_ready"


class NotFollowing(Unavailable):
    """The database is not heard; lookups go on from the grids last read."""

    code = "not_following"


class Live:
    """The snapshot in force and those of other moments, for any number of threads.

    A revision that is published is seen at once, or within POLL_S where the database's word was
    lost; from then on lookups wait for its snapshot rather than answer from the one before. While
    the database is away the newest snapshot at hand goes on answering, and `connected` is false.
    """

    def __init__(self, engine: Engine, *, memory_bytes: int) -> None:
        self._watch = Watch(engine, memory_bytes)

    def __enter__(self) -> "Live":
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.stop()

    @property
    def connected(self) -> bool:
        """Whether the database was heard a moment ago."""
        return self._watch.connected

    def require_following(self) -> None:
        """Raise NotFollowing or NotReady unless lookups are answered from the newest grids."""
        if not self.connected:
            held = self._watch.held
            rest = "none yet." if held is None else f"those of revision {held.now.revision}."
            raise NotFollowing(f"The database is not heard; the grids at hand are {rest}")
        if self.peek() is None:
            raise self._not_ready()

    def peek(self) -> Snapshot | None:
        """Return the snapshot in force if it is at hand, without ever waiting."""
        held = self._watch.held
        if held is None:
            return None
        now, until = held.now, held.now.period.until
        if until is None and not held.outdated:
            return now
        if held.outdated and self._watch.lost is None:
            return None
        if until is None or (moment := self._watch.clock.now()) < until:
            return now
        if held.next is not None and (held.next.period.covers(moment) or not self.connected):
            return held.next
        return None if self.connected else now

    def now(self, patience_s: float = PATIENCE_S) -> Snapshot:
        """Return the snapshot in force, waiting for it if one is due. Raises NotReady."""
        watch, deadline = self._watch, monotonic() + patience_s
        while True:
            with watch.changed:
                found = self.peek()
                if found is not None:
                    return found
                hopeless = watch.failure or (watch.lost and watch.held is None)
                if hopeless or monotonic() > deadline:
                    raise self._not_ready()
                watch.changed.wait(POLL_S)

    def _not_ready(self) -> NotReady:
        failure, lost = self._watch.failure, self._watch.lost
        if failure is not None:
            return NotReady(
                f"The newest grids cannot be used: {failure.message}", hint=failure.hint
            )
        what = "cannot be read: the database is away" if lost else "are not compiled yet"
        return NotReady(f"The grids {what}.", hint="Try again in a moment.")

    def at(self, moment: datetime.datetime | None) -> Snapshot:
        """Return the snapshot of a moment, now if None. Raises NotReady.

        One that is not at hand is read and compiled, and kept while there is memory for it.
        """
        now, held = self.now(), self._watch.held
        if moment is None or held is None or now.period.covers(moment):
            return now
        if held.next is not None and held.next.period.covers(moment):
            return held.next
        period = held.timeline.period(moment)
        return self._watch.past.get(period, lambda: self._make(moment))

    def _make(self, moment: datetime.datetime) -> Snapshot:
        watch, ground = self._watch, self._watch.ground
        with queries.opened(watch.engine) as connection:
            timeline = queries.timeline(connection)
            sheet = base_index.nearest(connection, watch.bases, timeline, moment)
        if sheet is None:
            base = base_index.make(watch.engine, watch.clock, moment, watch.memory_bytes)
            sheet, timeline = base.sheet, base.timeline
        return Snapshot(timeline.period(moment), sheet, ground)
