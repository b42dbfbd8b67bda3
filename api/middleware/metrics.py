"""Prometheus histogram of requests by method, route and status."""

import os
import time

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.route_label import label_of

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which worker processes share their metrics, for prometheus_client."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
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
            route = label_of(scope)
            elapsed_s = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._child(method, route, status).observe(elapsed_s)

    def _child(self, *labels: object) -> Histogram:
        """Return the histogram of some labels; `labels()` takes as long as the observation."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self.histogram.labels(*labels)
        return child


def render_metrics(registry: CollectorRegistry) -> bytes:
    """Return the metrics as text: of all workers if they share a folder, otherwise of a registry.

    The sums include workers that have ended, so that no counter ever decreases.
    """
    if FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
