"""An LRU cache of snapshots of other moments, limited by memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from geo.lookup.snapshots.revision_timeline import RevisionPeriod
from geo.lookup.snapshots.snapshot import Snapshot


class SnapshotCache:
    """Thread-safe cache by period; the least recently used snapshot is evicted first.

    A cached snapshot is returned without waiting, even while another is being built. Snapshots are
    built one at a time: two threads that need the same one build it once, and many threads that
    need different ones do not exhaust the memory together.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self._snapshots: OrderedDict[RevisionPeriod, Snapshot] = OrderedDict()
        self._lock = threading.Lock()
        """Guards the fields; held only briefly."""
        self._build_lock = threading.Lock()
        """Held while a snapshot is built."""
        self._clear_count = 0

    def get(self, period: RevisionPeriod, build: Callable[[], Snapshot]) -> Snapshot:
        """Return the snapshot of a period from the cache, or build and cache it."""
        cached = self._find(period)
        if cached is not None:
            return cached
        with self._build_lock:
            cached = self._find(period)
            if cached is not None:
                return cached
            clear_count = self._clear_count
            snapshot = build()
            self._add(period, snapshot, clear_count)
            return snapshot

    def _find(self, period: RevisionPeriod) -> Snapshot | None:
        with self._lock:
            snapshot = self._snapshots.get(period)
            if snapshot is not None:
                self._snapshots.move_to_end(period)
            return snapshot

    def _add(self, period: RevisionPeriod, snapshot: Snapshot, clear_count: int) -> None:
        """Cache a snapshot, unless the cache was cleared or the period changed during the build."""
        with self._lock:
            if clear_count != self._clear_count or snapshot.period != period:
                return
            self._snapshots[period] = snapshot
            while self.nbytes > self.memory_bytes and len(self._snapshots) > 1:
                self._snapshots.popitem(last=False)

    def clear(self) -> None:
        """Remove all snapshots, because the data that they were built from has changed."""
        with self._lock:
            self._snapshots.clear()
            self._clear_count += 1

    @property
    def nbytes(self) -> int:
        """The memory of the cached snapshots in bytes."""
        return sum(snapshot.nbytes for snapshot in self._snapshots.values())

    def __len__(self) -> int:
        return len(self._snapshots)
