"""What was gained and lost between two days, against comparing two lists of buildings."""

import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import buildings, city_time
from geo.coverage import changes as coverage_changes
from geo.coverage.figures import Grouping
from geo.coverage.filter import BuildingFilter, Reason
from geo.models import ManagerKind
from tests.district import day

DAYS = st.dates(datetime.date(2020, 6, 1), datetime.date(2025, 6, 1))


def changes(session, grouping, since, on, area_code=None):
    rows = coverage_changes.by(
        session, grouping, since=since, on=on, at=city_time.now(), area_code=area_code
    )
    return {row.code: (row.gained, row.lost) for row in rows}


def standing(session, on):
    """Buildings of a day by code: whether each is covered, and where it counts."""
    rows = session.execute(buildings.facts(on=on, at=city_time.now()).statement).mappings()
    return {row["code"]: row for row in rows}


def test_a_manager_that_leaves_is_a_loss_and_one_that_takes_over_is_none(district):
    found = changes(district, Grouping.GRID, day("2022-06-01"), day("2025-01-01"))
    assert found["230403001001001"] == (0, 1)
    assert found["230403001002001"] == (0, 0)


def test_a_manager_that_comes_is_a_gain_at_every_level(district):
    since, on = day("2020-06-01"), day("2022-06-01")
    for grouping in (Grouping.DISTRICT, Grouping.SUBDISTRICT, Grouping.COMMUNITY):
        found = changes(district, grouping, since, on)
        assert found
        assert all(gained > 0 for gained, _ in found.values())


def test_only_places_within_an_area_are_told(district):
    for grouping in (Grouping.COMMUNITY, Grouping.GRID, Grouping.NEIGHBORHOOD):
        since, on = day("2020-06-01"), day("2022-06-01")
        every = changes(district, grouping, since, on)
        inside = changes(district, grouping, since, on, "230403001001")
        assert inside
        assert inside.items() <= every.items()


def test_of_chosen_buildings_only_those_count(district):
    """b2 lost its firm, and nobody else has changed; who is chosen on either day counts."""
    since, on = day("2022-06-01"), day("2025-01-01")
    for among, lost in (
        (BuildingFilter(reasons=frozenset({Reason.LAPSED})), 1),
        (BuildingFilter(reasons=frozenset({Reason.NEVER_COVERED})), 0),
        (BuildingFilter(manager_kinds=frozenset(ManagerKind)), 1),
        (BuildingFilter(manager_kinds=frozenset({ManagerKind.HOMEOWNER_COMMITTEE})), 0),
        (BuildingFilter(not_uses=frozenset({""})), 0),
    ):
        for grouping in (Grouping.DISTRICT, Grouping.GRID):
            rows = coverage_changes.by(
                district, grouping, since=since, on=on, at=city_time.now(), among=among
            )
            assert sum(row.lost for row in rows) == lost, (among, grouping)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(since=DAYS, on=DAYS)
def test_two_lists_of_buildings_tell_the_same(district, since, on):
    before, after = standing(district, since), standing(district, on)
    by = {
        Grouping.COMMUNITY: "community_code",
        Grouping.GRID: "grid_code",
        Grouping.NEIGHBORHOOD: "neighborhood_code",
    }
    for grouping, column in by.items():
        for code, told in changes(district, grouping, since, on).items():
            homes = [row for row in after.values() if row[column] == code]
            was = [row["code"] in before and before[row["code"]]["covered"] for row in homes]
            pairs = list(zip(was, [row["covered"] for row in homes], strict=True))
            assert told == (pairs.count((False, True)), pairs.count((True, False)))
