"""Snapshots are cached within a memory limit, and built once."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from geo.lookup.snapshots.revision_timeline import RevisionPeriod
from geo.lookup.snapshots.snapshot_cache import SnapshotCache

DAYS = [datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in range(1, 10)]


@dataclass(frozen=True)
class FakeSnapshot:
    """The attributes of a snapshot that the cache reads."""

    period: RevisionPeriod
    nbytes: int


def period(number):
    return RevisionPeriod(number, DAYS[number], DAYS[number + 1])


class Builder:
    """Returns build functions, and records which snapshots they built."""

    def __init__(self):
        self.built = []

    def __call__(self, number, nbytes=10):
        def build():
            self.built.append(number)
            return FakeSnapshot(period(number), nbytes)

        return build


def test_a_cached_snapshot_is_not_built_again():
    cache, builder = SnapshotCache(100), Builder()
    assert cache.get(period(1), builder(1)) is cache.get(period(1), builder(1))
    assert builder.built == [1]


def test_the_least_recently_used_snapshot_is_evicted_first():
    cache, builder = SnapshotCache(25), Builder()
    for number in (1, 2, 1, 3):
        cache.get(period(number), builder(number))
    assert cache.nbytes == 20
    cache.get(period(1), builder(1))
    assert builder.built == [1, 2, 3]
    cache.get(period(2), builder(2))
    assert builder.built == [1, 2, 3, 2]


def test_a_snapshot_larger_than_the_limit_is_cached_until_the_next():
    cache, builder = SnapshotCache(25), Builder()
    cache.get(period(1), builder(1, nbytes=99))
    assert len(cache) == 1
    cache.get(period(2), builder(2))
    assert (len(cache), cache.nbytes) == (1, 10)


def test_a_snapshot_is_not_cached_if_the_cache_is_cleared_during_its_build():
    cache, builder = SnapshotCache(100), Builder()

    def build_and_clear():
        cache.clear()
        return FakeSnapshot(period(1), 10)

    assert cache.get(period(1), build_and_clear).period == period(1)
    assert len(cache) == 0
    cache.get(period(1), builder(1))
    assert builder.built == [1]


def test_a_snapshot_of_another_period_than_requested_is_returned_but_not_cached():
    cache, builder = SnapshotCache(100), Builder()
    assert cache.get(period(1), builder(2)).period == period(2)
    assert len(cache) == 0


def test_two_threads_that_need_the_same_snapshot_build_it_once():
    cache, builder, started = SnapshotCache(100), Builder(), threading.Event()

    def build():
        started.set()
        return builder(1)()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, period(1), build)
        started.wait()
        second = pool.submit(cache.get, period(1), builder(1))
        assert first.result() is second.result()
    assert builder.built == [1]


def test_a_cached_snapshot_is_returned_while_another_is_built():
    cache, builder = SnapshotCache(100), Builder()
    started, may_finish = threading.Event(), threading.Event()
    cached = cache.get(period(1), builder(1))

    def build():
        started.set()
        may_finish.wait(60)
        return builder(2)()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(cache.get, period(2), build)
        started.wait(60)
        assert cache.get(period(1), builder(1)) is cached
        may_finish.set()
        assert other.result().period == period(2)
