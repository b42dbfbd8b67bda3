"""The trend of property coverage, compared with the figures of each of its days."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from geo import city_time
from geo.coverage import figures, trend
from geo.coverage.figures import Grouping
from geo.coverage.trend import MAX_STEPS, TrendQuery, TrendStep, TrendTooLong
from tests.district import COMMUNITY_1, DISTRICT, day
from tests.geo.coverage.test_filter import FILTERS

DAYS = st.lists(
    st.dates(datetime.date(2018, 1, 1), datetime.date(2026, 1, 1)), min_size=1, max_size=8
)


@pytest.fixture
def aged_district(district):
    """The district; b1 was built in 2020 and retired in 2024, b3 was built in 2022."""
    district.execute(
        text("""
            UPDATE building SET built_year = 2020, status = 'retired', retired_on = '2024-03-05',
                use = 'office' WHERE code = 'b1';
            UPDATE building SET built_year = 2022 WHERE code = 'b3';
            UPDATE building SET built_year = 1980, use = 'residential' WHERE code = 'b4'
        """)
    )
    return district


def figures_on(session, on, area, building_filter):
    """The totals of an area on a day, from the figures of its communities."""
    rows = figures.count_by(
        session,
        Grouping.COMMUNITY,
        on=on,
        at=city_time.now(),
        area_code=area,
        building_filter=building_filter,
    )
    return sum(row.buildings for row in rows), sum(row.covered for row in rows)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILTERS, DAYS, st.sampled_from([None, DISTRICT, COMMUNITY_1]))
def test_each_row_equals_the_figures_of_its_day(aged_district, building_filter, days, area):
    ordered = tuple(sorted(set(days)))
    rows = trend.count(aged_district, TrendQuery(ordered, area, building_filter))
    assert tuple(row.on for row in rows) == ordered
    for row in rows:
        expected = figures_on(aged_district, row.on, area, building_filter)
        assert (row.buildings, row.covered) == expected
        assert row.uncovered == row.buildings - row.covered
        assert row.rate == (row.covered / row.buildings if row.buildings else None)


def test_a_building_without_a_community_counts_nowhere(district):
    query = TrendQuery((day("2025-01-01"),))
    [before] = trend.count(district, query)
    district.execute(text("UPDATE building SET community_code = NULL WHERE code = 'b3'"))
    [after] = trend.count(district, query)
    assert before.buildings - after.buildings == 1


def days_of(step, since, until, first=None):
    return [str(each) for each in trend.list_days(step, since and day(since), day(until), first)]


def test_rows_are_the_first_days_of_each_step_and_the_last_day():
    assert days_of(TrendStep.MONTH, "2024-11-02", "2025-02-10") == [
        *("2024-12-01", "2025-01-01", "2025-02-01", "2025-02-10")
    ]
    assert days_of(TrendStep.QUARTER, "2024-04-01", "2024-10-01") == [
        *("2024-04-01", "2024-07-01", "2024-10-01")
    ]
    assert days_of(TrendStep.YEAR, "2022-06-01", "2025-02-10") == [
        *("2023-01-01", "2024-01-01", "2025-01-01", "2025-02-10")
    ]


def test_days_before_the_first_record_are_left_out():
    first = datetime.date(2024, 12, 3)
    assert days_of(TrendStep.MONTH, None, "2025-02-10", first) == [
        *("2025-01-01", "2025-02-01", "2025-02-10")
    ]
    assert days_of(TrendStep.MONTH, "2000-01-01", "2024-12-20", first) == ["2024-12-20"]


@pytest.mark.parametrize("step", TrendStep)
def test_without_a_first_day_the_last_steps_are_returned(step):
    days = days_of(step, None, "2025-02-10")
    assert len(days) == MAX_STEPS + 1
    assert days_of(step, days[0], "2025-02-10") == days
    year_one = datetime.date.min
    assert trend.list_days(step, None, year_one, None) == (year_one,)


def test_a_period_of_more_steps_is_refused():
    with pytest.raises(TrendTooLong, match="121 steps of a month; at most 120"):
        trend.list_days(TrendStep.MONTH, day("2015-01-01"), day("2025-01-31"), None)
    assert len(trend.list_days(TrendStep.YEAR, day("2015-01-01"), day("2025-01-31"), None)) == 12
