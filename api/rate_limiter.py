"""Decides whether a caller may send another request, in bounded memory.

The in-memory storage of the package `limits` walks all counters every ten milliseconds, so that a
caller with many addresses slows every request down.
"""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from cachetools import TLRUCache

from geo.rate_limits import Rate

MAX_CALLERS: Final = 100_000
"""The usage of more callers than this is forgotten, the least recently seen first."""


@dataclass(frozen=True)
class Decision:
    """Whether a request is allowed, and what is left of the limit."""

    is_allowed: bool
    remaining: int
    """How many more requests are allowed now."""
    reset_s: int
    """Seconds until a refused request is allowed; for an allowed one, until nothing is used."""


class RateLimiter:
    """The generic cell rate algorithm (ITU-T I.371). Only the event loop uses it.

    A caller may send all requests of a limit at once; each is given back after its share of the
    window, `window_s / requests` seconds. Refused requests do not count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._unused_at: TLRUCache[Hashable, float] = TLRUCache(
            MAX_CALLERS, lambda _caller, unused_at, _now: unused_at, clock
        )

    def hit(self, caller: Hashable, rate: Rate) -> Decision:
        """Count a request of a caller, unless it is beyond the rate."""
        now, share_s = self._clock(), rate.window_s / rate.requests
        used_s = max(0.0, self._unused_at.get(caller, now) - now) + share_s
        excess_s = used_s - rate.window_s
        if excess_s > _ROUNDING_S:
            return Decision(False, 0, math.ceil(excess_s))
        self._unused_at[caller] = now + used_s
        remaining = math.floor((rate.window_s - used_s + _ROUNDING_S) / share_s)
        return Decision(True, remaining, math.ceil(used_s))


_ROUNDING_S: Final = 1e-6
"""Sums of shares differ from the window by rounding."""
