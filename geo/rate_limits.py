"""Rate limits of requests, by class of route: their names, defaults and notation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE: Final = re.compile(r"([1-9]\d{0,8})/(second|minute|hour|day)")


class RouteClass(StrEnum):
    """Routes that share a limit."""

    LOOKUPS = "lookups"
    BATCHES = "batches"
    REPORTS = "reports"
    TILES = "tiles"
    SIGN_IN = "sign-in"
    TOKENS = "tokens"


@dataclass(frozen=True)
class Rate:
    """How many requests are allowed within a window."""

    requests: int
    window_s: int


RateLimits = Mapping[RouteClass, Rate]

DEFAULT_LIMITS: Final[RateLimits] = MappingProxyType(
    {
        RouteClass.LOOKUPS: Rate(120_000, 60),
        RouteClass.BATCHES: Rate(120, 60),
        RouteClass.REPORTS: Rate(3000, 60),
        RouteClass.TILES: Rate(30_000, 60),
        RouteClass.SIGN_IN: Rate(30, 60),
        RouteClass.TOKENS: Rate(30, 60),
    }
)


def parse_limits(text: str) -> RateLimits:
    """Return the limits of a setting such as `reports=600/minute,lookups=off`.

    Classes that it does not name have their default; `off` alone switches all limits off. Raises
    ValueError, with the notation.
    """
    if text.strip() == "off":
        return {}
    limits = dict(DEFAULT_LIMITS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (word.strip() for word in part.partition("="))
        rate = _RATE.fullmatch(value)
        if name not in set(RouteClass) or not (rate or value == "off"):
            raise ValueError(
                f"{part!r} is no rate limit; write {'|'.join(RouteClass)}=600/minute (or second,"
                " hour, day), or =off; off alone switches all off"
            )
        if rate:
            limits[RouteClass(name)] = Rate(int(rate[1]), _SECONDS[rate[2]])
        else:
            limits.pop(RouteClass(name), None)
    return limits
