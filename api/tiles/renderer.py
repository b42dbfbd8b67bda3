"""Renders tiles for their route, with caches shared by the threads of a worker."""

import threading
from typing import Any

from cachetools import LRUCache
from isal import igzip
from psycopg import OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled

from api.http.request_class import RequestClass
from geo.coverage.counts import CoverageCountCache
from geo.table_versions import VersionSnapshot
from geo.tiles import cache_key, renderer
from geo.tiles.connections import TileCursor
from geo.tiles.place_index import PlaceIndex
from geo.tiles.renderer import LayerCache
from geo.tiles.tile_request import TileRequest

MAX_ATTEMPTS = 3
"""How often a tile is rendered while others commit, before a tile of mixed versions is served."""
MAX_COUNTS = 24
"""Versions and days whose counts are cached."""
MAX_PLACE_INDEXES = 6
"""Versions of areas or grids whose places are cached."""
MAX_SNAPSHOTS = 256
"""Layers and days whose last observed versions are cached."""


class TileCaches:
    """Thread-safe LRU caches of what tiles are rendered from, keyed by table versions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: LRUCache[str, CoverageCountCache] = LRUCache(MAX_COUNTS)
        self._places: LRUCache[str, PlaceIndex] = LRUCache(MAX_PLACE_INDEXES)
        self._snapshots: LRUCache[str, VersionSnapshot] = LRUCache(MAX_SNAPSHOTS)

    def counts(self, key: str) -> CoverageCountCache:
        """Return the counts with a key of `cache_key.counts_key`; empty ones if not cached."""
        with self._lock:
            return self._counts.setdefault(key, CoverageCountCache())

    def layer_cache(self, request: TileRequest, snapshot: VersionSnapshot) -> LayerCache:
        """Return the counts and places of a layer in a snapshot."""
        counts = self.counts(cache_key.counts_key(request, snapshot))
        key = cache_key.places_key(request.layer, snapshot)
        with self._lock:
            return LayerCache(counts, self._places.setdefault(key, PlaceIndex()))

    def discard(self, request: TileRequest, snapshot: VersionSnapshot) -> None:
        """Remove counts and places that may have been read after a snapshot was outdated."""
        with self._lock:
            self._counts.pop(cache_key.counts_key(request, snapshot), None)
            self._places.pop(cache_key.places_key(request.layer, snapshot), None)

    def last_snapshot(self, request: TileRequest) -> VersionSnapshot | None:
        """Return the last snapshot observed for a layer and day."""
        with self._lock:
            return self._snapshots.get(_snapshot_key(request))

    def set_last_snapshot(self, request: TileRequest, snapshot: VersionSnapshot) -> None:
        """Store the last snapshot observed for a layer and day."""
        with self._lock:
            self._snapshots[_snapshot_key(request)] = snapshot


def _snapshot_key(request: TileRequest) -> str:
    return f"{request.layer}/{request.params.on}"


def render(state: Any, request: TileRequest, *, check_store: bool) -> tuple[str | None, bytes]:
    """Return a tile's cache key, and its current content compressed with gzip.

    The key is None if commits kept changing the versions while it was rendered. `state` is the
    state of the application; `check_store` first looks up the current version in the tile store.
    """
    try:
        return _render(state, request, check_store)
    except (QueryCanceled, LockNotAvailable):
        raise
    except OperationalError:
        return _render(state, request, check_store)  # reconnects after a restart of the database


def _render(state: Any, request: TileRequest, check_store: bool) -> tuple[str | None, bytes]:
    with state.tile_cursor() as cursor:
        if check_store and state.tile_store.is_enabled:
            key = cache_key.tile_key_at(request, renderer.read_versions(cursor, request))
            stored: bytes | None = state.tile_store.get(key)
            if stored is not None:
                return key, stored
        content, snapshot = _render_consistently(state, cursor, request)
    body = igzip.compress(content, 2, mtime=0)
    if snapshot is None:
        return None, body
    key = cache_key.tile_key_at(request, snapshot)
    state.tile_store.put(key, body)
    return key, body


def _render_consistently(
    state: Any, cursor: TileCursor, request: TileRequest
) -> tuple[bytes, VersionSnapshot | None]:
    """Return a tile, and the one snapshot that all of it belongs to, or None if there is none.

    Starts from the last observed snapshot, which is usually still current. The statement that
    renders the tile returns the current one: if it differs, the tile is rendered again.
    """
    caches, sessions = state.tile_caches, state.sessions[RequestClass.TILE]
    if request.layer not in renderer.CACHED_LAYERS:
        return renderer.render_tile(cursor, sessions, request)
    expected = caches.last_snapshot(request) or renderer.read_versions(cursor, request)
    for _ in range(MAX_ATTEMPTS):
        cached = caches.layer_cache(request, expected)
        content, current = renderer.render_tile(cursor, sessions, request, cached)
        caches.set_last_snapshot(request, current)
        if current == expected:
            return content, current
        caches.discard(request, expected)
        expected = current
    return content, None
