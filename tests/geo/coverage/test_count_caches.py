"""Caches of counts: one per version and day, bounded, least recently used first."""

import datetime
import threading

import pytest
from sqlalchemy import text

from geo.coverage.count_caches import MAX_CACHES, SOURCE_TABLES, CoverageCountCaches
from tests.district import day
from tests.tiles import ZONE

ON = day("2025-01-01")
NOON = datetime.datetime(2025, 1, 1, 4, tzinfo=datetime.UTC)


def test_threads_share_one_value_per_key():
    caches, barrier, values = CoverageCountCaches(), threading.Barrier(8), []

    def read() -> None:
        barrier.wait()
        values.extend(caches.get(f"key {number % 20}") for number in range(1000))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(value) for value in values}) == 20


def test_the_least_recently_used_counts_are_evicted():
    caches = CoverageCountCaches()
    first, second = caches.get("first"), caches.get("second")
    for number in range(MAX_CACHES - 1):
        caches.get("first")
        caches.get(str(number))
    assert caches.get("first") is first
    assert caches.get("second") is not second


@pytest.mark.parametrize("table", [table.__tablename__ for table in SOURCE_TABLES])
def test_a_write_to_a_table_that_counts_depend_on_gives_other_counts(district, table):
    caches = CoverageCountCaches()
    before = caches.current(district, ON, NOON, ZONE)
    assert caches.current(district, ON, NOON, ZONE) is before
    district.execute(text(f"DELETE FROM {table} WHERE false"))
    assert caches.current(district, ON, NOON, ZONE) is not before


def test_another_day_has_other_counts(district):
    caches = CoverageCountCaches()
    first = caches.current(district, ON, NOON, ZONE)
    assert caches.current(district, day("2025-01-02"), NOON, ZONE) is not first
