"""Whatever is done one after the other: the grids tile, and undo gives the very bytes back."""

from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.plans.core.partition import Grid, Partition
from tests.geo.plans.random_edits import Stroll, World, history, houses

HOME = "230402001001"
EDITS = 40


def crooked_town(rng: np.random.Generator) -> World:
    """A community a few hundred metres wide with crooked borders, thirty houses, and a past."""
    count = rng.integers(5, 12)
    turns = (np.arange(count) + rng.uniform(-0.4, 0.4, count)) * 2 * np.pi / count
    reach = rng.uniform(0.7, 1, len(turns)) * 0.002
    rim = np.column_stack([130.3 + reach * np.cos(turns), 47.35 + 0.7 * reach * np.sin(turns)])
    outline = shapely.Polygon(np.round(rim, 8))
    homes = houses(outline, 30, rng)
    whole = Partition(HOME, outline, {}, frozenset())
    if rng.random() < 0.3:
        return World(whole, homes, [{f"{HOME}001": Grid("first", outline)}])
    start = Partition(HOME, outline, {f"{HOME}001": Grid("first", outline)}, frozenset())
    before = history(start, homes, rng)
    return World(Partition(HOME, outline, before[-1], frozenset(before[0])), homes, before)


def stroll(seed: int) -> Stroll:
    rng = np.random.default_rng(seed)
    walk = Stroll(crooked_town(rng), rng)
    walk.go(EDITS)
    walk.check_refusals()
    walk.check_undo()
    return walk


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_two_thousand_edits_of_every_kind_tile_and_undo_to_the_very_bytes(seed):
    stroll(seed)


@pytest.mark.long
@settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_a_hundred_thousand_edits_tile_and_undo_to_the_very_bytes(seed):
    stroll(seed)


def communities(realdata: Path, town: int) -> Iterator[Partition]:
    """The base units of a town of Taipei as the grids of its second-level areas."""
    path = realdata / "partitions/taipei_base_units.gpkg"
    units = geopandas.read_file(path)
    names = sorted(units.TOWN_ID.unique())
    mine = units[names[town] == units.TOWN_ID]
    for number, (_, rows) in enumerate(mine.groupby("CODE2"), start=1):
        home = f"63{town + 1:04}001{number:03}"
        geoms = shapely.force_2d(np.asarray(rows.geometry.values, dtype=object))
        grids = {f"{home}{at:03}": Grid(None, geom) for at, geom in enumerate(geoms, start=1)}
        outline = shapely.coverage_union_all(geoms)
        yield Partition(home, outline, grids, frozenset())


def redraw(realdata: Path, town: int) -> int:
    rng = np.random.default_rng(town)
    places = list(communities(realdata, town))
    done = 0
    for place in rng.choice(np.array(places, dtype=object), 20):
        homes = houses(place.outline, 30, rng)
        walk = Stroll(World(place, homes, [place.grids]), rng)
        walk.go(10)
        walk.check_refusals()
        walk.check_undo()
        done += len(walk.done)
    return done


def test_two_hundred_edits_of_a_town_of_taipei_tile(realdata):
    assert redraw(realdata, 0) == 200


@pytest.mark.long
@pytest.mark.parametrize("town", range(12))
def test_two_hundred_edits_of_each_town_of_taipei_tile(realdata, town):
    assert redraw(realdata, town) == 200
