"""Cached counts equal the figures that are read in one statement."""

import datetime

import pytest
from sqlalchemy import text

from geo import city_time
from geo.coverage import figures
from geo.coverage.counts import ZERO_COUNTS, CoverageCountCache, CoverageCounts
from geo.coverage.figures import CoverageFigures, CoverageQuery, Grouping
from geo.coverage.filter import BuildingFilter
from geo.coverage.rules import UncoveredReason
from geo.models import Level, ManagerKind
from tests.district import day

DAYS = [day("2021-01-01"), day("2022-06-01"), day("2025-01-01")]
FILTERS = [
    BuildingFilter(reasons=frozenset({UncoveredReason.LAPSED})),
    BuildingFilter(manager_kinds=frozenset({ManagerKind.PROPERTY_FIRM})),
    BuildingFilter(not_uses=frozenset({"commercial"})),
]


def to_counts(row: CoverageFigures) -> CoverageCounts:
    return CoverageCounts(row.buildings, row.covered, row.households, row.covered_households)


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("level", Level)
def test_counts_of_areas_equal_the_figures(district, level: Level, on: datetime.date):
    rows = figures.count_by(district, Grouping(level.value), on=on, at=city_time.now())
    codes = [row.code for row in rows]
    counts = CoverageCountCache().count_areas(district, codes, on, exact=level is Level.COMMUNITY)
    assert counts == [to_counts(row) for row in rows]


@pytest.mark.parametrize("on", DAYS)
def test_counts_of_grids_equal_the_figures_one_by_one_or_in_one_call(district, on):
    at = city_time.now()
    rows = figures.count_by(district, Grouping.GRID, on=on, at=at)
    codes = [row.code for row in rows]
    expected = [to_counts(row) for row in rows]
    assert CoverageCountCache().count_grids(district, codes, on, at) == expected
    cache = CoverageCountCache()
    assert [cache.count_grids(district, [code], on, at)[0] for code in codes] == expected


def test_a_building_in_two_overlapping_grids_counts_once(district):
    district.execute(
        text("""
        INSERT INTO micro_grid (code, name, community_code, geom, in_force, begun_in)
        SELECT code || 'x', name, community_code, geom, in_force, begun_in FROM micro_grid
    """)
    )
    at, on = city_time.now(), DAYS[-1]
    rows = figures.count_by(district, Grouping.GRID, on=on, at=at)
    assert sum(row.buildings for row in rows) == 4
    counts = CoverageCountCache().count_grids(district, [row.code for row in rows], on, at)
    assert counts == [to_counts(row) for row in rows]


def test_cached_counts_are_not_read_again(district):
    cache = CoverageCountCache()
    before = cache.count_areas(district, ["230403"], DAYS[-1], exact=False)
    district.execute(text("DELETE FROM property_coverage"))
    assert cache.count_areas(district, ["230403"], DAYS[-1], exact=False) == before
    assert before[0].covered > 0


def test_an_unknown_area_has_no_buildings(district):
    cache = CoverageCountCache()
    assert cache.count_areas(district, ["9"], DAYS[-1], exact=False) == [ZERO_COUNTS]


@pytest.mark.parametrize("building_filter", FILTERS)
@pytest.mark.parametrize("area", [None, "230403"])
def test_cached_figures_of_filtered_buildings_equal_those_read_in_one_statement(
    district, building_filter: BuildingFilter, area: str | None
):
    for on in DAYS:
        cache = CoverageCountCache()
        for grouping in Grouping:
            query = CoverageQuery(
                grouping, on, city_time.now(), area, building_filter=building_filter
            )
            expected = figures.count(district, query)
            assert figures.count_cached(district, cache, query) == expected
        assert len(cache.filtered) == 1


def test_filtered_counts_of_one_area_are_not_those_of_another(district):
    cache = CoverageCountCache()
    for area in (None, "230403"):
        query = CoverageQuery(
            Grouping.CITY, DAYS[-1], city_time.now(), area, building_filter=FILTERS[-1]
        )
        assert figures.count_cached(district, cache, query) == figures.count(district, query)
