"""Coverage gained and lost between two days, compared with the lists of buildings of both days."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import buildings, city_time
from geo.coverage import changes, figures
from geo.coverage.figures import Grouping
from geo.coverage.filter import BuildingFilter
from geo.coverage.rules import UncoveredReason
from geo.models import ManagerKind
from tests.district import day

DAYS = st.dates(datetime.date(2020, 6, 1), datetime.date(2025, 6, 1))


def count_changes(session, grouping, since, on, **more):
    """The gained and lost buildings of each member of a grouping."""
    rows = changes.count_by(session, grouping, since=since, on=on, at=city_time.now(), **more)
    return {row.code: (row.gained, row.lost) for row in rows}


def buildings_on(session, on):
    """The buildings that stand on a day, by code."""
    rows = session.execute(buildings.query(on=on, at=city_time.now()).statement).mappings()
    return {row["code"]: row for row in rows}


def test_a_manager_that_leaves_is_a_loss_and_a_change_of_manager_is_none(district):
    result = count_changes(district, Grouping.GRID, day("2022-06-01"), day("2025-01-01"))
    assert result["230403001001001"] == (0, 1)
    assert result["230403001002001"] == (0, 0)


@pytest.mark.parametrize("grouping", [Grouping.DISTRICT, Grouping.SUBDISTRICT, Grouping.COMMUNITY])
def test_a_new_manager_is_a_gain_at_every_level(district, grouping):
    result = count_changes(district, grouping, day("2020-06-01"), day("2022-06-01"))
    assert result
    assert all(gained > 0 for gained, _ in result.values())


@pytest.mark.parametrize("grouping", [Grouping.COMMUNITY, Grouping.GRID, Grouping.NEIGHBORHOOD])
def test_an_area_code_selects_what_is_within_the_area(district, grouping):
    since, on = day("2020-06-01"), day("2022-06-01")
    everywhere = count_changes(district, grouping, since, on)
    inside = count_changes(district, grouping, since, on, area_code="230403001001")
    assert inside
    assert inside.items() <= everywhere.items()


@pytest.mark.parametrize("grouping", [Grouping.DISTRICT, Grouping.GRID])
@pytest.mark.parametrize(
    ("building_filter", "expected"),
    [
        (BuildingFilter(reasons=frozenset({UncoveredReason.LAPSED})), 1),
        (BuildingFilter(reasons=frozenset({UncoveredReason.NEVER_COVERED})), 0),
        (BuildingFilter(manager_kinds=frozenset(ManagerKind)), 1),
        (BuildingFilter(manager_kinds=frozenset({ManagerKind.HOMEOWNER_COMMITTEE})), 0),
        (BuildingFilter(not_uses=frozenset({""})), 0),
    ],
)
def test_a_filter_counts_buildings_that_pass_it_on_either_day(
    district, building_filter, expected, grouping
):
    """b2 lost its firm. No other building changed."""
    since, on = day("2022-06-01"), day("2025-01-01")
    result = count_changes(district, grouping, since, on, building_filter=building_filter)
    assert sum(lost for _, lost in result.values()) == expected


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(since=DAYS, on=DAYS)
def test_changes_equal_those_between_the_lists_of_buildings(district, since, on):
    before, after = buildings_on(district, since), buildings_on(district, on)
    columns = {
        Grouping.COMMUNITY: "community_code",
        Grouping.GRID: "grid_code",
        Grouping.NEIGHBORHOOD: "neighborhood_code",
    }
    for grouping, column in columns.items():
        for code, counts in count_changes(district, grouping, since, on).items():
            members = [row for row in after.values() if row[column] == code]
            was = [row["code"] in before and before[row["code"]]["covered"] for row in members]
            pairs = list(zip(was, [row["covered"] for row in members], strict=True))
            assert counts == (pairs.count((False, True)), pairs.count((True, False)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    since=DAYS,
    on=DAYS,
    building_filter=st.sampled_from(
        [
            BuildingFilter(),
            BuildingFilter(reasons=frozenset({UncoveredReason.LAPSED})),
            BuildingFilter(manager_kinds=frozenset(ManagerKind)),
        ]
    ),
)
@pytest.mark.parametrize("grouping", Grouping)
def test_figures_before_are_those_of_the_earlier_day(
    district, grouping, since, on, building_filter
):
    at = city_time.now()
    figures_before = figures.count_by(
        district, grouping, on=since, at=at, building_filter=building_filter
    )
    result = changes.count_by(
        district, grouping, since=since, on=on, at=at, building_filter=building_filter
    )
    assert [
        (row.code, row.buildings_before, row.uncovered_before, row.rate_before) for row in result
    ] == [(row.code, row.buildings, row.uncovered, row.rate) for row in figures_before]
