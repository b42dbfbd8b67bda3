"""Caches that tiles are rendered from: one value per key, bounded, least recently used first."""

import threading
from dataclasses import replace

from api.tiles.renderer import MAX_COUNTS, TileCaches
from geo import city_time
from geo.table_versions import VersionSnapshot
from geo.tiles.layers import Layer
from geo.tiles.tile_math import Tile
from geo.tiles.tile_request import TileParams, TileRequest
from tests.district import day
from tests.tiles import ZONE

REQUEST = TileRequest(
    Layer.GRIDS, Tile(14, 1, 1), TileParams(day("2025-01-01"), city_time.now()), ZONE
)
FIRST, SECOND = VersionSnapshot('{"micro_grid": "1"}', 1), VersionSnapshot('{"micro_grid": "2"}', 1)


def test_threads_share_one_value_per_key():
    caches, barrier, values = TileCaches(), threading.Barrier(8), []

    def read() -> None:
        barrier.wait()
        values.extend(caches.counts(f"key {number % 20}") for number in range(1000))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(value) for value in values}) == 20


def test_the_least_recently_used_counts_are_evicted():
    caches = TileCaches()
    first, second = caches.counts("first"), caches.counts("second")
    for number in range(MAX_COUNTS - 1):
        caches.counts("first")
        caches.counts(str(number))
    assert caches.counts("first") is first
    assert caches.counts("second") is not second


def test_another_snapshot_has_other_counts_and_places():
    caches = TileCaches()
    first, second = (caches.layer_cache(REQUEST, snapshot) for snapshot in (FIRST, SECOND))
    assert first.counts is not second.counts
    assert first.places is not second.places
    assert caches.layer_cache(REQUEST, FIRST) == first


def test_discarding_a_snapshot_removes_its_counts_and_places_alone():
    caches = TileCaches()
    first, second = (caches.layer_cache(REQUEST, snapshot) for snapshot in (FIRST, SECOND))
    caches.discard(REQUEST, FIRST)
    again = caches.layer_cache(REQUEST, FIRST)
    assert again.counts is not first.counts
    assert again.places is not first.places
    assert caches.layer_cache(REQUEST, SECOND).places is second.places


def test_the_last_snapshot_is_per_layer_and_day():
    caches = TileCaches()
    caches.set_last_snapshot(REQUEST, FIRST)
    assert caches.last_snapshot(replace(REQUEST, tile=Tile(3, 1, 1))) == FIRST
    assert caches.last_snapshot(replace(REQUEST, layer=Layer.AREAS)) is None
