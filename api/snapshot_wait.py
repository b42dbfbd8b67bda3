"""Wait for the current snapshot in one thread, for all lookups together."""

import asyncio

from anyio import to_thread

from geo.lookup.snapshots import Snapshot, SnapshotStore


class SnapshotWait:
    """Lookups that arrive before the current snapshot is ready share one waiting thread.

    A thread for each would occupy all threads of the worker within milliseconds.
    """

    def __init__(self, snapshots: SnapshotStore) -> None:
        self.snapshots = snapshots
        self._wait: asyncio.Future[Snapshot] | None = None

    async def current(self) -> Snapshot:
        """Return the current snapshot. Raises IndexNotReady."""
        wait = self._wait
        if wait is None or wait.done() or wait.get_loop() is not asyncio.get_running_loop():
            wait = asyncio.ensure_future(to_thread.run_sync(self.snapshots.current))
            self._wait = wait
        return await asyncio.shield(wait)
