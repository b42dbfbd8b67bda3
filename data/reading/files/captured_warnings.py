"""Hear what libraries warn of, instead of letting it out to the terminal."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_FILTERS = threading.Lock()
"""Warning filters belong to the whole process, so one thread at a time listens."""


@contextmanager
def heard() -> Iterator[list[str]]:
    """Yield a list that holds, once the block is left in whatever way, the warnings given in it."""
    messages: list[str] = []
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield messages
        finally:
            messages += [str(warning.message) for warning in caught]
