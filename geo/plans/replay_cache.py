"""Replays plans and caches each step, so that one more step costs only itself."""

import datetime
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import shapely
from cachetools import LRUCache
from sqlalchemy.orm import Session

from geo import table_versions
from geo.models import Area, Building, MicroGrid
from geo.plans.context import ContextCache, DatabaseContext
from geo.plans.core.apply import Partitions, apply
from geo.plans.core.operations import Operation
from geo.plans.core.partition import Partition
from geo.plans.core.voronoi import BuildingCounts, count_buildings

_NO_PARTITIONS: Partitions = MappingProxyType({})


@dataclass(frozen=True)
class ReplayResult:
    """The touched communities after a plan, and the context that it was replayed in."""

    context: DatabaseContext
    after: Partitions
    _counts: dict[str, BuildingCounts] = field(default_factory=dict, init=False, compare=False)

    def partition(self, community: str) -> Partition:
        """Return a community after the plan, touched or not. Raises CommunityUnknown."""
        return self.after.get(community) or self.context.partition(community)

    def before_plan(self) -> "ReplayResult":
        """Return the same communities without the operations of the plan."""
        return ReplayResult(self.context, _NO_PARTITIONS)

    def count_buildings(self, community: str) -> BuildingCounts:
        """Return the buildings and households of the n grids of a community: (n,) each.

        They are counted once: the checks and the lists of grids both need them.
        """
        if community not in self._counts:
            buildings = self.context.buildings(community)
            self._counts[community] = count_buildings(self.partition(community), buildings)
        return self._counts[community]

    @property
    def before(self) -> dict[str, Partition]:
        """The touched communities before the plan."""
        return {community: self.context.partition(community) for community in self.after}

    @property
    def communities(self) -> list[str]:
        """The codes of the touched communities."""
        return sorted(self.after)


class ReplayCache:
    """Thread-safe LRU cache of replayed plans.

    Each entry is keyed by everything that it depends on: the table versions, the base revision and
    all operations so far.
    """

    def __init__(self, max_entries: int = 512, max_contexts: int = 6) -> None:
        """Store replayed steps, and of large contexts, with all their buildings, only a few."""
        self._entries: LRUCache[str, Partitions] = LRUCache(max_entries)
        self._contexts: LRUCache[str, ContextCache] = LRUCache(max_contexts)
        self._lock = threading.Lock()

    def replay(self, session: Session, base: int, operations: Sequence[Operation]) -> ReplayResult:
        """Return the result of operations on the grids after a base revision.

        Raises what the first operation that cannot be applied raises.
        """
        versions_key = table_versions.read_combined(session, Area, Building, MicroGrid)
        start = f"{versions_key}/{base}"
        with self._lock:
            context_cache = self._contexts.setdefault(start, ContextCache())
        context = DatabaseContext(session, base, context_cache)
        keys = _prefix_keys(start, operations)
        partitions, done = _NO_PARTITIONS, 0
        for count in range(len(operations), 0, -1):
            cached = self._get(keys[count])
            if cached is not None:
                partitions, done = cached, count
                break
        for count in range(done, len(operations)):
            partitions = apply(partitions, operations[count], context)
            self._put(keys[count + 1], partitions)
        return ReplayResult(context, partitions)

    def _get(self, key: str) -> Partitions | None:
        with self._lock:
            return self._entries.get(key)

    def _put(self, key: str, value: Partitions) -> None:
        """Store a value unless another thread was first."""
        with self._lock:
            self._entries.setdefault(key, value)


def _prefix_keys(start: str, operations: Sequence[Operation]) -> list[str]:
    """Return the key of each prefix of the operations: none, the first, the first two …"""
    keys = [start]
    for operation in operations:
        content = f"{keys[-1]}{_key_part(operation)!r}"
        keys.append(blake2b(content.encode(), digest_size=16).hexdigest())
    return keys


def _key_part(value: Any) -> Any:
    """Return a value that has the same `repr` for equal operations only."""
    match value:
        case shapely.Geometry():
            return shapely.to_wkb(value, hex=True)
        case tuple():
            return [_key_part(item) for item in value]
        case None | str() | int() | datetime.datetime():
            return value
    return type(value).__name__, [_key_part(field) for field in vars(value).values()]
