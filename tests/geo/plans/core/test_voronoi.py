"""The ground that each building owns, and which grid a building is in."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import topology
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings, cells, holders

OUTLINE = shapely.box(130, 47, 130.004, 47.004)


def buildings(*footprints: shapely.Geometry, households: int = 1) -> Buildings:
    shapes = np.array(footprints, dtype=object)
    return Buildings(
        tuple(f"b{at}" for at in range(len(shapes))),
        shapes,
        np.full(len(shapes), households, dtype=np.int64),
        np.asarray(shapely.point_on_surface(shapes), dtype=object),
    )


def house(east: float, north: float, width: float = 0.2, depth: float = 0.1) -> shapely.Polygon:
    """A box in thousandths of a degree."""
    west, south = 130 + east / 1000, 47 + north / 1000
    return shapely.box(west, south, west + width / 1000, south + depth / 1000)


def test_two_buildings_share_the_ground_half_and_half():
    """b0 | b1"""
    west, east = cells(OUTLINE, buildings(house(1, 2, 0.2), house(2.8, 2, 0.2)))
    assert abs(west.area - east.area) / OUTLINE.area < 0.01
    assert shapely.length(shapely.intersection(west, east)) > 0.0039


def test_buildings_that_touch_are_parted_at_their_wall():
    left, right = house(1, 1, 0.5), house(1.5, 1, 0.5)
    west, east = cells(OUTLINE, buildings(left, right))
    for cell, home in ((west, left), (east, right)):
        assert shapely.intersection(cell, home).area > 0.99 * home.area


def test_a_community_without_buildings_has_no_cells():
    assert len(cells(OUTLINE, NO_BUILDINGS)) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 3.7)] * 2, *[st.floats(0.02, 0.3)] * 2), min_size=1))
def test_cells_fill_the_outline_and_never_overlap(drawn):
    found = cells(OUTLINE, buildings(*(house(*one) for one in drawn)))
    own = found[~shapely.is_empty(found)]
    assert topology.flaws(own, OUTLINE) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 17), st.integers(0, 17)), unique=True, min_size=2))
def test_each_cell_is_what_is_nearest_to_its_building(drawn):
    homes = buildings(*(house(0.2 * x, 0.2 * y, 0.1, 0.08) for x, y in drawn))
    found = cells(OUTLINE, homes)
    drawn_at = np.random.default_rng(7).uniform((130, 47), (130.004, 47.004), (200, 2))
    spots = shapely.points(drawn_at)
    away = np.array([shapely.distance(homes.footprints, spot) for spot in spots])
    inside = np.array([shapely.distance(found, spot) for spot in spots])
    # An outline's points are two metres apart, so the border may be off by half of that.
    assert (away[inside == 0] <= away.min(axis=1)[np.nonzero(inside == 0)[0]] + 2e-5).all()


def test_a_point_on_a_shared_border_belongs_to_the_lowest_code():
    """002 | 001, a point in each, one between and one outside"""
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    grids = {"x002": Grid(None, west), "x001": Grid(None, east)}
    partition = Partition("x", shapely.box(0, 0, 2, 1), grids, frozenset())
    spots = shapely.points([[0.5, 0.5], [1.5, 0.5], [1, 0.5], [3, 3]])
    assert holders(partition, spots) == ["x002", "x001", "x001", None]
