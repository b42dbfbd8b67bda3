"""Figures of chosen buildings, against the same choice made with pandas from the list of all."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo import buildings, city_time
from geo.coverage import figures
from geo.coverage.counts import Known
from geo.coverage.figures import Grouping
from geo.coverage.filter import EVERY, BuildingFilter, Reason
from geo.models import ManagerKind
from tests.district import day

CHOICES = st.builds(
    BuildingFilter,
    manager_kinds=st.frozensets(st.sampled_from(list(ManagerKind))),
    reasons=st.frozensets(st.sampled_from(list(Reason))),
    built_from=st.none() | st.integers(1950, 2030),
    built_to=st.none() | st.integers(1950, 2030),
    uses=st.frozensets(st.sampled_from(["residential", "office", ""])),
    not_uses=st.frozensets(st.sampled_from(["residential", "office", ""])),
)
DAYS = st.sampled_from([day("2021-01-01"), day("2022-06-01"), day("2025-01-01")])
KEYS = {
    Grouping.DISTRICT: lambda table: table.community_code.str[:6],
    Grouping.COMMUNITY: lambda table: table.community_code,
    Grouping.NEIGHBORHOOD: lambda table: table.neighborhood_code,
    Grouping.GRID: lambda table: table.grid_code,
}


def chosen(table: pd.DataFrame, among: BuildingFilter) -> pd.DataFrame:
    keep = pd.Series(True, table.index)
    if among.manager_kinds or among.reasons:
        kinds = table.covered & table.manager_kind.isin(
            [kind.value for kind in among.manager_kinds]
        )
        keep &= kinds | (~table.covered & table.reason.isin([why.value for why in among.reasons]))
    if among.built_from is not None:
        keep &= table.built_year >= among.built_from
    if among.built_to is not None:
        keep &= table.built_year <= among.built_to
    if among.uses:
        keep &= table.use.fillna("").isin(among.uses)
    return table[keep & ~table.use.fillna("").isin(among.not_uses)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHOICES, st.sampled_from(list(KEYS)), DAYS)
def test_the_figures_are_those_of_the_buildings_chosen(district, among, grouping, on):
    at = city_time.now()
    every = buildings.facts(on=on, at=at).statement.subquery()
    columns = [column for column in every.c if column.key != "geom"]
    table = pd.DataFrame(district.execute(select(*columns)).mappings().all())
    table["built_year"] = table.built_year.astype(float)
    kept = chosen(table, among)
    expected = kept.groupby(KEYS[grouping](kept)).agg(
        buildings=("code", "count"), covered=("covered", "sum"), households=("households", "sum")
    )
    told = figures.remembered(district, grouping, Known(), on=on, at=at, among=among)
    assert told == figures.by(district, grouping, on=on, at=at, among=among)
    for row in told:
        wanted = tuple(expected.loc[row.code]) if row.code in expected.index else (0, 0, 0)
        assert (row.buildings, row.covered, row.households) == wanted
        assert row.uncovered == row.buildings - row.covered
    assert sum(row.buildings for row in told) == expected.buildings.sum()


@pytest.mark.parametrize("grouping", Grouping)
def test_without_a_choice_what_is_remembered_is_what_is_counted(district, grouping: Grouping):
    on, at = day("2025-01-01"), city_time.now()
    told = figures.remembered(district, grouping, Known(), on=on, at=at, among=EVERY)
    assert told == figures.by(district, grouping, on=on, at=at)


def test_a_box_leaves_the_places_that_meet_it_and_counts_each_whole(district):
    on, at = day("2025-01-01"), city_time.now()
    every = {row.code: row for row in figures.by(district, Grouping.GRID, on=on, at=at)}
    nowhere = (0.0, 0.0, 1.0, 1.0)
    for grouping in Grouping:
        asked = figures.by(district, grouping, on=on, at=at, box=nowhere)
        assert asked == []
    told = figures.by(district, Grouping.GRID, on=on, at=at, box=(129.0, 46.0, 130.0, 47.0))
    assert all(row == every[row.code] for row in told)
