"""Admission control: how many requests of each class run at once, and how many wait.

Every slot has a thread and database connections of its own. A request without a slot uses neither,
so no request that occupies a thread ever waits for one that needs a thread.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.errors import Overloaded
from api.http.request_class import RequestClass

REJECTION_DELAY_S: Final = 1.0
"""How long a rejection is held back. Clients that repeat a request at once, whatever `Retry-After`
says, would else occupy a processor with rejections alone."""
UNWATCHED_S: Final = 0.1
"""A request that has waited this long is given up if its client leaves. Most requests wait less,
and do without the task that watches the client."""
BATCH_BODIES: Final = 4
"""How many batch bodies of the maximum size a worker has in memory at once."""


class SlotQueue:
    """The slots of one class, and a bounded first-in, first-out queue of requests for them.

    Only the event loop uses it, so it needs no lock. A slot that becomes free passes directly to
    the oldest waiting request.
    """

    def __init__(self, slots: int, length: int) -> None:
        self.free_slots = slots
        self.length = length
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_full(self) -> bool:
        """Whether a request that arrives now is rejected."""
        return not self.free_slots and len(self._waiting) >= self.length

    async def acquire(self, timeout_s: float, receive: Receive | None = None) -> bool:
        """Wait for a slot; return whether there was one in time.

        With `receive`, whose next message must be a disconnect, it raises ClientDisconnect when the
        client leaves.
        """
        if self.free_slots:
            self.free_slots -= 1
            return True
        if self.is_full:
            return False
        granted = asyncio.get_running_loop().create_future()
        self._waiting.append(granted)
        try:
            unwatched_s = timeout_s if receive is None else min(UNWATCHED_S, timeout_s)
            await asyncio.wait({granted}, timeout=unwatched_s)
            if not granted.done() and receive is not None:
                await _wait_unless_disconnected(granted, receive, timeout_s - unwatched_s)
        except (asyncio.CancelledError, ClientDisconnect):
            self._give_up(granted)
            raise
        if not granted.done():
            self._waiting.remove(granted)
        return granted.done()

    def _give_up(self, granted: asyncio.Future[None]) -> None:
        if granted.done():
            self.release()
        else:
            self._waiting.remove(granted)

    def release(self) -> None:
        """Give a slot back."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self.free_slots += 1


async def _wait_unless_disconnected(
    granted: asyncio.Future[None], receive: Receive, timeout_s: float
) -> None:
    """Wait until a slot is granted or the time is over. Raises ClientDisconnect."""
    disconnect = asyncio.ensure_future(_wait_for_disconnect(receive))
    try:
        watched = {granted, disconnect}
        await asyncio.wait(watched, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if disconnect.done() and not granted.done():
            raise ClientDisconnect
    finally:
        disconnect.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Slot:
    """The slot of one request; releasing it again has no effect."""

    def __init__(self, queue: SlotQueue) -> None:
        self._queue: SlotQueue | None = queue

    def release(self) -> None:
        """Let the next request run."""
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.release()

    def __enter__(self) -> "Slot":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class Admission:
    """The slots and queues of all classes of requests of a worker."""

    def __init__(
        self, slots: Mapping[RequestClass, int], *, queue_length: int, timeout_s: float
    ) -> None:
        self.queues = {name: SlotQueue(count, queue_length) for name, count in slots.items()}
        self.timeout_s = timeout_s

    async def acquire(self, request_class: RequestClass, receive: Receive | None = None) -> Slot:
        """Return a slot, after waiting for it if necessary: see `SlotQueue.acquire`.

        Raises Overloaded if the queue is full, or if the wait is longer than the setting.
        """
        queue = self.queues[request_class]
        if not await queue.acquire(self.timeout_s, receive):
            raise Overloaded.of_class(request_class)
        return Slot(queue)

    def require_room(self, request_class: RequestClass) -> None:
        """Raise Overloaded if a request that arrives now would be rejected at once."""
        if self.queues[request_class].is_full:
            raise Overloaded.of_class(request_class)


class BatchMemory:
    """The memory for the bodies of batches that are read, wait for a slot, or are looked up.

    Without it, each client that uploads slowly would occupy the memory of a whole body. Only the
    event loop uses it, so it needs no lock.
    """

    def __init__(self, max_bytes: int) -> None:
        self.free_bytes = max_bytes

    @contextmanager
    def reservation(self) -> Iterator[Callable[[int], None]]:
        """Yield a function that reserves bytes until the end of the block, or raises Overloaded."""
        reserved = 0

        def reserve(size: int) -> None:
            nonlocal reserved
            if size > self.free_bytes:
                raise Overloaded.of_class(RequestClass.BATCH)
            self.free_bytes -= size
            reserved += size

        try:
            yield reserve
        finally:
            self.free_bytes += reserved
