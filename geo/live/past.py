"""Snapshots of past revisions, the latest asked for kept within a bound of memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from geo.live.snapshot import Snapshot


class Past:
    """A cache by revision number; the least recently asked for goes first."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self._kept: OrderedDict[int | None, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, number: int | None, make: Callable[[], Snapshot]) -> Snapshot:
        """Return the snapshot of a revision, made if it is not at hand.

        One is made at a time: two callers who ask for the same one do the work once.
        """
        with self._lock:
            if number not in self._kept:
                self._kept[number] = make()
            self._kept.move_to_end(number)
            found = self._kept[number]
            while self.nbytes > self.memory_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)
            return found

    def clear(self) -> None:
        """Forget them all: what they were made from has changed."""
        with self._lock:
            self._kept.clear()

    @property
    def nbytes(self) -> int:
        """The memory that the kept snapshots hold."""
        return sum(snapshot.nbytes for snapshot in self._kept.values())
