"""Repaired polygons tile, fill their outlines, and stay near their old borders."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.partitions import repair
from geo.geometry import topology
from tests.town_builder import box

METRE = 1 / 111_320
"""A metre of latitude in degrees; of longitude it is 0.68 m at 47° N."""
OUTLINE = box(0, 0, 10, 10)


def polygon(*corners: tuple[float, float]) -> shapely.Polygon:
    """A polygon in thousandths of a degree, as `box`."""
    return shapely.Polygon([(130 + x / 1000, 47 + y / 1000) for x, y in corners])


@st.composite
def partitions(draw) -> np.ndarray:
    """Rectangles that tile OUTLINE, made by cutting it repeatedly."""
    shares = draw(st.lists(st.none() | st.floats(0.3, 0.7), min_size=1, max_size=9))
    pieces = [(0.0, 0.0, 10.0, 10.0)]
    for share in shares:
        if share is not None:
            west, south, east, north = pieces.pop(0)
            if east - west > north - south:
                at = west + share * (east - west)
                pieces += [(west, south, at, north), (at, south, east, north)]
            else:
                at = south + share * (north - south)
                pieces += [(west, south, east, at), (west, at, east, north)]
    return np.array([box(*piece) for piece in pieces], dtype=object)


@st.composite
def inaccurate_partitions(draw) -> np.ndarray:
    """Such rectangles whose corners are moved independently by up to 4 m."""
    polygons = draw(partitions())
    random = np.random.default_rng(draw(st.integers(0, 2**32)))

    def shift(corners: np.ndarray) -> np.ndarray:
        moved = corners + random.uniform(-4 * METRE, 4 * METRE, corners.shape)
        moved[-1] = moved[0]
        return moved

    return np.array([shapely.transform(polygon, shift) for polygon in polygons], dtype=object)


def largest_shift(before: np.ndarray, after: np.ndarray) -> float:
    """Return the largest distance in metres by which an outline moved."""
    return float(shifts_m(before, after).max())


def shifts_m(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the Hausdorff distance in metres between the outlines of each polygon, (n,)."""
    plane = repair.LocalProjection(before)
    return shapely.hausdorff_distance(plane.to_metres(before), plane.to_metres(after))


def assert_shifts_are_distances(before: np.ndarray, repaired: repair.RepairResult) -> None:
    """Assert that the reported shift is the Hausdorff distance, where no piece was given whole."""
    distances = shifts_m(before, repaired.geoms)
    moved = repaired.moved_m
    assert (moved <= distances + repair.SNAP_M).all()
    is_whole = repaired.given_m2 == 0
    assert moved[is_whole] == pytest.approx(distances[is_whole], abs=repair.SNAP_M)


@settings(deadline=None, max_examples=60)
@given(inaccurate_partitions())
def test_repaired_polygons_tile_without_narrow_gaps_near_their_old_borders(geoms):
    repaired = repair.repair(geoms)
    assert shapely.is_valid(repaired.geoms).all()
    assert shapely.coverage_is_valid(repaired.geoms)
    assert topology.find_overlaps(repaired.geoms) == []
    assert not repair.is_narrow(topology.patch_polygons(topology.find_gaps(repaired.geoms))).any()
    assert largest_shift(geoms, repaired.geoms) <= 4 * 8 + repair.GAP_WIDTH_M
    assert_shifts_are_distances(geoms, repaired)


@settings(deadline=None, max_examples=60)
@given(inaccurate_partitions())
def test_polygons_fitted_to_an_outline_fill_it_exactly(geoms):
    owners = ["x"] * len(geoms)
    repaired = repair.repair(geoms, owners, {"x": OUTLINE})
    assert shapely.coverage_is_valid(repaired.geoms)
    assert topology.find_gaps(repaired.geoms, OUTLINE) == []
    assert topology.find_outside(repaired.geoms, OUTLINE) == []
    assert largest_shift(geoms, repaired.geoms) <= 4 * 8 + repair.GAP_WIDTH_M


@settings(deadline=None, max_examples=40)
@given(partitions(), st.data())
def test_uncovered_parts_of_an_outline_go_to_the_polygons_beside_them(geoms, data):
    """One polygon is removed."""
    if len(geoms) == 1:
        return
    left = np.delete(geoms, data.draw(st.integers(0, len(geoms) - 1)))
    fitted = repair.fit_to_outline(left, OUTLINE)
    assert shapely.coverage_is_valid(fitted)
    assert shapely.area(fitted).sum() == pytest.approx(OUTLINE.area, rel=1e-9)
    assert shapely.covers(shapely.buffer(fitted, 2e-8), left).all()


@settings(deadline=None, max_examples=40)
@given(partitions())
def test_polygons_that_tile_are_not_changed(geoms):
    repaired = repair.repair(repair.repair(geoms).geoms, ["x"] * len(geoms), {"x": OUTLINE})
    assert not repaired.changed.any()
    assert "no border was moved" in repaired.describe([])


@settings(deadline=None, max_examples=30)
@given(inaccurate_partitions())
def test_repairing_again_moves_nothing(geoms):
    once = repair.repair(geoms)
    twice = repair.repair(once.geoms)
    assert twice.max_moved_m <= repair.SNAP_M


