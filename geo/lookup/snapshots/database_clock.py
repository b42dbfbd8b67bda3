"""The database's clock, kept in memory: it decides when a revision comes into force."""

import datetime
import time

from geo import city_time


class DatabaseClock:
    """Returns the time of the database, without asking it each time.

    The time is that of the last synchronization plus the time elapsed since then. The elapsed time
    is read from the monotonic clock, so that changes to the system time have no effect. Before the
    first synchronization, it is the system time. Thread-safe: `_last_sync` is replaced as a whole.
    """

    def __init__(self) -> None:
        self._last_sync: tuple[datetime.datetime, float] | None = None

    def synchronize(self, now: datetime.datetime) -> None:
        """Set the clock to the current time of the database."""
        self._last_sync = (now, time.monotonic())

    def now(self) -> datetime.datetime:
        """Return the current time, in UTC."""
        last_sync = self._last_sync
        if last_sync is None:
            return city_time.now()
        database_time, monotonic_s = last_sync
        return database_time + datetime.timedelta(seconds=time.monotonic() - monotonic_s)

    @property
    def seconds_since_sync(self) -> float | None:
        """The time since the last synchronization, in seconds; None before the first."""
        last_sync = self._last_sync
        return None if last_sync is None else time.monotonic() - last_sync[1]
