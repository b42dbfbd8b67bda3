"""Restarts the embedded server when it dies while the service runs."""

import logging
import threading

from geo.errors import GridwardError
from geo.postgres import embedded
from geo.postgres.embedded import server
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings

CHECK_INTERVAL_S = 1.0
MAX_RETRY_INTERVAL_S = 60.0

log = logging.getLogger(__name__)


class Supervisor:
    """Checks the embedded server every second, and starts it if it has died.

    A server that `gridward db down` has stopped is left alone. If the start fails, as on a full
    disk, it is retried at growing intervals. Several supervisors of one home do not interfere. Use
    it as a context manager: the thread runs inside the `with` block.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._paths = ClusterPaths.of(settings.home)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database-supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()  # not joined: a start may be waiting for the server

    def _run(self) -> None:
        interval_s = CHECK_INTERVAL_S
        while not self._stopped.wait(interval_s):
            if self._paths.is_stopped() or server.accepts_connections(self._paths):
                interval_s = CHECK_INTERVAL_S
                continue
            log.warning("The private database has died; it is being started again.")
            try:
                embedded.up(self._settings)
                log.warning("The private database runs again.")
            except GridwardError as error:
                interval_s = min(2 * interval_s, MAX_RETRY_INTERVAL_S)
                log.error("It did not start; next attempt in %.0f s: %s", interval_s, error)
