"""Restarts the embedded server when it dies while the service runs."""

import logging
import threading
from time import monotonic

from geo.errors import GridwardError
from geo.postgres import embedded
from geo.postgres.embedded import server
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings

CHECK_INTERVAL_S = 1.0
MAX_RETRY_INTERVAL_S = 60.0

log = logging.getLogger(__name__)


class RetrySchedule:
    """When the next start is due, at a time in seconds: at growing intervals after the first.

    Starts that fail, and starts of a server that dies again, count alike. A server that has run
    for MAX_RETRY_INTERVAL_S after its start is started at once the next time.
    """

    def __init__(self) -> None:
        self.interval_s = 0.0
        self._started_at = 0.0

    def is_due(self, now: float) -> bool:
        """Return whether the interval since the last start has passed."""
        return not self.interval_s or now - self._started_at >= self.interval_s

    def note_start(self, now: float) -> None:
        """Take note of a start, successful or not, and double the interval."""
        self._started_at = now
        self.interval_s = min(max(2 * self.interval_s, CHECK_INTERVAL_S), MAX_RETRY_INTERVAL_S)

    def note_running(self, now: float) -> None:
        """Take note that the server runs."""
        if now - self._started_at >= MAX_RETRY_INTERVAL_S:
            self.interval_s = 0.0


class Supervisor:
    """Checks the embedded server every second, and starts it if it has died.

    A server that `gridward db down` has stopped is left alone. If the start fails, as on a full
    disk, or the server dies again, it is retried at growing intervals. Several supervisors of one
    home do not interfere. Use it as a context manager: the thread runs inside the `with` block.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._paths = ClusterPaths.of(settings.home)
        self._schedule = RetrySchedule()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database-supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()  # not joined: a start may be waiting for the server

    def _run(self) -> None:
        while not self._stopped.wait(CHECK_INTERVAL_S):
            try:
                self._check()
            except GridwardError as error:
                self._log_failure(str(error))
            except Exception as error:  # no error may end the thread that restarts the server
                self._log_failure(type(error).__name__)  # its message may contain values

    def _check(self) -> None:
        if self._paths.is_stopped():
            return
        now = monotonic()
        if server.accepts_connections(self._paths):
            self._schedule.note_running(now)
        elif self._schedule.is_due(now):
            log.warning("The private database has died; it is being started again.")
            self._schedule.note_start(now)
            if embedded.restart(self._settings):
                log.warning("The private database runs again.")

    def _log_failure(self, reason: str) -> None:
        interval_s = self._schedule.interval_s
        log.error("It did not start; next attempt in %.0f s: %s", interval_s, reason)
