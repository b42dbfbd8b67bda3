"""Waiting for what happens in another thread or process."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(ask: Callable[[], Answer], patience_s: float = 120) -> Answer:
    """Ask again and again until the answer is true; return it. Fails when patience runs out."""
    deadline = time.monotonic() + patience_s
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain"
        time.sleep(0.02)
    return answer
