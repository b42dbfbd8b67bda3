"""Produce items in a second thread while the previous item is processed."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items in order; a second thread produces the next one while this one is used.

    So the next batch of a file is read and validated while the database stores the previous one.
    An exception of the iterator is raised here. Closing the generator stops the thread.
    """
    ready: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def produce() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(None)
        except BaseException as error:  # raised again in the consuming thread
            put(error)

    producer = threading.Thread(target=produce, name="prefetch")
    producer.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        producer.join()
