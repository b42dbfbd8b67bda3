"""Snapshots of other moments than now, the latest asked for kept within a bound of memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from geo.lookup.snapshots.revision_timeline import Period
from geo.lookup.snapshots.snapshot import Snapshot


class Past:
    """A cache by period; the least recently asked for goes first.

    What is at hand is never waited for. Others are made one at a time: two callers who ask for
    the same one do the work once, and many who ask for many do not use up the memory.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self._kept: OrderedDict[Period, Snapshot] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._cleared = 0

    def get(self, period: Period, make: Callable[[], Snapshot]) -> Snapshot:
        """Return the snapshot of a period, made if it is not at hand."""
        found = self._find(period)
        if found is not None:
            return found
        with self._making:
            found = self._find(period)
            if found is not None:
                return found
            cleared = self._cleared
            made = make()
            self._keep(period, made, cleared)
            return made

    def _find(self, period: Period) -> Snapshot | None:
        with self._lock:
            found = self._kept.get(period)
            if found is not None:
                self._kept.move_to_end(period)
            return found

    def _keep(self, period: Period, made: Snapshot, cleared: int) -> None:
        """Keep a snapshot, unless what it was made from changed meanwhile."""
        with self._lock:
            if cleared != self._cleared or made.period != period:
                return
            self._kept[period] = made
            while self.nbytes > self.memory_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget them all: what they were made from has changed."""
        with self._lock:
            self._kept.clear()
            self._cleared += 1

    @property
    def nbytes(self) -> int:
        """The memory that the kept snapshots hold."""
        return sum(snapshot.nbytes for snapshot in self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)
