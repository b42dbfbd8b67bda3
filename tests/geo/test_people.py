"""The members of a grid on a day, counted and listed."""

import datetime
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from geo import city_time, people
from geo.grids.grids import GridUnknown
from geo.models import Duty, GridMember
from tests.district import day
from tests.district_edits import merge_grids
from tests.staff import GRID, NAME, PHONE, assign

ONE_DAY = datetime.timedelta(days=1)


def duty_counts(session, on: str) -> dict[str, int]:
    """The duties that at least one member has, with their counts."""
    counts = people.count_members(session, GRID, on=day(on))
    assert set(counts.by_duty) == set(Duty)
    assert counts.count == sum(counts.by_duty.values())
    return {duty: count for duty, count in counts.by_duty.items() if count}


def test_members_are_counted_by_duty_on_a_day(staffed):
    assert duty_counts(staffed, "2020-12-31") == {}
    assert duty_counts(staffed, "2021-01-01") == {"head": 1, "part_time": 1}
    assert duty_counts(staffed, "2022-12-31") == {"head": 1, "part_time": 1, "volunteer": 1}
    assert duty_counts(staffed, "2023-01-01") == {"head": 1, "volunteer": 1}


def test_members_are_listed_with_the_head_first(staffed):
    members = people.list_members(staffed, GRID, on=day("2022-12-31"))
    assert [(member["code"], member["duty"]) for member in members] == [
        ("P1", Duty.HEAD),
        ("P2", Duty.PART_TIME),
        ("P3", Duty.VOLUNTEER),
    ]
    assert members[1] == {
        "code": "P2",
        "name": NAME,
        "phone": PHONE,
        "duty": Duty.PART_TIME,
        "since": day("2021-01-01"),
        "until": day("2023-01-01"),
    }


def test_a_grid_without_members_has_an_empty_list_and_an_unknown_grid_is_an_error(staffed):
    assert people.list_members(staffed, "230403001001002", on=day("2022-01-01")) == []
    with pytest.raises(GridUnknown):
        people.list_members(staffed, "999", on=day("2022-01-01"))


def test_a_changed_grid_and_a_retired_grid_keep_their_members(staffed):
    """Grids 001 and 002 become grid 003, and are retired."""
    retired = GRID[:-1] + "2"
    assign(staffed, [("P2", retired, Duty.FULL_TIME, "2021-01-01", None)])
    before = people.list_members(staffed, GRID, on=day("2022-12-31"))
    merge_grids(staffed)
    today = city_time.today("Asia/Shanghai")
    assert people.list_members(staffed, GRID, on=day("2022-12-31")) == before
    assert people.count_members(staffed, GRID, on=today).count == 2
    assert [row["code"] for row in people.list_members(staffed, retired, on=today)] == ["P2"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.sampled_from(Duty)), max_size=8))
def test_counts_equal_those_of_the_single_periods(district, periods):
    """Each period (start, days, duty) is another person's; its start counts days of 2021."""
    start = day("2021-01-01")
    rows = [
        (f"P{at}", GRID, duty, str(start + ONE_DAY * first), str(start + ONE_DAY * (first + days)))
        for at, (first, days, duty) in enumerate(periods)
    ]
    district.execute(delete(GridMember))
    assign(district, rows)
    for at in range(20):
        counts = people.count_members(district, GRID, on=start + ONE_DAY * at).by_duty
        expected = Counter(duty for first, days, duty in periods if first <= at < first + days)
        assert {duty: count for duty, count in counts.items() if count} == expected


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2026-01-01T15:59:59+00:00", "2026-01-01"),
        ("2026-01-01T16:00:00+00:00", "2026-01-02"),
        ("9999-12-31T23:00:00+00:00", "9999-12-31"),
    ],
)
def test_the_date_of_a_timestamp_is_that_of_the_city(timestamp, expected):
    at = datetime.datetime.fromisoformat(timestamp)
    assert city_time.date_of(at, "Asia/Shanghai") == day(expected)
