"""Areas inside edges that are straight in longitude and latitude."""

import pytest
import shapely

from geo.geometry import planar_area, topology


@pytest.mark.parametrize("size", [1e-8, 1e-3, 0.1, 1.0])
def test_the_area_of_a_box_is_that_between_parallels(size):
    """Many short geodesics along each parallel are the second opinion, and need no tiny box."""
    box = shapely.box(130, 47, 130 + max(size, 1e-3), 47 + size)
    per_square_degree = planar_area.polygon_area_m2(box) / box.area
    if size >= 1e-3:
        dense = shapely.segmentize(box, size / 500)
        geodesic = abs(topology.GEOD.geometry_area_perimeter(dense)[0])
        assert per_square_degree * box.area == pytest.approx(geodesic, rel=1e-6)
    else:
        around = planar_area.polygon_area_m2(shapely.box(130, 47, 130.001, 47.001)) / 1e-6
        assert per_square_degree == pytest.approx(around, rel=1e-4)


def test_a_hole_does_not_count():
    ring = shapely.box(130, 47, 130.03, 47.03) - shapely.box(130.01, 47.01, 130.02, 47.02)
    inner = shapely.box(130.01, 47.01, 130.02, 47.02)
    outer = shapely.box(130, 47, 130.03, 47.03)
    area = planar_area.polygon_area_m2
    assert area(ring) == pytest.approx(area(outer) - area(inner))


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
