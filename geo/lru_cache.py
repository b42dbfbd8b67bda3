"""What was found out of a state of the register, kept in memory while it is asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Remembered(Generic[Thing]):
    """Things by a key that names all they depend on; what was not asked for longest is forgotten.

    Threads may ask at once; the things look after themselves.
    """

    def __init__(self, make: Callable[[], Thing], most: int) -> None:
        self._make = make
        self._most = most
        self._known: OrderedDict[str, Thing] = OrderedDict()
        self._lock = threading.Lock()

    def at(self, key: str) -> Thing:
        """Return what is known under a key; a new thing, if nothing is."""
        with self._lock:
            if key not in self._known:
                self._known[key] = self._make()
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]

    def forget(self, key: str) -> None:
        """Know nothing under a key any more."""
        with self._lock:
            self._known.pop(key, None)
