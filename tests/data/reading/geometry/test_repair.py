"""Polygons are repaired one by one, and the change is measured."""

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


def repaired(*geoms: Polygon):
    return repair_polygons(np.array(geoms, dtype=object))


def test_a_bow_tie_keeps_both_halves() -> None:
    (polygon,) = repaired(BOW).geoms
    assert polygon.is_valid
    assert shapely.get_num_geometries(polygon) == 2


def test_a_spike_is_removed_and_the_distance_is_its_length() -> None:
    """The spike is a thousandth of a degree long: 75.3 m at 47.35° N."""
    result = repaired(SPIKED)
    assert result.geoms[0].equals(shapely.box(130.300, 47.350, 130.301, 47.351))
    assert result.moved_m[0] == pytest.approx(75.4, abs=0.3)
    assert result.changed_m2[0] == pytest.approx(0, abs=1)


def test_a_hole_that_crosses_its_shell_is_cut_from_it() -> None:
    shell, hole = shapely.box(0, 0, 0.01, 0.01), shapely.box(0.005, 0.002, 0.015, 0.008)
    (polygon,) = repaired(Polygon(shell.exterior, [hole.exterior])).geoms
    assert polygon.equals(shell.difference(hole))


def test_a_polygon_without_area_becomes_none_and_others_are_repaired() -> None:
    result = repaired(FLAT, BOW)
    assert result.geoms[0] is None
    assert result.geoms[1].is_valid


def test_the_note_counts_only_polygons_with_an_area() -> None:
    notes = Notes()
    repaired(FLAT, BOW, SPIKED).add_to(notes)
    assert notes.repairs.count == 2
    assert notes.repairs.moved_m == pytest.approx(75.4, abs=0.3)


def test_no_polygons_give_no_note() -> None:
    notes = Notes()
    repaired().add_to(notes)
    assert not len(notes)


corner = st.tuples(st.integers(0, 9), st.integers(0, 9))


@given(*[st.lists(corner, min_size=3, max_size=8, unique=True)] * 2)
def test_the_hausdorff_distance_equals_that_of_geos(one, other):
    a, b = shapely.Polygon(one), shapely.Polygon(other)
    assert repair.hausdorff_distance(a, b) == pytest.approx(shapely.hausdorff_distance(a, b))
