"""The people of a grid: how many on a day, and who."""

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
from tests.redrawn import merge
from tests.staff import GRID, NAME, PHONE, assign

ONE_DAY = datetime.timedelta(days=1)


def counted(session, on: str) -> dict[str, int]:
    """The duties that somebody has, with how many."""
    found = people.numbers(session, GRID, on=day(on))
    assert set(found.by_duty) == set(Duty)
    assert found.count == sum(found.by_duty.values())
    return {duty: count for duty, count in found.by_duty.items() if count}


def test_members_are_counted_by_duty_on_a_day(staffed):
    assert counted(staffed, "2020-12-31") == {}
    assert counted(staffed, "2021-01-01") == {"head": 1, "part_time": 1}
    assert counted(staffed, "2022-12-31") == {"head": 1, "part_time": 1, "volunteer": 1}
    assert counted(staffed, "2023-01-01") == {"head": 1, "volunteer": 1}


def test_who_they_are_is_told_with_the_head_first(staffed):
    found = people.members(staffed, GRID, on=day("2022-12-31"))
    assert [(member["code"], member["duty"]) for member in found] == [
        ("P1", Duty.HEAD),
        ("P2", Duty.PART_TIME),
        ("P3", Duty.VOLUNTEER),
    ]
    assert found[1] == {
        "code": "P2",
        "name": NAME,
        "phone": PHONE,
        "duty": Duty.PART_TIME,
        "since": day("2021-01-01"),
        "until": day("2023-01-01"),
    }


def test_a_grid_without_members_has_none_and_one_that_never_was_is_unknown(staffed):
    assert people.members(staffed, "230403001001002", on=day("2022-01-01")) == []
    with pytest.raises(GridUnknown):
        people.members(staffed, "999", on=day("2022-01-01"))


def test_a_grid_keeps_its_members_through_a_redraw_and_a_retired_one_those_it_had(staffed):
    """Grid 002 goes into grid 001, and is retired."""
    retired = GRID[:-1] + "2"
    assign(staffed, [("P2", retired, Duty.FULL_TIME, "2021-01-01", None)])
    before = people.members(staffed, GRID, on=day("2022-12-31"))
    merge(staffed)
    today = city_time.today("Asia/Shanghai")
    assert people.members(staffed, GRID, on=day("2022-12-31")) == before
    assert people.numbers(staffed, GRID, on=today).count == 2
    assert [member["code"] for member in people.members(staffed, retired, on=today)] == ["P2"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.sampled_from(Duty)), max_size=8))
def test_counts_are_those_of_counting_one_by_one(district, periods):
    """Each period (start, days, duty) is another person's; days count from 2021."""
    start = day("2021-01-01")
    rows = [
        (f"P{at}", GRID, duty, str(start + ONE_DAY * first), str(start + ONE_DAY * (first + days)))
        for at, (first, days, duty) in enumerate(periods)
    ]
    district.execute(delete(GridMember))
    assign(district, rows)
    for at in range(20):
        found = people.numbers(district, GRID, on=start + ONE_DAY * at)
        there = Counter(duty for first, days, duty in periods if first <= at < first + days)
        assert {duty: count for duty, count in found.by_duty.items() if count} == there


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-01T15:59:59+00:00", "2026-01-01"),
        ("2026-01-01T16:00:00+00:00", "2026-01-02"),
        ("9999-12-31T23:00:00+00:00", "9999-12-31"),
    ],
)
def test_the_day_of_a_moment_is_the_citys(moment, expected):
    at = datetime.datetime.fromisoformat(moment)
    assert city_time.day_of(at, "Asia/Shanghai") == day(expected)
