"""Codes: nesting by prefix, numbering in reading order, no number used twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import codes

WEIMIN = "230407001002"


def test_an_area_contains_every_code_that_starts_with_its_own() -> None:
    assert codes.is_within(f"{WEIMIN}007", WEIMIN)
    assert codes.is_within(WEIMIN, WEIMIN)
    assert codes.is_within(WEIMIN, "")
    assert not codes.is_within("230403001001", WEIMIN)


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        (f"{WEIMIN}007", WEIMIN),
        (WEIMIN, "230407001"),
        ("230407001", "230407"),
        ("230407", "2304"),
        ("2304", None),
    ],
)
def test_the_parent_is_the_longest_shorter_prefix(code: str, parent: str | None) -> None:
    assert codes.parent_code(code) == parent


def test_code_lengths_can_be_given() -> None:
    """Taipei's base units: county 5, town 8, second level 10 and first level 12 characters."""
    assert codes.parent_code("A6301-0026-00", (3, 5, 10)) == "A6301-0026"


def test_a_code_that_does_not_nest_is_refused_with_an_example() -> None:
    codes.require_nested(f"{WEIMIN}001", WEIMIN)
    with pytest.raises(codes.BadNesting, match=f"such as {WEIMIN}001"):
        codes.require_nested("230403001001001", WEIMIN)
    with pytest.raises(codes.BadNesting):
        codes.require_nested(WEIMIN, WEIMIN)


def test_a_number_is_never_used_twice() -> None:
    """Grid 002 was merged away; its number stays with the past."""
    past_and_present = [f"{WEIMIN}001", f"{WEIMIN}002", f"{WEIMIN}003", "230407001003009"]
    assert codes.next_codes(WEIMIN, past_and_present, 2) == [f"{WEIMIN}004", f"{WEIMIN}005"]


def test_the_first_number_is_one() -> None:
    assert codes.next_codes(WEIMIN, []) == [f"{WEIMIN}001"]


def test_codes_of_another_pattern_are_ignored() -> None:
    assert codes.next_codes(WEIMIN, [f"{WEIMIN}A12", f"{WEIMIN}0001", WEIMIN]) == [f"{WEIMIN}001"]


def test_numbers_run_out_at_999() -> None:
    assert codes.next_codes(WEIMIN, [f"{WEIMIN}998"]) == [f"{WEIMIN}999"]
    with pytest.raises(codes.NoCodeLeft, match="up to 998"):
        codes.next_codes(WEIMIN, [f"{WEIMIN}998"], 2)


@given(st.sets(st.integers(1, 900)), st.integers(1, 50))
def test_next_codes_are_new_sorted_and_nested(numbers: set[int], count: int) -> None:
    used = [f"{WEIMIN}{number:03}" for number in numbers]
    new = codes.next_codes(WEIMIN, used, count)
    assert new == sorted(new)
    assert not set(new) & set(used)
    assert all(codes.parent_code(code) == WEIMIN for code in new)


def test_grids_are_numbered_in_reading_order() -> None:
    """1 2 3
    4 5 6
    7 8 9   nine unit squares, each moved a little
    """
    grid = np.array([[x, -y] for y in range(3) for x in range(3)], dtype=float)
    moved = grid + np.random.default_rng(1).uniform(-0.2, 0.2, grid.shape)
    shuffled = np.random.default_rng(2).permutation(9)
    assert shuffled[codes.reading_order(moved[shuffled])].tolist() == list(range(9))


@given(st.integers(1, 40))
def test_every_grid_gets_one_number(count: int) -> None:
    points = np.random.default_rng(count).uniform(size=(count, 2))
    assert sorted(codes.reading_order(points).tolist()) == list(range(count))
