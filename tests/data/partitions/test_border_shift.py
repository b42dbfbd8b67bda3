"""How far a border moved, in whole units: an arm cut off counts as area, not as distance."""

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from data.partitions import border_shift
from data.partitions.border_shift import RepairResult


@given(st.floats(0.01, 40))
def test_a_border_that_is_pushed_moves_by_that_distance(distance):
    shift = border_shift.measure(box(0, 0, 100, 50), box(0, 0, 100 - distance, 50))
    assert shift.moved_m == pytest.approx(distance)
    assert shift.given_m2 == 0


@given(st.floats(1, 30), st.floats(-20, 20))
def test_where_only_a_corner_moves_it_is_the_hausdorff_distance(out, along):
    old = shapely.Polygon([(0, 0), (100, 0), (100, 50), (50, 50), (0, 50)])
    new = shapely.Polygon([(0, 0), (100, 0), (100, 50), (50 + along, 50 + out), (0, 50)])
    expected = shapely.hausdorff_distance(old.exterior, new.exterior)
    assert border_shift.measure(old, new).moved_m == pytest.approx(expected)
    assert border_shift.measure(new, old).moved_m == pytest.approx(expected)


LEG = box(0, 0, 100, 100)


@pytest.mark.parametrize(
    "piece",
    [box(900, 0, 910, 5), box(100, 50, 1000, 50.05), box(20, 20, 21, 40)],
    ids=["far part", "long arm", "hole"],
)
def test_a_piece_that_changes_hands_whole_is_reported_as_area(piece):
    """
    ```
    ┌─────┐                    the arm is 900 m long and 5 cm wide: no border moved by 900 m
    │  ▯  ├──────────────  ▫
    └─────┘
    ```
    """
    other = shapely.symmetric_difference(LEG, piece)
    for old, new in ((LEG, other), (other, LEG)):
        shift = border_shift.measure(old, new)
        assert shift.moved_m == 0
        assert shift.given_m2 == pytest.approx(piece.area)


def test_the_report_lists_the_polygons_that_changed_most_first():
    moved = np.array([0.5, 0.0, 7.25, 3.0, 1.0, 2.0, 4.0])
    given_m2 = np.array([0, 49.0, 0, 0, 0, 0, 0])
    result = RepairResult(np.array([]), moved + given_m2 > 0, 1.0, 2.0, moved, given_m2)
    text = result.describe("abcdefg")
    assert "up to 7.25 m (c 7.25 m, g 4.00 m, d 3.00 m, f 2.00 m, e 1.00 m, and 1 more)" in text
    assert "pieces gained or lost whole (b 49.0 m²)" in text


@given(st.lists(st.floats(0, 0.03), min_size=1, max_size=40), st.data())
def test_the_report_lists_only_polygons_that_it_counts(moved, data):
    """A border that moved by seven millimetres is neither listed nor counted."""
    changed = np.array(moved) > 0.01
    given_m2 = np.array(data.draw(st.lists(st.floats(0, 0.2), min_size=40, max_size=40)))
    result = RepairResult(np.array([]), changed, 1.0, 2.0, np.array(moved), given_m2[: len(moved)])
    text = result.describe([f"c{at:02}" for at in range(len(moved))])
    if not changed.any():
        assert text == border_shift.NOTHING_MOVED
        return
    listed = text.partition(" m (")[2].partition(")")[0]
    more = re.search(r"and (\d+) more", listed)
    assert text.startswith(f"{changed.sum()} grid")
    assert listed.count("c") + int(more[1] if more else 0) == changed.sum()
    assert {int(at) for at in re.findall(r"c(\d+)", text)} <= {*np.flatnonzero(changed).tolist()}
