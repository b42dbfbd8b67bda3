"""Drawn tiles, kept on disk for every worker: bounded, and never a reason for a request to fail."""

import sqlite3
import threading
from pathlib import Path

_PAGE_BYTES = 4096
_SHELVED_S = 0.2
"""How long a worker waits for another one to finish writing before it leaves a tile unkept."""


class Shelf:
    """Bodies by key in one SQLite file; whatever goes wrong with it, a body is merely not there.

    A key names all that its body depends on, so nothing on the shelf is ever out of date; what is
    oldest makes room.
    """

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._folder = folder
        self._pages = (megabytes << 20) // _PAGE_BYTES
        self._here = threading.local()

    @property
    def is_none(self) -> bool:
        """Tell whether nothing is ever kept."""
        return not self._pages

    def take(self, key: str) -> bytes | None:
        """Return what is kept under a key."""
        if not self._pages:
            return None
        try:
            row = self._opened().execute("SELECT body FROM tile WHERE key = ?", (key,)).fetchone()
        except (sqlite3.Error, OSError):
            return None
        return None if row is None else bytes(row[0])

    def put(self, key: str, body: bytes) -> None:
        """Keep a body, if that can be done."""
        if not self._pages:
            return
        try:
            try:
                self._write(key, body)
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    return
                self._make_room()
                self._write(key, body)
        except (sqlite3.Error, OSError):
            return

    def _write(self, key: str, body: bytes) -> None:
        self._opened().execute("INSERT OR IGNORE INTO tile VALUES (?, ?)", (key, body))

    def _make_room(self) -> None:
        self._opened().execute(
            "DELETE FROM tile WHERE rowid IN (SELECT rowid FROM tile ORDER BY rowid LIMIT "
            "(SELECT max(1, count(*) / 8) FROM tile))"
        )

    def _opened(self) -> sqlite3.Connection:
        """Return this thread's own connection; each statement is a transaction of its own."""
        made: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if made is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / "tiles.sqlite"
            made = sqlite3.connect(path, timeout=_SHELVED_S, isolation_level=None)
            made.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = OFF")
            made.execute(f"PRAGMA max_page_count = {self._pages}")
            made.execute("CREATE TABLE IF NOT EXISTS tile (key TEXT UNIQUE, body BLOB)")
            self._here.connection = made
        return made
