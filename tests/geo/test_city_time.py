"""Dates of the city and the timestamps that they stand for."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import city_time

ZONES = ("Asia/Shanghai", "America/St_Johns", "Pacific/Apia", "UTC")
ONE_INSTANT = datetime.timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ZONES)
def test_a_past_date_means_its_last_instant(zone):
    timestamp = city_time.timestamp_for(datetime.date(2024, 2, 29), zone)
    assert timestamp.astimezone(ZoneInfo(zone)).date() == datetime.date(2024, 2, 29)
    next_instant = (timestamp + ONE_INSTANT).astimezone(ZoneInfo(zone))
    assert next_instant.replace(tzinfo=None) == datetime.datetime(2024, 3, 1)


@pytest.mark.parametrize("zone", ZONES)
def test_today_and_later_dates_mean_now(zone):
    before = city_time.now()
    today = city_time.timestamp_for(city_time.today(zone) + datetime.timedelta(days=1), zone)
    later = city_time.timestamp_for(datetime.date.max, zone)
    assert before <= today <= later <= city_time.now()


@given(st.dates(), st.sampled_from(ZONES))
def test_a_day_begins_on_its_date(day, zone):
    assert city_time.date_of(city_time.start_of_day(day, zone), zone) == day


@given(st.datetimes(timezones=st.just(datetime.UTC)), st.sampled_from(ZONES))
def test_every_timestamp_belongs_to_the_day_of_its_date(timestamp, zone):
    day = city_time.date_of(timestamp, zone)
    if datetime.date.min < day < datetime.date.max:
        assert city_time.start_of_day(day, zone) <= timestamp < city_time.end_of_day(day, zone)


def test_a_timestamp_without_zone_is_in_the_time_of_the_city():
    naive = datetime.datetime(2024, 5, 1, 8)
    assert (
        city_time.with_timezone(naive, "Asia/Shanghai").isoformat() == "2024-05-01T08:00:00+08:00"
    )
    aware = naive.replace(tzinfo=datetime.UTC)
    assert city_time.with_timezone(aware, "Asia/Shanghai") == aware
