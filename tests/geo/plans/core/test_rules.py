"""What is found about the grids of a community: every rule is met, and each can fail."""

import numpy as np
import pytest
import shapely

from geo.plans.core.partition import Grid, Partition
from geo.plans.core.rules import Limits, findings
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings

ANY = Limits()


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in thousandths of a degree."""
    corners = 130 + west / 1000, 47 + south / 1000, 130 + east / 1000, 47 + north / 1000
    return shapely.box(*corners)


OUTLINE = box(0, 0, 20, 10)
WEST, EAST = box(0, 0, 10, 10), box(10, 0, 20, 10)


def community(*grids: shapely.Geometry) -> Partition:
    named = {f"x00{at}": Grid(None, ground) for at, ground in enumerate(grids, start=1)}
    return Partition("x", OUTLINE, named, frozenset())


def homes(*footprints: shapely.Geometry, households: int = 10) -> Buildings:
    shapes = np.array(footprints, dtype=object)
    return Buildings(
        tuple(f"b{at}" for at in range(1, len(shapes) + 1)),
        shapes,
        np.full(len(shapes), households, dtype=np.int64),
        np.asarray(shapely.point_on_surface(shapes), dtype=object),
    )


ONE_EACH = homes(box(2, 2, 4, 4), box(12, 2, 14, 4))


def kinds(partition: Partition, buildings: Buildings = ONE_EACH, limits: Limits = ANY) -> set[str]:
    return {finding.kind for finding in findings(partition, buildings, limits)}


def test_two_sound_grids_with_a_building_each_have_no_findings():
    assert findings(community(WEST, EAST), ONE_EACH, ANY) == []


@pytest.mark.parametrize(
    ("kind", "grids"),
    [
        ("grid_gap", (box(0, 0, 10, 10), box(11, 0, 20, 10))),
        ("grid_overlap", (box(0, 0, 11, 10), box(10, 0, 20, 10))),
        ("grid_outside_community", (WEST, box(10, 0, 21, 10))),
        ("grid_invalid", (WEST, shapely.Polygon([(130.01, 47), (130.02, 47.01), (130.02, 47), (130.01, 47.01)]))),  # noqa: E501
    ],
)  # fmt: skip
def test_what_keeps_grids_from_tiling_is_an_error_with_its_shape(kind, grids):
    found = [one for one in findings(community(*grids), ONE_EACH, ANY) if one.kind == kind]
    assert found
    assert all(one.is_error and one.shape is not None for one in found)
    if kind in ("grid_gap", "grid_overlap", "grid_outside_community"):
        assert found[0].shape.area == pytest.approx(1e-5, rel=1e-6)


def test_a_piece_that_lies_apart_is_shown():
    ends = shapely.MultiPolygon([box(0, 0, 9, 10), box(19, 0, 20, 10)])
    [found] = findings(community(ends, box(9, 0, 19, 10)), ONE_EACH, ANY)
    assert (found.kind, found.is_error, found.codes) == ("grid_in_parts", False, ("x001",))
    assert found.shape.equals(box(19, 0, 20, 10))


def test_a_strip_is_long_and_thin():
    assert "grid_long_thin" in kinds(community(box(0, 0, 0.1, 10), box(0.1, 0, 20, 10)))


def test_a_grid_thinner_than_half_a_metre_is_a_sliver():
    thin = 0.004  # 0.3 m
    assert "grid_sliver" in kinds(community(box(0, 0, thin, 10), box(thin, 0, 20, 10)))


def test_a_building_across_the_border_names_both_grids_the_larger_share_first():
    across = homes(box(8, 2, 11, 4), box(12, 6, 14, 8))
    [found] = findings(community(WEST, EAST), across, ANY)
    assert (found.kind, found.codes) == ("building_astride_grids", ("b1", "x001", "x002"))
    assert found.size == pytest.approx(76 * 222, rel=0.02)


def test_a_grid_without_buildings_is_empty_and_not_too_small_beside():
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
