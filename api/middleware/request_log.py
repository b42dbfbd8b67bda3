"""Gives each request an id, and logs it when its response is complete."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.route_label import label_of
from api.logs import request_id

REQUEST_ID_HEADER = "X-Request-ID"
QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that monitoring requests every few seconds; logged at the level `debug`."""
_MESSAGE = "%(method)s %(route)s %(status)s %(duration_ms)s ms, account %(account)s"
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)

log = logging.getLogger(__name__)


class RequestLog:
    """ASGI middleware: logs route, status, duration and account of each request.

    The id is that of `X-Request-ID` if it is well-formed, otherwise a new one; each response states
    it. The log has the path template of the route, and neither values of parameters nor addresses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started, status, id_ = time.perf_counter(), 500, _request_id(scope)
        token = request_id.set(id_)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                id_header = (REQUEST_ID_HEADER.lower().encode(), id_.encode())
                message = {**message, "headers": [*message["headers"], id_header]}
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            _write(scope, status, time.perf_counter() - started)
            request_id.reset(token)


def _request_id(scope: Scope) -> str:
    requested = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return requested if _WELL_FORMED_ID.fullmatch(requested) else secrets.token_hex(16)


def _write(scope: Scope, status: int, duration_s: float) -> None:
    route = label_of(scope)
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
