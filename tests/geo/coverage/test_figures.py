"""Property coverage at every administrative level, on several days, compared with hand counts."""

import pytest

from geo import city_time
from geo.coverage import figures
from geo.coverage.figures import Grouping
from tests.district import day


def count(session, grouping, on="2025-01-01", area_code=None):
    rows = figures.count_by(session, grouping, on=day(on), at=city_time.now(), area_code=area_code)
    return {row.code: (row.buildings, row.covered) for row in rows}


def test_each_level_adds_up_the_one_below(district):
    assert count(district, Grouping.COMMUNITY) == {
        "230403001001": (3, 1),
        "230403001002": (1, 1),
    }
    assert count(district, Grouping.SUBDISTRICT) == {"230403001": (4, 2)}
    assert count(district, Grouping.DISTRICT) == {"230403": (4, 2)}


def test_a_grid_counts_the_buildings_whose_point_it_covers(district):
    assert count(district, Grouping.GRID) == {
        "230403001001001": (2, 1),
        "230403001001002": (1, 0),
        "230403001002001": (1, 1),
        "230403001002002": (0, 0),
    }


def test_a_neighborhood_counts_the_buildings_with_its_code(district):
    assert count(district, Grouping.NEIGHBORHOOD) == {"N1": (2, 1)}


def test_a_past_day_counts_the_coverage_of_that_day(district):
    assert count(district, Grouping.DISTRICT, "2022-06-01") == {"230403": (5, 3)}
    assert count(district, Grouping.DISTRICT, "2020-06-01") == {"230403": (5, 0)}


def test_a_coverage_period_excludes_its_last_day_and_the_next_one_starts_on_it(district):
    assert count(district, Grouping.COMMUNITY, "2022-12-31")["230403001001"] == (4, 2)
    assert count(district, Grouping.COMMUNITY, "2023-01-01")["230403001001"] == (4, 1)
    assert count(district, Grouping.COMMUNITY, "2022-01-01")["230403001002"] == (1, 1)


def test_a_retired_building_counts_until_the_day_before_its_retirement(district):
    assert count(district, Grouping.DISTRICT, "2024-05-31")["230403"][0] == 5
    assert count(district, Grouping.DISTRICT, "2024-06-01")["230403"][0] == 4


def test_a_building_does_not_count_before_it_was_built(district):
    assert count(district, Grouping.DISTRICT, "1979-12-31")["230403"][0] == 4


def test_an_area_code_selects_what_is_within_the_area(district):
    assert count(district, Grouping.GRID, area_code="230403001002").keys() == {
        "230403001002001",
        "230403001002002",
    }
    assert count(district, Grouping.COMMUNITY, area_code="99") == {}


def test_rates_and_households_follow_from_the_buildings(district):
    [row] = figures.count_by(district, Grouping.DISTRICT, on=day("2025-01-01"), at=city_time.now())
    assert (row.uncovered, row.rate, row.households, row.covered_households) == (2, 0.5, 100, 50)
    assert isinstance(row.buildings, int)


def test_a_grid_without_buildings_has_no_rate(district):
    rows = figures.count_by(district, Grouping.GRID, on=day("2025-01-01"), at=city_time.now())
    assert rows[-1].rate is None


@pytest.mark.parametrize("grouping", Grouping)
def test_an_empty_database_has_no_figures(session, grouping):
    assert count(session, grouping) == {}
