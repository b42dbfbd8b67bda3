"""The log of requests: one line each, without values of parameters and without addresses."""

import logging

from starlette.types import Scope

QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that monitoring requests every few seconds; logged at the level `debug`."""
_MESSAGE = "%(method)s %(route)s %(status)s %(duration_ms)s ms, account %(account)s"

log = logging.getLogger(__name__)


def write(scope: Scope, route: str, status: int, duration_s: float) -> None:
    """Log method, route, status, duration and account of a request; `route` is a path template."""
    level = logging.WARNING if status >= 500 else logging.INFO
    if route in QUIET_ROUTES and status < 500:
        level = logging.DEBUG
    if not log.isEnabledFor(level):
        return
    fields = {
        "method": scope["method"],
        "route": route,
        "status": status,
        "duration_ms": round(duration_s * 1000, 1),
        "account": scope["state"].get("account"),
    }
    # Logger.log would search the stack for the line of this call, which takes a third of the time.
    record = logging.LogRecord(log.name, level, __file__, 0, _MESSAGE, (fields,), None)
    record.__dict__ |= fields
    log.handle(record)
