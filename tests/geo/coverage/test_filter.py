"""Figures of filtered buildings, compared with the same filter applied with pandas."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo import buildings, city_time
from geo.coverage import figures
from geo.coverage.counts import CoverageCountCache
from geo.coverage.figures import CoverageQuery, Grouping
from geo.coverage.filter import BuildingFilter
from geo.coverage.rules import UncoveredReason
from geo.models import ManagerKind
from tests.district import day

FILTERS = st.builds(
    BuildingFilter,
    manager_kinds=st.frozensets(st.sampled_from(list(ManagerKind))),
    reasons=st.frozensets(st.sampled_from(list(UncoveredReason))),
    built_from=st.none() | st.integers(1950, 2030),
    built_to=st.none() | st.integers(1950, 2030),
    uses=st.frozensets(st.sampled_from(["residential", "office", ""])),
    not_uses=st.frozensets(st.sampled_from(["residential", "office", ""])),
)
DAYS = st.sampled_from([day("2021-01-01"), day("2022-06-01"), day("2025-01-01")])
GROUP_KEYS = {
    Grouping.DISTRICT: lambda table: table.community_code.str[:6],
    Grouping.COMMUNITY: lambda table: table.community_code,
    Grouping.NEIGHBORHOOD: lambda table: table.neighborhood_code,
    Grouping.GRID: lambda table: table.grid_code,
}


def filter_table(table: pd.DataFrame, building_filter: BuildingFilter) -> pd.DataFrame:
    """The rows that pass a filter."""
    passes = pd.Series(True, table.index)
    if building_filter.manager_kinds or building_filter.reasons:
        kinds = [kind.value for kind in building_filter.manager_kinds]
        reasons = [reason.value for reason in building_filter.reasons]
        passes &= (table.covered & table.manager_kind.isin(kinds)) | (
            ~table.covered & table.reason.isin(reasons)
        )
    if building_filter.built_from is not None:
        passes &= table.built_year >= building_filter.built_from
    if building_filter.built_to is not None:
        passes &= table.built_year <= building_filter.built_to
    use = table.use.fillna("")
    if building_filter.uses:
        passes &= use.isin(building_filter.uses)
    return table[passes & ~use.isin(building_filter.not_uses)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILTERS, st.sampled_from(list(GROUP_KEYS)), DAYS)
def test_figures_count_the_buildings_that_pass_the_filter(district, building_filter, grouping, on):
    at = city_time.now()
    statement = buildings.query(on=on, at=at).statement.subquery()
    columns = [column for column in statement.c if column.key != "geom"]
    table = pd.DataFrame(district.execute(select(*columns)).mappings().all())
    table["built_year"] = table.built_year.astype(float)
    passing = filter_table(table, building_filter)
    expected = passing.groupby(GROUP_KEYS[grouping](passing)).agg(
        buildings=("code", "count"), covered=("covered", "sum"), households=("households", "sum")
    )
    query = CoverageQuery(grouping, on, at, building_filter=building_filter)
    result = figures.count(district, query)
    assert figures.count_cached(district, CoverageCountCache(), query) == result
    for row in result:
        counts = tuple(expected.loc[row.code]) if row.code in expected.index else (0, 0, 0)
        assert (row.buildings, row.covered, row.households) == counts
        assert row.uncovered == row.buildings - row.covered
    assert sum(row.buildings for row in result) == expected.buildings.sum()


@pytest.mark.parametrize("grouping", Grouping)
def test_without_a_filter_cached_figures_equal_uncached_ones(district, grouping: Grouping):
    query = CoverageQuery(grouping, day("2025-01-01"), city_time.now())
    result = figures.count(district, query)
    assert bool(result) is (grouping is not Grouping.CITY), "the district belongs to no city"
    assert figures.count_cached(district, CoverageCountCache(), query) == result


def test_a_bounding_box_selects_what_it_intersects_and_counts_it_in_full(district):
    on, at = day("2025-01-01"), city_time.now()
    everywhere = figures.count_by(district, Grouping.GRID, on=on, at=at)
    corner = (130.001, 47.0, 130.0015, 47.001)
    inside = figures.count_by(district, Grouping.GRID, on=on, at=at, bbox=corner)
    assert inside == [row for row in everywhere if row.code == "230403001001001"]
    assert len(inside) == 1


@pytest.mark.parametrize("grouping", Grouping)
def test_a_bounding_box_elsewhere_selects_nothing(district, grouping: Grouping):
    on, at = day("2025-01-01"), city_time.now()
    assert figures.count_by(district, grouping, on=on, at=at, bbox=(0.0, 0.0, 1.0, 1.0)) == []
