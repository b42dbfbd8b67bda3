"""Columns of any type are parsed as text, numbers, dates, timestamps and vocabularies."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.columns import SCHEMAS, Column, ColumnType, DatasetKind
from data.reading.parse import parse, to_text

SHANGHAI = "Asia/Shanghai"
DATE, TIMESTAMP, TEXT = (
    Column("d", ColumnType.DATE),
    Column("m", ColumnType.TIMESTAMP),
    Column("t", max_length=5),
)
INT = Column("i", ColumnType.INT, max_value=3000)


def values(array: pa.Array | list[Any], column: Column) -> list[Any]:
    array = array if isinstance(array, pa.Array) else pa.array(array)
    parsed = parse(array, column, SHANGHAI)
    assert len(parsed.values) == len(parsed.invalid) == len(array)
    return [
        "invalid" if is_invalid else value.as_py()
        for is_invalid, value in zip(parsed.invalid, parsed.values, strict=True)
    ]


def test_whole_numbers_are_read_from_columns_of_any_type() -> None:
    assert values(["3", " 3.0 ", "+7", "007", "", None], INT) == [3, 3, 7, 7, None, None]
    assert values(pa.array([3.0, None, float("nan")]), INT) == [3, None, None]
    assert values(pa.array([3, 3000, None], pa.int64()), INT) == [3, 3000, None]


def test_a_value_that_is_no_whole_number_in_range_is_invalid() -> None:
    assert values(["3.5", "-1", "three", "3001", "1e3", "1,000"], INT) == ["invalid"] * 6
    assert values(pa.array([3.5, -1.0, 1e300]), INT) == ["invalid"] * 3
    assert values(pa.array([-1, 3001, 2**62], pa.int64()), INT) == ["invalid"] * 3


def test_codes_stored_as_floats_stay_complete() -> None:
    code = pa.array([230403001002.0, 110101001001001.0, None])
    assert to_text(code).to_pylist() == ["230403001002", "110101001001001", None]


def test_text_is_trimmed_and_blank_text_is_null() -> None:
    assert values(["  a b ", " ", "", None], TEXT) == ["a b", None, None, None]


def test_text_that_is_too_long_or_has_a_null_character_is_invalid() -> None:
    assert values(["12345", "123456", "a\x00b", "鹤岗市向阳"], TEXT) == [
        "12345",
        "invalid",
        "invalid",
        "鹤岗市向阳",
    ]


def test_dates_are_read_in_common_formats() -> None:
    day = dt.date(2016, 7, 31)
    written = ["2016-07-31", "2016-7-31", "2016/07/31", "2016.7.31", "2016年7月31日", "20160731",
               "42582", "42582.0", "2016-07-31T23:59:59+08:00"]  # fmt: skip
    assert values(written, DATE) == [day] * len(written)
    assert values(pa.array([day]), DATE) == [day]
    assert values(pa.array([dt.datetime(2016, 7, 31, 12)]), DATE) == [day]
    assert values(pa.array([42582.0]), DATE) == [day]


@pytest.mark.parametrize(
    "text", ["2016-02-30", "2016-13-01", "31/07/2016", "7/31/2016", "yesterday", "1234", "201607"]
)
def test_invalid_or_ambiguous_dates_are_invalid(text: str) -> None:
    assert values([text], DATE) == ["invalid"]
    assert values([text], TIMESTAMP) == ["invalid"]


@given(st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)))
def test_every_date_is_read_back(day: dt.date) -> None:
    assert (
        values([day.isoformat(), f"{day:%Y%m%d}" if day.year > 1000 else "10000101"], DATE)[0]
        == day
    )


@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)),
    st.integers(-12 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
)
def test_every_timestamp_is_read_like_by_the_standard_library(
    clock: dt.datetime, zone: dt.timezone
) -> None:
    moment = clock.replace(tzinfo=zone)
    assert values([moment.isoformat()], TIMESTAMP) == [moment]


@given(st.datetimes(dt.datetime(1992, 1, 1), dt.datetime(2200, 1, 1)))
def test_a_timestamp_without_a_time_zone_is_read_in_the_default_one_and_counted(
    clock: dt.datetime,
) -> None:
    """China has had no daylight saving time since 1991."""
    parsed = parse(pa.array([clock.isoformat(" ")]), TIMESTAMP, SHANGHAI)
    assert parsed.values[0].as_py() == clock.replace(tzinfo=ZoneInfo(SHANGHAI))
    assert parsed.naive_count == 1


def test_timestamps_are_read_in_many_formats() -> None:
    eight = dt.datetime(2016, 8, 3, 20, 47, tzinfo=dt.UTC)
    written = ["2016-08-03T20:47:00.000Z", "2016-08-03 20:47 UTC", "2016-08-04 04:47+08",
               "2016-08-04T04:47:00+0800", "2016/8/4 4:47"]  # fmt: skip
    assert values(written, TIMESTAMP) == [eight] * len(written)
    assert values(pa.array([eight], pa.timestamp("ms", "Asia/Tokyo")), TIMESTAMP) == [eight]


def test_impossible_times_are_invalid() -> None:
    assert (
        values(["2016-08-03 24:00", "2016-08-03 12:60", "2016-08-03 12:00:61"], TIMESTAMP)
        == ["invalid"] * 3
    )


def test_vocabularies_accept_two_languages_and_any_case() -> None:
    kind = SCHEMAS[DatasetKind.MANAGERS].column("kind")
    assert values(["物业公司", "Property Firm", None], kind) == ["property_firm"] * 2 + [None]
    assert values(["业委会", " 物管会", "社区兜底", "自管"], kind) == [
        "homeowner_committee",
        "property_management_committee",
        "community_led",
        "self_managed",
    ]
    assert values(["landlord"], kind) == ["invalid"]


@pytest.mark.parametrize("column", [TEXT, INT, DATE, TIMESTAMP])
def test_no_rows_give_no_rows(column: Column) -> None:
    assert values(pa.array([], pa.string()), column) == []
    assert values(pa.nulls(2), column) == [None, None]
