"""Prometheus histogram of requests by method, route and status."""

import os

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which worker processes share their metrics, for prometheus_client."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RequestMetrics:
    """The durations of requests, labelled with the path template of their route."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.histogram = Histogram(
            "gridward_request_seconds",
            "Time until the response is complete.",
            ("method", "route", "status"),
            registry=registry,
            buckets=_BUCKETS_S,
        )
        self._children: dict[tuple[object, ...], Histogram] = {}

    def observe(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count a request; methods that HTTP does not define are one label."""
        self._child(method if method in _METHODS else "other", route, status).observe(duration_s)

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
