"""Columns of any make become ours: text, numbers, days, moments and words."""

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
DATE, MOMENT, TEXT = (
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
        "bad" if bad else value.as_py()
        for bad, value in zip(parsed.invalid, parsed.values, strict=True)
    ]


def test_whole_numbers_are_read_from_whatever_stores_them() -> None:
    assert values(["3", " 3.0 ", "+7", "007", "", None], INT) == [3, 3, 7, 7, None, None]
    assert values(pa.array([3.0, None, float("nan")]), INT) == [3, None, None]
    assert values(pa.array([3, 3000, None], pa.int64()), INT) == [3, 3000, None]


def test_what_is_no_whole_number_in_range_is_bad() -> None:
    assert values(["3.5", "-1", "three", "3001", "1e3", "1,000"], INT) == ["bad"] * 6
    assert values(pa.array([3.5, -1.0, 1e300]), INT) == ["bad"] * 3
    assert values(pa.array([-1, 3001, 2**62], pa.int64()), INT) == ["bad"] * 3


def test_codes_survive_a_table_that_stored_them_as_floats() -> None:
    code = pa.array([230403001002.0, 110101001001001.0, None])
    assert to_text(code).to_pylist() == ["230403001002", "110101001001001", None]


def test_text_is_trimmed_and_blank_is_nothing() -> None:
    assert values(["  a b ", " ", "", None], TEXT) == ["a b", None, None, None]


def test_text_too_long_or_with_a_zero_character_is_bad() -> None:
    assert values(["12345", "123456", "a\x00b", "鹤岗市向阳"], TEXT) == [
        "12345",
        "bad",
        "bad",
        "鹤岗市向阳",
    ]


def test_days_are_read_as_people_and_programs_write_them() -> None:
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
def test_what_is_no_day_or_could_be_two_is_bad(text: str) -> None:
    assert values([text], DATE) == ["bad"]
    assert values([text], MOMENT) == ["bad"]


@given(st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert (
        values([day.isoformat(), f"{day:%Y%m%d}" if day.year > 1000 else "10000101"], DATE)[0]
        == day
    )


@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)),
    st.integers(-12 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
)
def test_every_moment_is_read_as_the_standard_library_reads_it(
    clock: dt.datetime, zone: dt.timezone
) -> None:
    moment = clock.replace(tzinfo=zone)
    assert values([moment.isoformat()], MOMENT) == [moment]


@given(st.datetimes(dt.datetime(1992, 1, 1), dt.datetime(2200, 1, 1)))
def test_a_moment_without_zone_is_one_of_the_default_zone_and_counted(clock: dt.datetime) -> None:
    """China has had no daylight saving time since 1991."""
    parsed = parse(pa.array([clock.isoformat(" ")]), MOMENT, SHANGHAI)
    assert parsed.values[0].as_py() == clock.replace(tzinfo=ZoneInfo(SHANGHAI))
    assert parsed.naive_count == 1


def test_moments_come_in_many_forms() -> None:
    eight = dt.datetime(2016, 8, 3, 20, 47, tzinfo=dt.UTC)
    written = ["2016-08-03T20:47:00.000Z", "2016-08-03 20:47 UTC", "2016-08-04 04:47+08",
               "2016-08-04T04:47:00+0800", "2016/8/4 4:47"]  # fmt: skip
    assert values(written, MOMENT) == [eight] * len(written)
    assert values(pa.array([eight], pa.timestamp("ms", "Asia/Tokyo")), MOMENT) == [eight]


def test_hours_that_no_day_has_are_bad() -> None:
    assert (
        values(["2016-08-03 24:00", "2016-08-03 12:60", "2016-08-03 12:00:61"], MOMENT)
        == ["bad"] * 3
    )


def test_words_are_known_in_two_languages_and_any_case() -> None:
    kind = SCHEMAS[DatasetKind.MANAGERS].column("kind")
    assert values(["物业公司", "Property Firm", None], kind) == ["property_firm"] * 2 + [None]
    assert values(["业委会", " 物管会", "社区兜底", "自管"], kind) == [
        "homeowner_committee",
        "property_management_committee",
        "community_led",
        "self_managed",
    ]
    assert values(["landlord"], kind) == ["bad"]


@pytest.mark.parametrize("column", [TEXT, INT, DATE, MOMENT])
def test_no_rows_in_no_rows_out(column: Column) -> None:
    assert values(pa.array([], pa.string()), column) == []
    assert values(pa.nulls(2), column) == [None, None]
