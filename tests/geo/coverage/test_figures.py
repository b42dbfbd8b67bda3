"""Property coverage by every rung, on any day, against counting by hand."""

import pytest

from geo import city_time
from geo.coverage import figures
from geo.coverage.figures import Grouping
from tests.district import day


def tallies(session, grouping, on="2025-01-01", area_code=None):
    rows = figures.by(session, grouping, on=day(on), at=city_time.now(), area_code=area_code)
    return {row.code: (row.buildings, row.covered) for row in rows}


def test_each_level_adds_up_the_one_below(district):
    assert tallies(district, Grouping.COMMUNITY) == {
        "230403001001": (3, 1),
        "230403001002": (1, 1),
    }
    assert tallies(district, Grouping.SUBDISTRICT) == {"230403001": (4, 2)}
    assert tallies(district, Grouping.DISTRICT) == {"230403": (4, 2)}


def test_a_grid_counts_the_buildings_whose_point_it_covers(district):
    assert tallies(district, Grouping.GRID) == {
        "230403001001001": (2, 1),
        "230403001001002": (1, 0),
        "230403001002001": (1, 1),
        "230403001002002": (0, 0),
    }


def test_a_neighborhood_counts_the_buildings_that_name_it(district):
    assert tallies(district, Grouping.NEIGHBORHOOD) == {"N1": (2, 1)}


def test_the_past_is_answered_as_it_was(district):
    assert tallies(district, Grouping.DISTRICT, "2022-06-01") == {"230403": (5, 3)}
    assert tallies(district, Grouping.DISTRICT, "2020-06-01") == {"230403": (5, 0)}


def test_a_period_ends_before_its_last_day_and_the_next_manager_takes_over_on_it(district):
    assert tallies(district, Grouping.COMMUNITY, "2022-12-31")["230403001001"] == (4, 2)
    assert tallies(district, Grouping.COMMUNITY, "2023-01-01")["230403001001"] == (4, 1)
    assert tallies(district, Grouping.COMMUNITY, "2022-01-01")["230403001002"] == (1, 1)


def test_a_retired_building_counts_until_the_day_before(district):
    assert tallies(district, Grouping.DISTRICT, "2024-05-31")["230403"][0] == 5
    assert tallies(district, Grouping.DISTRICT, "2024-06-01")["230403"][0] == 4


def test_a_building_does_not_count_before_it_was_built(district):
    assert tallies(district, Grouping.DISTRICT, "1979-12-31")["230403"][0] == 4


def test_an_area_narrows_the_answer_to_what_lies_in_it(district):
    assert tallies(district, Grouping.GRID, area_code="230403001002").keys() == {
        "230403001002001",
        "230403001002002",
    }
    assert tallies(district, Grouping.COMMUNITY, area_code="99") == {}


def test_rates_and_households_follow_from_the_buildings(district):
    [row] = figures.by(district, Grouping.DISTRICT, on=day("2025-01-01"), at=city_time.now())
    assert (row.uncovered, row.rate, row.households, row.covered_households) == (2, 0.5, 100, 50)
    assert isinstance(row.buildings, int)


def test_a_place_without_buildings_has_no_rate(district):
    rows = figures.by(district, Grouping.GRID, on=day("2025-01-01"), at=city_time.now())
    assert rows[-1].rate is None


@pytest.mark.parametrize("grouping", Grouping)
def test_an_empty_register_has_nothing_to_count(session, grouping):
    assert tallies(session, grouping) == {}
