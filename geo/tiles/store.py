"""Tile store: rendered tiles on disk, shared by all workers, bounded, and fail-safe."""

import sqlite3
import threading
from pathlib import Path
from typing import Protocol

_PAGE_BYTES = 4096
_WRITE_TIMEOUT_S = 0.2
"""How long a worker waits for another worker's write before it gives up storing a tile."""


class TileStore(Protocol):
    """Where rendered tiles are kept by cache key. It may forget them at any time."""

    @property
    def is_enabled(self) -> bool:
        """Return whether the store keeps anything."""

    def get(self, key: str) -> bytes | None:
        """Return the tile stored under a key, or None."""

    def put(self, key: str, body: bytes) -> None:
        """Store a tile, if possible."""


class SqliteTileStore:
    """Tiles by cache key in an SQLite file. Any error counts as a miss.

    Entries never go stale, because a key names everything that its tile depends on. Eviction is
    FIFO: the oldest eighth at a time.
    """

    def __init__(self, folder: Path, max_megabytes: int) -> None:
        self._folder = folder
        self._max_pages = (max_megabytes << 20) // _PAGE_BYTES
        self._local = threading.local()

    @property
    def is_enabled(self) -> bool:
        """Return whether the store has any space."""
        return self._max_pages > 0

    def get(self, key: str) -> bytes | None:
        """Return the tile stored under a key, or None."""
        if not self.is_enabled:
            return None
        try:
            row = (
                self._connection().execute("SELECT body FROM tile WHERE key = ?", (key,)).fetchone()
            )
        except (sqlite3.Error, OSError):
            return None
        return None if row is None else bytes(row[0])

    def put(self, key: str, body: bytes) -> None:
        """Store a tile, if possible."""
        if not self.is_enabled:
            return
        try:
            try:
                self._insert(key, body)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    return
                self._evict_oldest()
                self._insert(key, body)
        except (sqlite3.Error, OSError):
            return

    def _insert(self, key: str, body: bytes) -> None:
        self._connection().execute("INSERT OR IGNORE INTO tile VALUES (?, ?)", (key, body))

    def _evict_oldest(self) -> None:
        self._connection().execute(
            "DELETE FROM tile WHERE rowid IN (SELECT rowid FROM tile ORDER BY rowid LIMIT "
            "(SELECT max(1, count(*) / 8) FROM tile))"
        )

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, in autocommit mode; opens it and creates the table."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / "tiles.sqlite"
            connection = sqlite3.connect(path, timeout=_WRITE_TIMEOUT_S, isolation_level=None)
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA max_page_count = {self._max_pages}")
            connection.execute("CREATE TABLE IF NOT EXISTS tile (key TEXT UNIQUE, body BLOB)")
            self._local.connection = connection
        return connection
