"""Remembered tallies say what the one statement behind the figures says."""

import datetime

import pytest
from sqlalchemy import text

from geo import city_time
from geo.coverage import figures
from geo.coverage.counts import NOTHING, Known
from geo.coverage.figures import Grouping
from geo.models import Level
from tests.district import day

DAYS = [day("2021-01-01"), day("2022-06-01"), day("2025-01-01")]


def counts(tally):
    return tally.buildings, tally.covered, tally.households, tally.covered_households


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("level", Level)
def test_areas_have_the_tallies_of_the_figures(district, level: Level, on: datetime.date):
    rows = figures.by(district, Grouping(level.value), on=on, at=city_time.now())
    codes = [row.code for row in rows]
    told = Known().of_areas(district, codes, on, exact=level is Level.COMMUNITY)
    assert told == [counts(row) for row in rows]


@pytest.mark.parametrize("on", DAYS)
def test_grids_have_the_tallies_of_the_figures_asked_one_by_one_or_at_once(district, on):
    at = city_time.now()
    rows = figures.by(district, Grouping.GRID, on=on, at=at)
    codes = [row.code for row in rows]
    expected = [counts(row) for row in rows]
    assert Known().of_grids(district, codes, on, at) == expected
    known = Known()
    assert [known.of_grids(district, [code], on, at)[0] for code in codes] == expected


def test_grids_that_overlap_do_not_count_a_building_twice(district):
    district.execute(
        text("""
        INSERT INTO micro_grid (code, name, community_code, geom, in_force, begun_in)
        SELECT code || 'x', name, community_code, geom, in_force, begun_in FROM micro_grid
    """)
    )
    at, on = city_time.now(), DAYS[-1]
    rows = figures.by(district, Grouping.GRID, on=on, at=at)
    assert sum(row.buildings for row in rows) > 0
    told = Known().of_grids(district, [row.code for row in rows], on, at)
    assert told == [counts(row) for row in rows]


def test_what_is_known_is_not_counted_again(district):
    known = Known()
    code = ["230403"]
    before = known.of_areas(district, code, DAYS[-1], exact=False)
    district.execute(text("DELETE FROM property_coverage"))
    assert known.of_areas(district, code, DAYS[-1], exact=False) == before
    assert known.of_areas(district, ["9"], DAYS[-1], exact=False) == [NOTHING]
