"""Overlaps, gaps and slivers, compared with all pairs and with PostGIS."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from geo.geometry import topology
from tests.town_builder import box


def array(*polygons: shapely.Geometry) -> np.ndarray:
    return np.array(polygons, dtype=object)


def square_metres(patches: list[topology.Patch]) -> dict[tuple[int, ...], float]:
    """Return the total area of the patches of each set of polygons."""
    areas: dict[tuple[int, ...], float] = {}
    for patch in patches:
        areas[patch.positions] = areas.get(patch.positions, 0) + patch.area_m2
    return areas


def geodesic(polygon: shapely.Geometry) -> float:
    """Return the area inside geodesics: in polygons of a kilometre up to 0.005 % off."""
    return abs(topology.GEOD.geometry_area_perimeter(polygon)[0])


sides = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda at: (at[0], at[0] + at[1]))
boxes = st.tuples(sides, sides).map(lambda xy: box(xy[0][0], xy[1][0], xy[0][1], xy[1][1]))
box_sets = st.lists(boxes, min_size=1, max_size=7).map(lambda polygons: array(*polygons))
"""Boxes on a raster of 13 by 13: many share edges, overlap, repeat or contain each other."""


@settings(deadline=None)
@given(box_sets)
def test_overlaps_equal_those_of_all_pairs(polygons):
    all_pairs = {
        (a, b): geodesic(shapely.intersection(polygons[a], polygons[b]))
        for a, b in combinations(range(len(polygons)), 2)
    }
    expected = {pair: area for pair, area in all_pairs.items() if area > 1}
    assert square_metres(topology.find_overlaps(polygons)) == pytest.approx(expected, rel=5e-5)


@settings(deadline=None)
@given(box_sets)
def test_gaps_are_the_area_of_an_outline_that_no_polygon_covers(polygons):
    outline = box(0, 0, 13, 13)
    total = sum(patch.polygon.area for patch in topology.find_gaps(polygons, outline))
    missing = outline.area - shapely.union_all(polygons).area
    assert total == pytest.approx(missing, rel=1e-6, abs=1e-12)


def geodesic_sum(geom: shapely.Geometry) -> float:
    return sum(map(geodesic, shapely.get_parts(geom)))


@settings(deadline=None)
@given(box_sets)
def test_enclosed_gaps_are_the_holes_of_the_union(polygons):
    holes = [
        shapely.Polygon(ring)
        for part in shapely.get_parts(shapely.union_all(polygons))
        for ring in part.interiors
    ]
    union = shapely.union_all(polygons)
    expected = sum(geodesic_sum(shapely.difference(hole, union)) for hole in holes)
    total = sum(patch.area_m2 for patch in topology.find_gaps(polygons))
    assert total == pytest.approx(expected, rel=5e-5, abs=1e-3)


@settings(deadline=None)
@given(box_sets)
def test_outside_is_the_area_of_each_polygon_outside_an_outline(polygons):
    outline = box(2, 2, 9, 9)
    expected = {
        (position,): area
        for position, polygon in enumerate(polygons)
        if (area := geodesic_sum(shapely.difference(polygon, outline))) > 1
    }
    assert square_metres(topology.find_outside(polygons, outline)) == pytest.approx(
        expected, rel=5e-5
    )


@settings(deadline=None)
@given(box_sets)
def test_a_valid_coverage_has_no_overlap(polygons):
    if topology.is_valid_coverage(polygons):
        assert topology.find_overlaps(polygons) == []


@settings(max_examples=25, deadline=None)
@given(polygons=box_sets)
def test_postgis_finds_the_same_areas(engine, polygons):
    """Areas by PostGIS on the geography type, overlaps and gaps by its own overlay."""
    outline = box(0, 0, 13, 13)
    with engine.connect() as connection:
        statement = select(
            func.ST_Area(
                func.geography(
                    func.ST_Difference(_as_sql(outline), _as_sql(shapely.union_all(polygons)))
                )
            )
        )
        gaps = connection.scalar(statement)
        overlaps = {}
        for a, b in combinations(range(len(polygons)), 2):
            shared = func.ST_CollectionExtract(
                func.ST_Intersection(_as_sql(polygons[a]), _as_sql(polygons[b])), 3
            )
            area = connection.scalar(select(func.ST_Area(func.geography(shared))))
            if area > 1:
                overlaps[a, b] = area
    total = sum(patch.area_m2 for patch in topology.find_gaps(polygons, outline))
    assert total == pytest.approx(gaps, rel=5e-5, abs=1)
    assert square_metres(topology.find_overlaps(polygons)) == pytest.approx(overlaps, rel=1e-6)


def _as_sql(geom: shapely.Geometry):
    return func.ST_GeomFromWKB(shapely.to_wkb(geom), 4326)


def test_a_polygon_inside_another_overlaps_it():
    """GEOS reports only the edges of the inner one as invalid."""
    nested = array(box(0, 0, 3, 3), box(1, 1, 2, 2))
    assert square_metres(topology.find_overlaps(nested)) == {
        (0, 1): pytest.approx(geodesic(nested[1]))
    }


def test_each_patch_has_a_point_inside():
    """
    ```
    ┌───┬─┬───┐
    │ 0 │/│ 1 │   0 and 1 overlap in /
    └───┴─┴───┘
    ```
    """
    [patch] = topology.find_overlaps(array(box(0, 0, 6, 5), box(4, 0, 10, 5)))
    assert patch.positions == (0, 1)
    assert shapely.covers(box(4, 0, 6, 5), shapely.Point(patch.lon, patch.lat))


def test_a_gap_names_the_polygons_around_it_and_how_wide_it_is():
    """
    ```
    ┌────0────┐
    ├─┬─────┬─┤
    │1│ gap │2│
    ├─┴─────┴─┤
    └────3────┘   4 is far away
    ```
    """
    ring = array(
        box(0, 6, 9, 9), box(0, 3, 3, 6), box(6, 3, 9, 6), box(0, 0, 9, 3), box(20, 0, 21, 1)
    )
    [gap] = topology.find_gaps(ring)
    assert gap.positions == (0, 1, 2, 3)
    assert gap.area_m2 == pytest.approx(geodesic(box(3, 3, 6, 6)))
    assert 100 < gap.width_m < 170  # half of some 228 m by 334 m, about


def test_the_width_of_a_strip_is_exact():
    """A strip of 10⁻⁵ degrees of longitude at 47° N is 0.76 m wide."""
    [strip] = topology.find_slivers(array(box(0, 0, 0.01, 9)), thinner_m=1)
    assert strip.width_m == pytest.approx(0.76, abs=0.01)
    assert topology.find_slivers(array(box(0, 0, 0.01, 9)), thinner_m=0.7) == []


def test_a_sliver_is_found_among_the_parts_of_a_polygon():
    both = shapely.union(box(0, 0, 5, 5), box(6, 0, 6.002, 5))
    [sliver] = topology.find_slivers(array(box(10, 0, 15, 5), both), thinner_m=0.5)
    assert sliver.positions == (1,)
    assert sliver.lon == pytest.approx(130.006001)


def test_a_rounding_error_of_coordinates_is_not_a_patch():
    """Neighbours whose vertices differ by a nanodegree neither overlap nor leave a gap."""
    moved = shapely.Polygon(
        [(130.005, 47), (130.01, 47), (130.01, 47.005), (130.005 - 1e-9, 47.005)]
    )
    pair = array(box(0, 0, 5, 5), moved)
    assert topology.find_overlaps(pair) == []
    assert topology.find_gaps(pair, box(0, 0, 10, 5)) == []


def test_without_polygons_the_whole_outline_is_a_gap():
    [gap] = topology.find_gaps(array(), box(0, 0, 5, 5))
    assert gap.positions == ()
    assert topology.find_overlaps(array()) == []
    assert topology.find_gaps(array()) == []
    assert topology.find_outside(array(), box(0, 0, 5, 5)) == []


def test_a_vertex_missing_on_a_shared_edge_is_no_valid_coverage():
    """
    ```
    ┌───┬─1─┐
    │ 0 ├───┤   the vertex between 1 and 2 is missing on the edge of 0
    └───┴─2─┘
    ```
    """
    three = array(box(0, 0, 5, 6), box(5, 3, 9, 6), box(5, 0, 9, 3))
    assert not topology.is_valid_coverage(three)
    assert topology.find_overlaps(three) == []
    first, *others = three[0].exterior.coords
    three[0] = shapely.Polygon([first, (130.005, 47.003), *others])
    assert topology.is_valid_coverage(three)


def with_touching_hole(*corners: tuple[float, float]) -> np.ndarray:
    """
    ```
    ┌───┬────────┐
    │ 1 │   ┌─┐  │   the hole of 0 touches its outline where the border with 1 ends
    │   │ ╱ ╱ 0  │
    └───┼───────╱
    ```
    """
    hole = [(130, 47), (130.002, 47.001), (130.002, 47.0005)]
    rim = [(130, 47), (130, 47.004), (130.004, 47.004), (130.004, 47)]
    west = [(130, 47), (129.998, 47), (129.998, 47.004), (130, 47.004)]
    return array(
        shapely.Polygon([*rim, (130.002, 46.999)], [hole]),
        shapely.Polygon([*west, *corners]),
        shapely.Polygon(hole),
    )


def test_a_hole_that_touches_its_own_outline_is_valid_although_geos_rejects_it():
    valid = with_touching_hole()
    assert not shapely.coverage_is_valid(valid)
    assert topology.is_valid_coverage(valid)
    assert topology.find_overlaps(valid) == []


@pytest.mark.parametrize("corner", [(130, 47.002), (130.0001, 47.002), (129.9999, 47.002)])
def test_next_to_such_a_hole_a_wrong_vertex_is_found(corner):
    """Another vertex on the border; a neighbour that overlaps; one that leaves a gap."""
    assert topology.is_valid_coverage(with_touching_hole(corner)) == (corner[0] < 130)


ROTATED_PARCELS = [
    [
        (38.088505453909455, -40.66037078394033),
        (-26.71635870469592, -9.286343605640402),
        (0.3001646988401312, 46.517844975380896),
        (65.1050288574455, 15.14381779708096),
    ],
    [
        (0.3001646988401312, 46.517844975380896),
        (34.288694141998384, 116.72311448053671),
        (99.09355830060376, 85.34908730223677),
        (65.1050288574455, 15.14381779708096),
    ],
    [
        (137.11043347811815, -19.71621240103009),
        (110.09391007458211, -75.52040098205137),
        (38.088505453909455, -40.66037078394033),
        (65.1050288574455, 15.143817797080953),
    ],
    [
        (99.09355830060376, 85.34908730223677),
        (171.0989629212764, 50.48905710412572),
        (137.11043347811815, -19.71621240103009),
        (65.1050288574455, 15.143817797080953),
    ],
    [
        (209.11583809879082, -54.57624259914111),
        (182.09931469525478, -110.38043118016239),
        (110.09391007458211, -75.52040098205137),
        (137.11043347811815, -19.716212401030077),
    ],
    [
        (171.0989629212764, 50.48905710412572),
        (243.10436754194907, 15.629026906014687),
        (209.11583809879082, -54.57624259914111),
        (137.11043347811815, -19.716212401030077),
    ],
    [
        (243.10436754194907, 15.629026906014687),
        (340.31166377985716, -31.43201386143521),
        (279.30661093316286, -157.44147194761229),
        (182.09931469525478, -110.38043118016239),
    ],
]
"""Parcels of a rotated plot; where three of them meet, vertices differ in the last digit."""


def test_no_polygon_is_lost_where_edges_lie_within_rounding_of_each_other():
    """Without a precision GEOS 3.14 silently loses the fifth parcel."""
    parcels = array(*map(shapely.Polygon, ROTATED_PARCELS))
    assert not topology.is_valid_coverage(parcels)
    assert shapely.area(topology.union(parcels)) == pytest.approx(shapely.area(parcels).sum())
