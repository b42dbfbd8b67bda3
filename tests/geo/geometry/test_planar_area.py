"""Areas inside edges that are straight in longitude and latitude."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import planar_area, topology


def geodesic_m2(geom, pieces: int = 1) -> float:
    """The second opinion: geodesics between points on the straight edges, each in some pieces."""
    size = max(np.ptp(shapely.get_coordinates(geom), axis=0))
    dense = shapely.segmentize(geom, size / pieces)
    return abs(topology.GEOD.geometry_area_perimeter(shapely.orient_polygons(dense))[0])


@st.composite
def polygons(draw):
    """Polygons of three to seven corners around a point, of 100 m to 100 km, some with a hole."""
    angles = sorted(draw(st.sets(st.integers(0, 35), min_size=3, max_size=7)))
    radii = draw(st.lists(st.floats(0.4, 1), min_size=len(angles), max_size=len(angles)))
    size = 10 ** draw(st.floats(-3, 0))
    turned = np.radians(10 * np.array(angles))
    around = np.column_stack([np.cos(turned), np.sin(turned)]) * np.array(radii)[:, None]
    middle = np.array([130, draw(st.floats(-70, 70))])
    polygon = shapely.Polygon(middle + size * around)
    if draw(st.booleans()) and polygon.is_valid:
        inner = shapely.affinity.scale(polygon, 0.3, 0.3, origin=polygon.representative_point())
        return polygon - inner
    return polygon


@settings(deadline=None, max_examples=60)
@given(polygons().filter(lambda polygon: polygon.is_valid and polygon.area > 0))
def test_the_area_is_that_of_many_short_geodesics_along_the_straight_edges(polygon):
    """The sums of geodesics are good to a few square centimetres, however small the polygon."""
    expected = geodesic_m2(polygon, 1000)
    assert planar_area.area_m2(polygon) == pytest.approx(expected, rel=2e-6, abs=5e-4)


@pytest.mark.parametrize("lat", [-69, -47, 25, 47, 69])
def test_geodesics_through_the_corners_of_a_kilometre_differ_by_less_than_their_bound(lat):
    """They bulge away from the equator: the two areas are not the same to a millionth."""
    side = 1000 / 111_200
    lon = side / np.cos(np.radians(lat))
    for tip in (lat + 0.866 * side, lat - 0.866 * side):
        triangle = shapely.Polygon([(130, lat), (130 + lon, lat), (130 + lon / 2, tip)])
        ratio = geodesic_m2(triangle) / planar_area.area_m2(triangle)
        assert 1e-5 < abs(ratio - 1) < 1e-4


@pytest.mark.parametrize("width", [1e-8, 1e-6, 1e-4])
def test_a_strip_as_thin_as_the_coordinate_grid_keeps_its_digits(width):
    strip = planar_area.area_m2(shapely.box(130, 47, 130.001, 47 + width))
    assert strip / width == pytest.approx(
        geodesic_m2(shapely.box(130, 47, 130.001, 47.001), 1000) / 1e-3, rel=1e-4
    )


def test_each_of_many_geometries_has_the_area_of_its_polygons():
    """A multipolygon, a collection with a line, a line, nothing, and no geometries."""
    one, other = shapely.box(130, 47, 130.01, 47.01), shapely.box(131, 48, 131.02, 48.01)
    line = shapely.LineString([(130, 47), (131, 48)])
    areas = [planar_area.area_m2(geom) for geom in (one, other)]
    many = [
        shapely.MultiPolygon([one, other]),
        shapely.GeometryCollection([line, shapely.MultiPolygon([one]), other]),
        line,
        shapely.Polygon(),
        other,
    ]
    expected = [sum(areas), sum(areas), 0, 0, areas[1]]
    assert planar_area.areas_m2(np.array(many, dtype=object)).tolist() == pytest.approx(expected)
    assert planar_area.areas_m2(np.array([], dtype=object)).tolist() == []


def test_a_strip_beside_a_long_edge_has_the_area_of_its_plane():
    """
    ```
    ┌───────────┐   the corner between two polygons lies half a metre off an edge of five
    │     0     │   kilometres: geodesics through the same corners enclose almost nothing
    ├─────┬─────┤
    ```
    """
    gap = shapely.Polygon([(130, 47), (130.066, 47), (130.033, 47.0000048)])
    height, base = 0.0000048 * 111_178, 0.066 * 76_057
    assert topology.area_m2(gap) == pytest.approx(height * base / 2, rel=0.01)
    assert [*topology.find_patches(gap, ())] != []
    assert topology.area_m2(shapely.Polygon()) == 0
