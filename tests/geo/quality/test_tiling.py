"""Defects of a tiling: overlaps, gaps, and areas outside the community."""

import numpy as np
import pytest
import shapely
from shapely import box

from geo.geometry import topology
from geo.quality import tiling
from geo.quality.tiling import DefectKind

OUTLINE = box(130, 47, 130.02, 47.01)
WEST, EAST = box(130, 47, 130.01, 47.01), box(130.01, 47, 130.02, 47.01)


def array(*polygons: shapely.Geometry) -> np.ndarray:
    return np.array(polygons, dtype=object)


DEFECTS = {
    DefectKind.OVERLAP: (WEST, box(130.009, 47, 130.02, 47.01)),
    DefectKind.GAP: (WEST, box(130.011, 47, 130.02, 47.01)),
    DefectKind.OUTSIDE: (WEST, box(130.01, 47, 130.021, 47.01)),
}


def test_two_halves_tile_their_outline():
    assert tiling.tiles_outline(array(WEST, EAST), OUTLINE)
    assert tiling.find_defects(array(WEST, EAST), OUTLINE) == []


@pytest.mark.parametrize("kind", DefectKind)
def test_each_kind_of_defect_is_found_with_its_area(kind):
    polygons = array(*DEFECTS[kind])
    assert not tiling.tiles_outline(polygons, OUTLINE)
    [defect] = tiling.find_defects(polygons, OUTLINE)
    assert defect.kind is kind
    assert defect.patch.polygon.area == pytest.approx(1e-5, rel=1e-6)


def test_an_invalid_polygon_does_not_tile():
    bow_tie = shapely.Polygon([(130, 47), (130.02, 47.01), (130.02, 47), (130, 47.01)])
    assert not tiling.tiles_outline(array(bow_tie), OUTLINE)


def test_without_an_outline_only_enclosed_gaps_are_found():
    ring = box(130, 47, 130.03, 47.03).difference(box(130.01, 47.01, 130.02, 47.02))
    assert tiling.find_defects(array(WEST)) == []
    assert [defect.kind for defect in tiling.find_defects(array(ring))] == [DefectKind.GAP]


def test_a_face_outside_with_two_owners_has_two_defects():
    defects = tiling.find_face_defects(array(WEST, EAST), [True, False], [[0], [0, 1]])
    assert [(defect.kind, defect.patch.positions) for defect in defects] == [
        (DefectKind.OVERLAP, (0, 1)),
        (DefectKind.OUTSIDE, (0, 1)),
    ]


def test_a_face_as_thin_as_a_rounding_error_is_no_defect():
    thin = box(130, 47, 130 + 1e-8, 47.01)
    assert tiling.find_face_defects(array(thin), [True], [[]]) == []


def test_overlaps_across_communities_are_found_and_communities_without_outline_skipped():
    """x1 | y1, where y1 reaches into x1; only the outline of x is known."""
    grids = array(WEST, box(130.009, 47, 130.03, 47.01))
    findings = list(tiling.check_tiling(["x1", "y1"], grids, ["x", "y"], {"x": WEST}))
    assert [(finding.kind, finding.codes) for finding in findings] == [
        ("grid_overlap", ("x1", "y1"))
    ]
    assert findings[0].size == pytest.approx(
        topology.area_m2(box(130.009, 47, 130.01, 47.01)), rel=1e-6
    )


def test_a_gap_names_its_community_first_and_a_sliver_is_a_warning():
    sliver = box(130, 47, 130.000001, 47.01)
    findings = list(tiling.check_tiling(["x1"], array(sliver), ["x"], {"x": WEST}))
    assert [(finding.kind, finding.is_error, finding.codes) for finding in findings] == [
        ("grid_sliver", False, ("x1",)),
        ("grid_gap", True, ("x", "x1")),
    ]


def test_an_area_between_polygons_that_only_touch_at_corners_is_a_gap():
    """
    ```
    ┌───────┐
    └┐ gap ┌┘    the upper polygon has a notch along the whole edge of the lower one
     ┌─────┐
    ```
    """
    upper = shapely.Polygon([(0, 1), (1, 1.0001), (2, 1), (2, 2), (0, 2)])
    lower = shapely.box(0, 0, 2, 1)
    [gap] = topology.find_gaps(np.array([upper, lower]))
    assert gap.positions == (0, 1)
    assert gap.polygon.area == pytest.approx(1e-4)
    assert topology.find_gaps(np.array([upper])) == []
