"""Before the first record and after today, property coverage is unknown, and no figure says 0 %."""

import datetime

import pytest
from sqlalchemy import text

from geo.coverage import records
from geo.coverage.records import DayToCome, FirstDayCache, NoRecords
from tests.district import day

TODAY = day("2026-03-01")
FIRST = day("2020-01-01")
ONE_DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize("allowed", [FIRST, FIRST + ONE_DAY, TODAY - ONE_DAY, TODAY])
def test_days_from_the_first_record_to_today_are_known(allowed):
    assert records.require_recorded(allowed, lambda: FIRST, TODAY) == allowed


def test_the_day_before_the_first_record_is_unknown():
    with pytest.raises(NoRecords, match="before 2020-01-01: 2019-12-31 is unknown"):
        records.require_recorded(FIRST - ONE_DAY, lambda: FIRST, TODAY)


@pytest.mark.parametrize("first", [FIRST, None])
def test_the_day_after_today_is_unknown(first):
    with pytest.raises(DayToCome, match="2026-03-02 is in the future"):
        records.require_recorded(TODAY + ONE_DAY, lambda: first, TODAY)


def test_today_is_known_whatever_the_records():
    assert records.require_recorded(TODAY, lambda: TODAY + ONE_DAY, TODAY) == TODAY


def test_a_register_without_any_record_knows_every_past_day():
    assert records.require_recorded(day("1900-01-01"), lambda: None, TODAY) == day("1900-01-01")


def test_the_first_day_is_that_of_the_earliest_period(district):
    first = records.read_first_day(district)
    earlier = district.scalar(
        text("SELECT count(*) FROM property_coverage WHERE lower(covered) < :day"), {"day": first}
    )
    assert earlier == 0
    assert district.scalar(
        text("SELECT count(*) FROM property_coverage WHERE covered @> CAST(:day AS date)"),
        {"day": first},
    )


def test_the_cached_first_day_follows_the_table(district):
    cache = FirstDayCache()
    assert cache.current(district) == records.read_first_day(district)
    district.execute(text("DELETE FROM property_coverage"))
    assert cache.current(district) is None
