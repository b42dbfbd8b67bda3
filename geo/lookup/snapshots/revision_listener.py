"""Following the database in a thread: which snapshots are at hand, and are they the newest."""

import datetime
import logging
import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from geo import db
from geo.errors import GridwardError
from geo.lookup.snapshots import base_index, queries
from geo.lookup.snapshots.base_index import Base
from geo.lookup.snapshots.clock import Clock
from geo.lookup.snapshots.connection_watchdog import patience
from geo.lookup.snapshots.index_overlay import Whole
from geo.lookup.snapshots.queries import Pulse
from geo.lookup.snapshots.revision_timeline import Timeline
from geo.lookup.snapshots.snapshot import Ground, Snapshot
from geo.lookup.snapshots.snapshot_cache import Past

CHANNEL = "gridward"
"""The database says on it which table changed: `revision` or `area`."""
POLL_S = 0.25
"""How often to ask for revisions even if nothing was said."""
LOST_S = 0.6
"""After so long a silence the database counts as lost, even if the connection looks alive."""
READING_S = 10.0
"""The same while grids are read from it, which takes longer than to be asked the time."""
RETRY_S = 30.0
"""When to try again to compile grids that could not be compiled."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Held:
    """What is at hand: the snapshot of now, and the one that takes over at a known moment."""

    timeline: Timeline
    now: Snapshot
    next: Snapshot | None = None
    outdated: bool = False
    """Whether a newer revision is known, of which there is no snapshot yet."""


class Watch:
    """Keeps up with the database; others read `held` and wait on `changed`.

    A change to a few grids is laid over those at hand in the thread itself. All grids are compiled
    in another, so that the database is heard all the while.
    """

    def __init__(self, engine: Engine, memory_bytes: int) -> None:
        self.engine = db.line(engine)
        self.memory_bytes = memory_bytes
        self.clock = Clock()
        self.past = Past(memory_bytes)
        self.held: Held | None = None
        self.bases: tuple[Base, ...] = ()
        self.ground = Ground({})
        self.changed = threading.Condition()
        self.lost: DBAPIError | None = None
        """Why the database cannot be heard, if so."""
        self.failure: GridwardError | None = None
        """Why the newest grids cannot be compiled, if so."""
        self._heard = False
        """Whether all went well with the connection at hand."""
        self._reading = False
        self._retry_at = 0.0
        self._base: Future[Base] | None = None
        self._ground: Future[Ground] | None = None
        self._compiler = ThreadPoolExecutor(1, "compiling grids")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watching revisions", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following, and wait for what is under way."""
        self._stopped.set()
        self._thread.join()
        self._compiler.shutdown(cancel_futures=True)

    @property
    def connected(self) -> bool:
        """Whether the database was heard a moment ago."""
        silent_s = self.clock.silent_s
        if self.lost is not None or silent_s is None:
            return False
        return silent_s < (READING_S if self._reading else LOST_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with self.engine.connect() as connection:
                    self._follow(connection.execution_options(isolation_level="AUTOCOMMIT"))
            except DBAPIError as error:
                if self._heard:  # in place of a connection that broke there may be one at once
                    self._heard = False
                else:
                    self._lose(error)
                    self._stopped.wait(POLL_S)

    def _follow(self, connection: Connection) -> None:
        """Keep up with the database until stopped, or until the connection breaks or hangs."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with patience(LOST_S, driver):
            connection.execute(text(f"LISTEN {CHANNEL}"))
        said = {"revision", "area"}
        while not self._stopped.is_set():
            with patience(LOST_S, driver):
                pulse = queries.pulse(connection)
            self.clock.set(pulse.now)
            self._keep_up(said, pulse)
            self.lost, self._heard = None, True
            said = {note.payload for note in driver.notifies(timeout=POLL_S, stop_after=1)}

    def _lose(self, error: DBAPIError) -> None:
        if self.lost is None:
            log.warning("The database is away; lookups go on from memory: %s", error.orig)
        self.lost = error
        self._tell()

    def _tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def _hold(self, held: Held | None) -> None:
        self.held = held
        self._tell()

    def _keep_up(self, said: Collection[str], pulse: Pulse) -> None:
        """Bring what is at hand up to what the database has just told, if it is not."""
        held = self.held
        published = "revision" in said or held is None or pulse.digest != held.timeline.digest
        if published and held is not None:
            self._hold(replace(held, outdated=True))
        try:
            if self._collect() or published or "area" in said or self._is_due(pulse):
                self._reading = True
                self._update(with_areas="area" in said)
        except GridwardError as error:
            self._fail(error)
        finally:
            self._reading = False

    def _is_due(self, pulse: Pulse) -> bool:
        """Whether time alone makes the snapshots at hand old, or it is time to try again."""
        held = self.held
        if self.failure is not None:
            return monotonic() > self._retry_at
        if held is None or held.outdated:
            return self._base is None
        until = held.now.period.until
        return until is not None and until <= pulse.now

    def _fail(self, error: GridwardError) -> None:
        log.error("The newest grids cannot be used: %s", error)
        self.failure, self._retry_at = error, monotonic() + RETRY_S
        self._tell()

    def _collect(self) -> bool:
        """Take over what has been compiled; return whether there was anything."""
        made = False
        if self._ground is not None and self._ground.done():
            future, self._ground, made = self._ground, None, True
            self.ground = replace(future.result(), plates=self.ground.plates)
        if self._base is not None and self._base.done():
            compiled, self._base, made = self._base, None, True
            self.bases = (compiled.result(), *self.bases)
        if made:
            self.past.clear()
        return made

    def _update(self, *, with_areas: bool) -> None:
        """Make the snapshots of now and next from the bases there are, and order those missing."""
        with queries.opened(self.engine) as connection:
            if with_areas:
                self.ground = replace(self.ground, plates=queries.plates(connection))
                self.past.clear()
                self._ground = self._compiler.submit(self._make_ground)
            timeline, moment = queries.timeline(connection), self.clock.now()
            until = timeline.period(moment).until
            now = self._snapshot(connection, timeline, moment)
            next = None if until is None else self._snapshot(connection, timeline, until)
        self.failure = None
        if now is not None:
            self._hold(Held(timeline, now, next))
        elif self.held is not None:
            self._hold(replace(self.held, timeline=timeline, outdated=True))
        self._forget(now, next)
        self._order(now, next, until)

    def _snapshot(
        self, connection: Connection, timeline: Timeline, at: datetime.datetime
    ) -> Snapshot | None:
        sheet = base_index.nearest(connection, self.bases, timeline, at)
        return None if sheet is None else Snapshot(timeline.period(at), sheet, self.ground)

    def _forget(self, *snapshots: Snapshot | None) -> None:
        """Let go of the bases that none of these stands on."""
        used = [snapshot.sheet.whole for snapshot in snapshots if snapshot is not None]
        self.bases = tuple(base for base in self.bases if base.sheet in used)

    def _order(
        self, now: Snapshot | None, next: Snapshot | None, until: datetime.datetime | None
    ) -> None:
        """Have all grids compiled where too much has changed, or where a patch can be folded in."""
        if self._base is not None:
            return
        if now is not None and next is None and until is not None:
            at = until
        elif now is None or not isinstance(now.sheet, Whole):
            at = None
        else:
            return
        self._base = self._compiler.submit(
            base_index.make, self.engine, self.clock, at, self.memory_bytes
        )

    def _make_ground(self) -> Ground:
        with queries.opened(self.engine) as connection:
            return queries.ground(connection, memory_bytes=self.memory_bytes)
