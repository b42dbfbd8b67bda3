"""Outlines are repaired one by one, and it is told how much that changed."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from data.reading.geometry import repair
from data.reading.geometry.repair import repair_polygons
from data.reading.notes import Notes

BOW = Polygon([(130.300, 47.350), (130.301, 47.351), (130.301, 47.350), (130.300, 47.351)])
SPIKED = Polygon(
    [(130.300, 47.350), (130.301, 47.350), (130.301, 47.351), (130.302, 47.351), (130.301, 47.351),
     (130.300, 47.351)]
)  # fmt: skip
FLAT = Polygon([(130.3, 47.3), (130.4, 47.4), (130.3, 47.3), (130.3, 47.3)])


def mended(*geoms: Polygon):
    return repair_polygons(np.array(geoms, dtype=object))


def test_a_bow_tie_keeps_both_its_halves() -> None:
    (shape,) = mended(BOW).geoms
    assert shape.is_valid
    assert shapely.get_num_geometries(shape) == 2


def test_a_spike_falls_away_and_the_move_is_its_length() -> None:
    """The spike is a thousandth of a degree long: 75.3 m at 47.35° N."""
    found = mended(SPIKED)
    assert found.geoms[0].equals(shapely.box(130.300, 47.350, 130.301, 47.351))
    assert found.moved_m[0] == pytest.approx(75.4, abs=0.3)
    assert found.changed_m2[0] == pytest.approx(0, abs=1)


def test_a_hole_that_crosses_its_shell_bites_into_it() -> None:
    shell, hole = shapely.box(0, 0, 0.01, 0.01), shapely.box(0.005, 0.002, 0.015, 0.008)
    (shape,) = mended(Polygon(shell.exterior, [hole.exterior])).geoms
    assert shape.equals(shell.difference(hole))


def test_what_has_no_area_becomes_nothing_and_spoils_no_neighbour() -> None:
    found = mended(FLAT, BOW)
    assert found.geoms[0] is None
    assert found.geoms[1].is_valid


def test_the_note_counts_what_was_left_and_nothing_else() -> None:
    notes = Notes()
    mended(FLAT, BOW, SPIKED).add_to(notes)
    assert notes.repairs.count == 2
    assert notes.repairs.moved_m == pytest.approx(75.4, abs=0.3)


def test_nothing_to_repair_is_no_repair() -> None:
    notes = Notes()
    mended().add_to(notes)
    assert not len(notes)


corner = st.tuples(st.integers(0, 9), st.integers(0, 9))


@given(*[st.lists(corner, min_size=3, max_size=8, unique=True)] * 2)
def test_the_distance_of_corners_is_the_one_that_geos_gives(one, other):
    a, b = shapely.Polygon(one), shapely.Polygon(other)
    assert repair.hausdorff_distance(a, b) == pytest.approx(shapely.hausdorff_distance(a, b))
