"""Areas by projection equal the geodesic areas of small polygons."""

import numpy as np
import pytest
import shapely

from geo.geometry import topology
from geo.geometry.equal_area import small_areas_m2


@pytest.mark.parametrize("lat", [-33, 0, 25, 47, 70])
def test_areas_equal_geodesic_areas_to_a_millionth(lat):
    rng = np.random.default_rng(1)
    sizes = rng.uniform(1e-5, 1e-3, (30, 2))
    boxes = shapely.box(130, lat, 130 + sizes[:, 0], lat + sizes[:, 1])
    turned = np.array(
        [shapely.affinity.rotate(box, angle) for box, angle in zip(boxes, range(30), strict=True)]
    )
    geodesic = [topology.area_m2(geom) for geom in turned]
    assert small_areas_m2(turned) == pytest.approx(geodesic, rel=1e-6)


def test_empty_and_no_polygons_have_no_area():
    assert small_areas_m2(np.array([shapely.Polygon()], dtype=object)).tolist() == [0]
    assert small_areas_m2(np.array([], dtype=object)).tolist() == []
