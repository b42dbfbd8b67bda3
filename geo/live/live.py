"""Which snapshot answers now: watched in a thread of its own, swapped when a revision comes."""

import datetime
import logging
import threading
from types import TracebackType

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from geo import moments
from geo.errors import Unavailable
from geo.live import read, snapshot
from geo.live.past import Past
from geo.live.read import Timeline
from geo.live.snapshot import Snapshot

CHANNEL = "gridward"
"""The database says on it which table changed: `revision` or `area`."""
POLL_S = 0.25
"""How often to ask for revisions even if nothing was said: the bound on a lost message."""
PATIENCE_S = 30.0
"""How long a lookup waits for the first snapshot, or for one that it knows to be due."""

log = logging.getLogger(__name__)


class NotReady(Unavailable):
    """No grids have been read from the database yet."""

    code = "not_ready"


class Live:
    """The snapshot in force and those of the past, for any number of threads.

    A revision that is published is seen within a POLL_S and its compilation; from the moment it
    is seen, lookups wait for its snapshot rather than answer from the one before. While the
    database is away the last snapshot goes on answering, and `connected` is false.
    """

    def __init__(self, engine: Engine, *, memory_bytes: int) -> None:
        self.engine = engine
        self.memory_bytes = memory_bytes
        self.connected = False
        self._past = Past(memory_bytes)
        self._timeline = Timeline((), ())
        self._now: Snapshot | None = None
        self._next: Snapshot | None = None
        self._due = threading.Event()
        """Set while the snapshot to answer from is there; cleared while a newer one is made."""
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watching revisions", daemon=True)

    def __enter__(self) -> "Live":
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._watcher.join()

    def peek(self) -> Snapshot | None:
        """Return the snapshot in force if it is at hand, without ever waiting."""
        snapshot = self._now
        if snapshot is None or not self._due.is_set():
            return None
        if snapshot.until is None or moments.now() < snapshot.until:
            return snapshot
        return self._next

    def now(self) -> Snapshot:
        """Return the snapshot in force, waiting for it if one is due. Raises NotReady."""
        at_hand = self.peek()
        if at_hand is not None:
            return at_hand
        if not self._due.wait(PATIENCE_S) or self._now is None:
            raise NotReady("The grids have not been read yet.", hint="Try again in a moment.")
        return self.peek() or self._now

    def at(self, moment: datetime.datetime | None) -> Snapshot:
        """Return the snapshot of a moment, now if None. Raises NotReady.

        One that is not at hand is read and compiled, and kept while there is memory for it.
        """
        now = self.now()
        if moment is None or now.covers(moment):
            return now
        number, _, _ = self._timeline.period(moment)
        return self._past.get(number, lambda: self._compile(moment))

    def _compile(self, moment: datetime.datetime) -> Snapshot:
        with self.engine.connect() as connection:
            return self._read(connection, moment)

    def _read(self, connection: Connection, moment: datetime.datetime) -> Snapshot:
        rows = read.rows(connection, self._timeline, moment)
        return snapshot.compile(rows, self.memory_bytes)

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                with self.engine.connect() as connection:
                    self._follow(connection.execution_options(isolation_level="AUTOCOMMIT"))
            except DBAPIError as error:
                if self.connected:
                    log.warning("The database is away; lookups go on from memory: %s", error)
                self.connected = False
                if self._now is not None:
                    self._due.set()
                self._stopped.wait(POLL_S)

    def _follow(self, connection: Connection) -> None:
        """Keep up with the database until stopped, or until the connection breaks."""
        connection.execute(text(f"LISTEN {CHANNEL}"))
        driver = connection.connection.driver_connection
        assert driver is not None
        self._refresh(connection, anew=True)
        self.connected = True
        while not self._stopped.is_set():
            said = {note.payload for note in driver.notifies(timeout=POLL_S, stop_after=1)}
            self._refresh(connection, anew="area" in said)

    def _refresh(self, connection: Connection, *, anew: bool) -> None:
        """Make the snapshots that are due: the one in force, and the next one if it is known."""
        timeline = read.timeline(connection)
        current = self.peek()
        if anew or timeline != self._timeline or current is None:
            self._due.clear()
            self._timeline = timeline
            self._past.clear()
            self._now = self._read(connection, moments.now())
            self._next = None
            self._due.set()
            current = self._now
        elif current is not self._now:
            self._now, self._next = current, None
        if current.until is not None and self._next is None:
            self._next = self._read(connection, current.until)
