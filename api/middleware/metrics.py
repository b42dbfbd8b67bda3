"""Counts and times of requests by route, for Prometheus."""

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """ASGI middleware: times every request under the path of its route, never the path asked."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.seconds = Histogram(
            "gridward_request_seconds",
            "Time to the end of the answer.",
            ("method", "route", "status"),
            registry=registry,
            buckets=_BUCKETS_S,
        )
        self._timers: dict[tuple[object, ...], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and time it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            taken = time.perf_counter() - began
            self._timer(scope["method"], route, status).observe(taken)

    def _timer(self, *labels: object) -> Histogram:
        """Return what counts these labels; finding it anew each time would cost as much again."""
        timer = self._timers.get(labels)
        if timer is None:
            timer = self._timers[labels] = self.seconds.labels(*labels)
        return timer
