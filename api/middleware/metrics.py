"""Prometheus histogram of requests by method, route and status."""

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """ASGI middleware: times every request, labelled with its route's path template."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.histogram = Histogram(
            "gridward_request_seconds",
            "Time until the response is complete.",
            ("method", "route", "status"),
            registry=registry,
            buckets=_BUCKETS_S,
        )
        self._children: dict[tuple[object, ...], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and time it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def record_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, record_status)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            elapsed_s = time.perf_counter() - started
            self._child(scope["method"], route, status).observe(elapsed_s)

    def _child(self, *labels: object) -> Histogram:
        """Return the histogram of some labels; `labels()` takes as long as the observation."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self.histogram.labels(*labels)
        return child
