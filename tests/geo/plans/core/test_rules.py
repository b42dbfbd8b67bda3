"""Every rule for the grids of a community is tested where it holds and where it fails."""

from math import pi

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry.topology import GEOD
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.rules import MIN_COMPACTNESS, Limits, check_partition
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings

ANY = Limits()


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in thousandths of a degree."""
    corners = 130 + west / 1000, 47 + south / 1000, 130 + east / 1000, 47 + north / 1000
    return shapely.box(*corners)


OUTLINE = box(0, 0, 20, 10)
WEST, EAST = box(0, 0, 10, 10), box(10, 0, 20, 10)


def community(*grids: shapely.Geometry) -> Partition:
    by_code = {f"x00{number}": Grid(None, geom) for number, geom in enumerate(grids, start=1)}
    return Partition("x", OUTLINE, by_code, frozenset())


def homes(*footprints: shapely.Geometry, households: int = 10) -> Buildings:
    geoms = np.array(footprints, dtype=object)
    return Buildings(
        tuple(f"b{number}" for number in range(1, len(geoms) + 1)),
        geoms,
        np.full(len(geoms), households, dtype=np.int64),
        np.asarray(shapely.point_on_surface(geoms), dtype=object),
    )


ONE_EACH = homes(box(2, 2, 4, 4), box(12, 2, 14, 4))


def kinds(partition: Partition, buildings: Buildings = ONE_EACH, limits: Limits = ANY) -> set[str]:
    return {finding.kind for finding in check_partition(partition, buildings, limits)}


def test_two_valid_grids_with_a_building_each_have_no_findings():
    assert check_partition(community(WEST, EAST), ONE_EACH, ANY) == []


@pytest.mark.parametrize(
    ("kind", "grids"),
    [
        ("grid_gap", (box(0, 0, 10, 10), box(11, 0, 20, 10))),
        ("grid_overlap", (box(0, 0, 11, 10), box(10, 0, 20, 10))),
        ("grid_outside_community", (WEST, box(10, 0, 21, 10))),
        ("grid_invalid", (WEST, shapely.Polygon([(130.01, 47), (130.02, 47.01), (130.02, 47), (130.01, 47.01)]))),  # noqa: E501
    ],
)  # fmt: skip
def test_what_keeps_grids_from_tiling_is_an_error_with_a_geometry(kind, grids):
    findings = check_partition(community(*grids), ONE_EACH, ANY)
    matches = [finding for finding in findings if finding.kind == kind]
    assert matches
    assert all(finding.is_error and finding.geometry is not None for finding in matches)
    if kind in ("grid_gap", "grid_overlap", "grid_outside_community"):
        assert matches[0].geometry.area == pytest.approx(1e-5, rel=1e-6)


def test_a_separate_part_of_a_grid_is_a_finding():
    ends = shapely.MultiPolygon([box(0, 0, 9, 10), box(19, 0, 20, 10)])
    [finding] = check_partition(community(ends, box(9, 0, 19, 10)), ONE_EACH, ANY)
    assert (finding.kind, finding.is_error, finding.codes) == ("grid_in_parts", False, ("x001",))
    assert finding.geometry.equals(box(19, 0, 20, 10))


def test_a_strip_is_long_and_thin():
    assert "grid_long_thin" in kinds(community(box(0, 0, 0.1, 10), box(0.1, 0, 20, 10)))


@settings(deadline=None)
@given(st.floats(-89, 89), st.floats(1e-5, 1e-2), st.floats(1e-5, 1e-2))
def test_long_grids_are_found_at_every_latitude_as_if_each_were_measured(lat, width, depth):
    grid = shapely.box(130, lat, 130 + width, lat + depth)
    area_m2, perimeter_m = GEOD.geometry_area_perimeter(grid)
    is_long = 4 * pi * abs(area_m2) / perimeter_m**2 < MIN_COMPACTNESS
    assert ("grid_long_thin" in kinds(community(grid))) == is_long


def test_a_grid_thinner_than_half_a_metre_is_a_sliver():
    thin = 0.004  # 0.3 m
    assert "grid_sliver" in kinds(community(box(0, 0, thin, 10), box(thin, 0, 20, 10)))


def test_a_building_astride_a_border_names_both_grids_larger_share_first():
    across = homes(box(8, 2, 11, 4), box(12, 6, 14, 8))
    [finding] = check_partition(community(WEST, EAST), across, ANY)
    assert (finding.kind, finding.codes) == ("building_astride_grids", ("b1", "x001", "x002"))
    assert finding.size == pytest.approx(76 * 222, rel=0.02)


def test_a_grid_without_buildings_is_empty_and_not_also_too_small():
    empty = homes(box(2, 2, 4, 4))
    limits = Limits(buildings=(1, 5))
    assert kinds(community(WEST, EAST), empty, limits) == {"grid_empty"}
    assert kinds(community(WEST, EAST), NO_BUILDINGS) == {"grid_empty"}


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (Limits(buildings=(2, None)), "grid_too_small"),
        (Limits(buildings=(None, 0)), "grid_too_large"),
        (Limits(households=(11, 300)), "grid_too_small"),
        (Limits(households=(0, 9)), "grid_too_large"),
    ],
)
def test_limits_count_buildings_and_households(limits, kind):
    assert kinds(community(WEST, EAST), ONE_EACH, limits) == {kind}
    assert kinds(community(WEST, EAST), ONE_EACH, Limits((1, 1), (10, 10))) == set()
