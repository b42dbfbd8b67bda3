"""A pool of database connections for each class of requests, as large as its slots."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.http.request_class import RequestClass, timeouts
from api.routes.tiles import RENDER_THREADS
from geo import db
from geo.settings import Settings

SPARE_THREADS: Final = 4
"""Threads beyond those of the slots: responses in parts, and the wait for the first snapshot."""

Sessions = Mapping[RequestClass, sessionmaker[Session]]


def slots(settings: Settings) -> dict[RequestClass, int]:
    """Return how many requests of each class run at once."""
    counts = dict.fromkeys(RequestClass, settings.concurrent_requests)
    return counts | {RequestClass.TILE: RENDER_THREADS}


def count_threads(settings: Settings) -> int:
    """Return the size of the thread pool: each slot has a thread."""
    return sum(slots(settings).values()) + SPARE_THREADS


def connect(url: str, settings: Settings) -> dict[RequestClass, Engine]:
    """Return an engine for each class, with a connection for every request that may need one."""
    counts = slots(settings)
    counts[RequestClass.OBJECT] *= 2  # a password change uses a second one
    counts[RequestClass.BATCH] += counts[RequestClass.LOOKUP]  # both read past grids
    return {
        name: db.connect_pool(url, count, timeouts(settings, name))
        for name, count in counts.items()
    }
