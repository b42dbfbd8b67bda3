"""Gives each request an id, times it, and reports it to the log and to the metrics."""

import random
import re
import time

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import request_log
from api.http.route_label import label_of
from api.logs import request_id
from api.metrics import RequestMetrics

REQUEST_ID_HEADER = "X-Request-ID"
_HEADER_NAME = REQUEST_ID_HEADER.lower().encode()
_WELL_FORMED_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")


class Monitoring:
    """ASGI middleware: the id, the duration and the status of each request.

    The id is that of `X-Request-ID` if it is well-formed, otherwise a new one; each response states
    it.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.metrics = RequestMetrics(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started, status, id_ = time.perf_counter(), 500, _request_id(scope)
        token = request_id.set(id_.decode())

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (_HEADER_NAME, id_)]}
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            route, duration_s = label_of(scope), time.perf_counter() - started
            self.metrics.observe(scope["method"], route, status, duration_s)
            request_log.write(scope, route, status, duration_s)
            request_id.reset(token)


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _HEADER_NAME:
            requested: bytes = value
            return requested if _WELL_FORMED_ID.fullmatch(requested) else _new_id()
    return _new_id()


def _new_id() -> bytes:
    """Return a random id, which need not be unpredictable."""
    return b"%032x" % random.getrandbits(128)
