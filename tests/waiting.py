"""Waiting for a condition that another thread or process brings about."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def until(condition: Callable[[], Result], timeout_s: float = 120) -> Result:
    """Call a condition until its result is true, and return it.

    Fails if a call that began after the timeout is not true: a call that began before may be slow
    and may have seen what was true until then.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        began = time.monotonic()
        if result := condition():
            return result
        assert began < deadline, f"the condition did not hold within {timeout_s} s"
        time.sleep(0.02)


def run_coroutine(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: Playwright's event loop may run in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
