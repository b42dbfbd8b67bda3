"""Classes of requests: what a request needs decides which others it waits for."""

import re
from enum import StrEnum
from typing import Final

from starlette.types import Scope

from geo.db import Timeouts
from geo.settings import Settings

SCOPE_KEY: Final = "gridward.request_class"
"""Where the ASGI scope holds the class of a request."""


class RequestClass(StrEnum):
    """Requests of one class share slots, a queue and database connections; no others do."""

    LOOKUP = "lookup"
    """The grid of one location, with details from the database or at another moment."""
    OBJECT = "object"
    """One object, a search, a page or a login: milliseconds."""
    REPORT = "report"
    """Lists, figures and differences: seconds."""
    EXPORT = "export"
    """A whole list as a file: seconds to minutes."""
    CHANGE = "change"
    """Plans, publications, issues and accounts."""
    BATCH = "batch"
    """The grids of many locations."""
    TILE = "tile"
    """A vector tile that is not cached."""


_UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
_LOOKUP = "/v1/lookup"
_LOOKUP_IN_THREAD = re.compile(rb"(?:^|&)(?:at|detail|[^=&]*%[^=&]*)(?:=|&|$)")
"""Parameters that need the database, and those whose name is percent-encoded and may be one."""
_OBJECT = re.compile(
    r"/|/v1/(?:areas|buildings|grids)/[^/]+(?:/history|/members)?|/v1/issues/(?!counts$)[^/]+"
    r"|/v1/(?:search|limits|account)|/(?:login|logout|docs|assets|openapi\.json|static)(?:/.*)?"
)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def classify(scope: Scope) -> RequestClass | None:
    """Return the class of a request; None if it needs neither a thread nor the database.

    A batch is None too: its route waits for a slot once it has read the body. A path that no rule
    names is a report, so that a new route never delays lookups.
    """
    path: str = scope["path"]
    if path == _LOOKUP:
        is_in_thread = scope["method"] != "POST" and _LOOKUP_IN_THREAD.search(scope["query_string"])
        return RequestClass.LOOKUP if is_in_thread else None
    if path.startswith("/tiles/"):
        return RequestClass.TILE
    if path in _UNLIMITED:
        return None
    if _OBJECT.fullmatch(path):
        return RequestClass.OBJECT
    if path.startswith("/v1/exports/"):
        return RequestClass.EXPORT
    return RequestClass.REPORT if scope["method"] in _READING else RequestClass.CHANGE


def timeouts(settings: Settings, request_class: RequestClass) -> Timeouts:
    """Return how long statements of a class may run and wait for locks."""
    match request_class:
        case RequestClass.LOOKUP | RequestClass.OBJECT:
            statement_s = settings.object_statement_seconds
        case RequestClass.CHANGE:
            statement_s = settings.change_statement_seconds
        case _:
            statement_s = settings.report_statement_seconds
    return Timeouts(statement_s, settings.lock_seconds)
