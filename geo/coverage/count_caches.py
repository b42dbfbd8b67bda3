"""Caches of coverage counts by table version and day, shared by the threads of a worker."""

import datetime
import threading

from cachetools import LRUCache
from sqlalchemy.orm import Session

from geo import table_versions
from geo.coverage.counts import CoverageCountCache
from geo.models import Area, Building, MicroGrid, PropertyCoverage

MAX_CACHES = 24
"""Versions and days whose counts are cached."""
SOURCE_TABLES = (Area, MicroGrid, Building, PropertyCoverage)
"""The tables that counts depend on."""


class CoverageCountCaches:
    """Thread-safe LRU cache of a CoverageCountCache for each table version and day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._caches: LRUCache[str, CoverageCountCache] = LRUCache(MAX_CACHES)

    def current(
        self, session: Session, on: datetime.date, at: datetime.datetime, timezone: str
    ) -> CoverageCountCache:
        """Return the counts of a day, by the grids in force at `at`, in the current version."""
        snapshot = table_versions.read_snapshot(session, SOURCE_TABLES, at)
        return self.get(
            table_versions.key_of_day(snapshot.tables, snapshot.revisions, on, at, timezone)
        )

    def get(self, key: str) -> CoverageCountCache:
        """Return the counts with a key; empty ones if not cached."""
        with self._lock:
            return self._caches.setdefault(key, CoverageCountCache())
