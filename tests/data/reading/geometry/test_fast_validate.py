"""The quick way lets through only what the slow way would; the rest it leaves to that."""

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.columns import GeometryKind
from data.reading.geometry import crs, fast_validate
from data.reading.notes import Notes
from geo.geometry.datums import Datum

DEGREES = crs.resolve_crs("EPSG:4326", None, Datum.WGS84, Notes())


def anywhere(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
    return np.ones(len(lon), dtype=np.bool_)


def north(_lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return lat > 0


def passed(
    geoms: list[shapely.Geometry | None], shape: GeometryKind, near=anywhere
) -> dict[int, object]:
    """The geometries that passed, by position."""
    column = pa.array(list(shapely.to_wkb(np.array(geoms, dtype=object))), pa.binary())
    rows, ewkb = fast_validate.find_valid(column, shape, DEGREES, near)
    return dict(
        zip(rows.tolist(), shapely.from_wkb(np.array(ewkb.to_pylist(), dtype=object)), strict=True)
    )


coordinate = st.floats(-200, 200) | st.sampled_from([0.0, 180.0, -90.0])
outline = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7).map(shapely.Polygon)
point = st.builds(shapely.Point, coordinate, coordinate)


@given(
    st.lists(st.none() | outline | point, max_size=12),
    st.sampled_from([GeometryKind.POLYGON, GeometryKind.POINT]),
)
def test_whatever_passes_is_of_the_right_type_valid_in_range_and_itself(
    geoms: list[shapely.Geometry | None], shape: GeometryKind
) -> None:
    for position, found in passed(geoms, shape).items():
        assert found.geom_type == ("Point" if shape is GeometryKind.POINT else "MultiPolygon")
        assert found.is_valid
        assert shapely.get_srid(found) == 4326
        assert found.equals(geoms[position])
        west, south, east, north_edge = found.bounds
        assert west >= -180
        assert east <= 180
        assert south >= -90
        assert north_edge <= 90


def test_plain_shapes_pass() -> None:
    """Otherwise the quick way would be no way at all."""
    boxes = [shapely.box(x, 40, x + 0.5, 40.5) for x in range(50)]
    assert sorted(passed(boxes, GeometryKind.POLYGON)) == list(range(50))
    points = [shapely.Point(x, 40) for x in range(50)]
    assert sorted(passed(points, GeometryKind.POINT)) == list(range(50))


def test_what_is_far_away_is_left_to_the_slow_way() -> None:
    points = [shapely.Point(1, 1), shapely.Point(1, -1)]
    assert list(passed(points, GeometryKind.POINT, north)) == [0]


def test_zero_zero_and_rough_outlines_are_left_to_the_slow_way() -> None:
    rough = shapely.Point(130, 47).buffer(0.1, quad_segs=20)
    assert not passed([shapely.Point(0, 0)], GeometryKind.POINT)
    assert not passed([rough], GeometryKind.POLYGON)


def test_drawings_take_the_slow_way() -> None:
    assert not passed([shapely.box(0, 0, 1, 1)], GeometryKind.LINE_OR_POLYGON)