def test_a_sliver_goes_to_the_polygon_beside_it():
    """
    ```
    0       5       10
    ├───a───┼───b──┬a         a strip of a's, four millimetres wide, along the east of b
    ```
    """
    edge = 10 - 5e-5
    b = box(5, 0, edge, 10)
    a = shapely.union_all([box(0, 0, 5, 10), box(edge, 0, 10, 10)])
    repaired = repair.repair(np.array([a, b], dtype=object))
    assert shapely.get_num_geometries(repaired.geoms).tolist() == [1, 1]
    assert shapely.equals_exact(repaired.geoms[0], box(0, 0, 5, 10), 1e-7, normalize=True)
    assert shapely.equals_exact(repaired.geoms[1], box(5, 0, 10, 10), 1e-7, normalize=True)


def test_repairing_two_overlapping_polygons_leaves_no_sliver():
    """
    ```
    ┌────────a────────┐
    ├ ─ ─ ─ ─ ─ ┬─────┘       b reaches over the border of a; snapping its corners would leave
    └─────b─────┘             b a strip in a, as thin as a few nanodegrees
    ```
    """
    a = polygon((3.8185, 3.6443), (3.7893, 6.2797), (0.0047, 6.3007), (-0.0263, 3.6219))
    b = polygon((2.47, 1.6178), (2.4786, 3.643), (-0.0267, 3.6455), (0.0224, 1.6273))
    repaired = repair.repair(np.array([a, b], dtype=object))
    assert shapely.get_num_geometries(repaired.geoms).tolist() == [1, 1]
    assert repair.repair(repaired.geoms).max_moved_m <= repair.SNAP_M


def test_the_result_reports_how_much_changed():
    """
    ```
    0      5 6     10
    ├──a─────┤            a and b share a strip one wide; the longer border decides
           ├────b───┤
    ```
    """
    pair = np.array([box(0, 0, 6, 10), box(5, 0, 10, 10)], dtype=object)
    repaired = repair.repair(pair)
    assert repaired.changed.sum() == 1
    strip = abs(topology.GEOD.geometry_area_perimeter(box(5, 0, 6, 10))[0])
    assert repaired.lost_m2 == pytest.approx(strip, rel=0.01)
    assert repaired.max_moved_m == pytest.approx(111.32 * np.cos(np.radians(47)), rel=0.01)
    assert repaired.given_m2.tolist() == [0, 0]
    assert "1 grid changed" in repaired.describe("ab")


def test_a_filled_hole_is_reported_as_area_and_moves_no_border():
    """A slit in the middle, eight metres wide: the next border is far away."""
    slit = box(20, 20, 20.1, 25)
    repaired = repair.repair(np.array([box(0, 0, 40, 40).difference(slit)], dtype=object))
    area = abs(topology.GEOD.geometry_area_perimeter(slit)[0])
    assert repaired.gained_m2 == pytest.approx(area, rel=0.01)
    assert repaired.given_m2.tolist() == [pytest.approx(area, rel=0.01)]
    assert repaired.max_moved_m == 0
    assert "pieces gained or lost whole (a " in repaired.describe("a")


def test_a_wide_gap_is_real_and_stays():
    """
    ```
    ┌───────┐
    │ ┌───┐ │   a lake 228 m by 334 m between two polygons
    │ └───┘ │
    └───────┘
    ```
    """
    lake = box(3, 3, 6, 6)
    halves = [shapely.difference(half, lake) for half in (box(0, 0, 5, 9), box(5, 0, 9, 9))]
    geoms = np.array(halves, dtype=object)
    assert not repair.repair(geoms).changed.any()
    assert repair.is_narrow(topology.patch_polygons(topology.find_gaps(geoms))).tolist() == [False]


def test_a_polygon_covered_by_others_becomes_empty():
    geoms = np.array([box(0, 0, 9, 9), box(3, 3, 4, 4)], dtype=object)
    repaired = repair.repair(geoms)
    assert shapely.is_empty(repaired.geoms).sum() <= 1
    assert topology.find_overlaps(repaired.geoms[~shapely.is_empty(repaired.geoms)]) == []


def test_a_polygon_outside_its_outline_becomes_empty():
    geoms = np.array([box(0, 0, 10, 10), box(20, 0, 25, 10)], dtype=object)
    fitted = repair.repair(geoms, ["x", "x"], {"x": OUTLINE}).geoms
    assert shapely.is_empty(fitted).tolist() == [False, True]


def test_each_outline_is_filled_by_its_own_polygons():
    """
    ```
    0      9│ 11     20
    ├──a────┼─┤            a extends beyond its community
            │ ├───b──┤     b does not fill its community
    ```
    """
    geoms = np.array([box(0, 0, 11, 10), box(11, 0, 20, 10)], dtype=object)
    outlines = {"x": box(0, 0, 10, 10), "y": box(10, 0, 20, 10)}
    fitted = repair.repair(geoms, ["x", "y"], outlines).geoms
    assert shapely.equals(fitted[0], outlines["x"])
    assert shapely.equals(fitted[1], outlines["y"])
