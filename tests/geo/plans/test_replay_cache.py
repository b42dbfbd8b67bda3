"""A replayed plan is cached operation by operation."""

import gc
import weakref

import pytest
import shapely

from geo.plans import replay_cache
from geo.plans.core.edits import GridsNotAdjacent
from geo.plans.core.operations import Merge, Operation, Rename, Split
from geo.plans.replay_cache import ReplayCache
from tests.district import lon_lat
from tests.district_edits import COMMUNITY_1, GRID_1, GRID_2

CUT = Split(GRID_1, shapely.LineString([lon_lat(5, -1), lon_lat(5, 11)]))


@pytest.fixture
def applied(monkeypatch) -> list[Operation]:
    """The operations that were really applied."""
    operations: list[Operation] = []

    def apply(partitions, operation, context):
        operations.append(operation)
        return original(partitions, operation, context)

    original = replay_cache.apply
    monkeypatch.setattr(replay_cache, "apply", apply)
    return operations


def test_only_the_new_operation_is_applied(district, applied):
    cache = ReplayCache()
    cache.replay(district, 1, [CUT])
    renamed = cache.replay(district, 1, [CUT, Rename(GRID_2, "east")])
    assert applied == [CUT, Rename(GRID_2, "east")]
    assert renamed.after[COMMUNITY_1].grids[GRID_2].name == "east"
    again = cache.replay(district, 1, [Split(CUT.code, shapely.LineString(CUT.line.coords))])
    assert len(applied) == 2
    assert again.communities == [COMMUNITY_1]


def test_operations_that_differ_in_the_last_digit_are_not_confused(district, applied):
    cache = ReplayCache()
    moved = Split(GRID_1, shapely.LineString([lon_lat(5, -1), (130.005 + 1e-9, 47.011)]))
    first, second = (cache.replay(district, 1, [one]).after[COMMUNITY_1] for one in (CUT, moved))
    assert len(applied) == 2
    assert first.grids != second.grids


def test_the_least_recently_used_entries_are_evicted(district, applied):
    cache = ReplayCache(max_entries=1)
    for name in ("a", "b", "a"):
        cache.replay(district, 1, [Rename(GRID_1, name)])
    assert len(applied) == 3


def test_an_error_is_not_cached(district, applied):
    cache = ReplayCache()
    for _ in range(2):
        with pytest.raises(GridsNotAdjacent):
            cache.replay(district, 1, [Merge((GRID_1,))])
    assert len(applied) == 2


def test_buildings_of_few_contexts_are_stored(district, monkeypatch):
    """A service that runs for months does not collect the buildings of every table version."""
    loaded: list[int] = []

    class CountedCache(replay_cache.ContextCache):
        def __init__(self) -> None:
            super().__init__()
            loaded.append(1)
            weakref.finalize(self, loaded.pop)

    monkeypatch.setattr(replay_cache, "ContextCache", CountedCache)
    cache = ReplayCache(max_contexts=2)
    for base in (1, 2, 3, 4, 5):
        cache.replay(district, base, [])
    gc.collect()
    assert len(loaded) == 2
