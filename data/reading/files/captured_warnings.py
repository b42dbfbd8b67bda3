"""Capture the warnings of libraries instead of letting them reach the terminal."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_FILTERS_LOCK = threading.Lock()
"""Warning filters belong to the whole process, so one thread at a time captures."""


@contextmanager
def capture_warnings() -> Iterator[list[str]]:
    """Yield a list that receives the warnings of the block when it ends, also after an error."""
    messages: list[str] = []
    with _FILTERS_LOCK, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield messages
        finally:
            messages += [str(warning.message) for warning in caught]
