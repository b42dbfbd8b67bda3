"""Moving the border between two grids, or a stretch of it, keeps grids tiling the same area."""

import pytest
import shapely

from geo.geometry import topology
from geo.plans.core import edits
from geo.plans.core.line_cut import BadCut
from geo.plans.core.partition import Grid, covers_same_area
from tests.geo.plans.core.square_grids import STEP, A, B, C, line, row, square

__all__ = ["row"]


def test_a_border_moves_to_a_line_and_each_grid_keeps_its_side(row):
    """a | b → a  | b   the border goes east by half a square."""
    after = edits.move_border(row, (A, B), line((1.5, -0.2), (1.5, 1.2)))
    assert covers_same_area(row, after)
    assert after.grids[A].geom.area == pytest.approx(1.5 * STEP**2, rel=1e-6)
    assert after.grids[B].geom.area == pytest.approx(0.5 * STEP**2, rel=1e-6)
    assert (after.grids[A].name, after.grids[B].name) == ("1", "2")
    back = edits.move_border(after, (B, A), line((1, -0.2), (1, 1.2)))
    assert topology.area_m2(
        shapely.symmetric_difference(back.grids[A].geom, row.grids[A].geom)
    ) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("cut_line", "message"),
    [
        (line((5, 5), (6, 6)), "misses grids"),
        (line((1.2, 0.2), (1.8, 0.8)), "begins and ends inside grids"),
        (line((1.2, -1), (1.2, 0.8)), "ends inside grids"),
        (line((2, -1), (2, 2)), "only touches grids"),
        (line((2.2, -1), (2.2, 2)), "misses grids .* by 22 m"),
    ],
)
def test_a_border_cannot_move_to_a_line_that_does_not_divide_the_grids(row, cut_line, message):
    with pytest.raises(BadCut, match=message) as refused:
        edits.move_border(row, (A, B), cut_line)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("cut_line", "gained"),
    [
        (line((1, 0.2), (1.3, 0.2), (1.3, 0.6), (1, 0.6)), 0.12),  # from the border to the border
        (line((0.9, 0.2), (1.3, 0.2), (1.3, 0.6), (0.9, 0.6)), 0.12),  # from beyond it
        (line((1.005, 0.2), (0.5, 0.2), (0.5, 0.7), (0.995, 0.7)), -0.25),  # from a metre beside it
        (line((1, 0.2), (1.5, 0.4), (0.5, 0.6), (1, 0.8)), 0),  # across the border in between
        (line((1, 0), (1.5, 0.5), (1, 1)), 0.25),  # the whole border between its ends
    ],
)
def test_a_line_from_border_to_border_moves_that_stretch_only(row, cut_line, gained):
    after = edits.move_border(row, (A, B), cut_line)
    assert covers_same_area(row, after)
    assert after.grids[C] is row.grids[C]
    for code, change in ((A, gained), (B, -gained)):
        assert after.grids[code].name == row.grids[code].name
        assert after.grids[code].geom.area == pytest.approx((1 + change) * STEP**2, rel=1e-6)
    untouched = line((1, 0), (1, 0.19))
    if cut_line.coords[0][1]:
        assert shapely.covers(shapely.boundary(after.grids[A].geom), untouched)


def test_the_border_of_a_grid_inside_another_moves_at_its_smaller_side(row):
    inner = shapely.box(0.4 * STEP, 0.4 * STEP, 0.6 * STEP, 0.6 * STEP)
    outer = shapely.difference(square(0, 0), inner)
    ring = row.with_grids({A: Grid("a", outer), B: Grid("b", inner)})
    after = edits.move_border(
        ring, (A, B), line((0.45, 0.5), (0.45, 0.7), (0.55, 0.7), (0.55, 0.5))
    )
    assert covers_same_area(ring, after)
    assert after.grids[B].geom.area == pytest.approx(0.05 * STEP**2, rel=1e-6)


@pytest.mark.parametrize(
    ("cut_line", "message"),
    [
        (line((1, 0.2), (1, 0.8)), "runs along the border"),
        (line((1, 0.2), (2.5, 0.2), (2.5, 0.8), (1, 0.8)), "leaves grids"),
        (line((1, 0.2), (1.5, 0.5)), "begins and ends inside|ends inside"),
    ],
)
def test_a_stretch_that_cannot_move_is_refused(row, cut_line, message):
    with pytest.raises(BadCut, match=message) as refused:
        edits.move_border(row, (A, B), cut_line)
    assert refused.value.hint


def test_no_border_can_move_between_grids_that_are_not_adjacent(row):
    with pytest.raises(edits.GridsNotAdjacent):
        edits.move_border(row, (A, C), line((1.5, -0.2), (1.5, 1.2)))
