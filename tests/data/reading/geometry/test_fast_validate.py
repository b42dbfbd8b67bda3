"""The vectorized validation accepts only what the exact checks accept."""

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


def is_anywhere(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
    return np.ones(len(lon), dtype=np.bool_)


def is_north(_lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return lat > 0


def find_valid(
    geoms: list[shapely.Geometry | None], kind: GeometryKind, is_near=is_anywhere
) -> dict[int, object]:
    """The valid geometries by position."""
    column = pa.array(list(shapely.to_wkb(np.array(geoms, dtype=object))), pa.binary())
    positions, ewkb = fast_validate.find_valid(column, kind, DEGREES, is_near)
    return dict(
        zip(
            positions.tolist(),
            shapely.from_wkb(np.array(ewkb.to_pylist(), dtype=object)),
            strict=True,
        )
    )


coordinate = st.floats(-200, 200) | st.sampled_from([0.0, 180.0, -90.0])
outline = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7).map(shapely.Polygon)
point = st.builds(shapely.Point, coordinate, coordinate)


@given(
    st.lists(st.none() | outline | point, max_size=12),
    st.sampled_from([GeometryKind.POLYGON, GeometryKind.POINT]),
)
def test_accepted_geometries_are_valid_in_range_unchanged_and_of_the_right_type(
    geoms: list[shapely.Geometry | None], kind: GeometryKind
) -> None:
    for position, result in find_valid(geoms, kind).items():
        assert result.geom_type == ("Point" if kind is GeometryKind.POINT else "MultiPolygon")
        assert result.is_valid
        assert shapely.get_srid(result) == 4326
        assert result.equals(geoms[position])
        west, south, east, north_edge = result.bounds
        assert west >= -180
        assert east <= 180
        assert south >= -90
        assert north_edge <= 90


def test_simple_geometries_are_accepted() -> None:
    """Otherwise the fast path would have no effect."""
    boxes = [shapely.box(x, 40, x + 0.5, 40.5) for x in range(50)]
    assert sorted(find_valid(boxes, GeometryKind.POLYGON)) == list(range(50))
    points = [shapely.Point(x, 40) for x in range(50)]
    assert sorted(find_valid(points, GeometryKind.POINT)) == list(range(50))


def test_geometries_far_away_need_the_exact_checks() -> None:
    points = [shapely.Point(1, 1), shapely.Point(1, -1)]
    assert list(find_valid(points, GeometryKind.POINT, is_north)) == [0]


def test_zero_zero_and_large_polygons_need_the_exact_checks() -> None:
    large = shapely.Point(130, 47).buffer(0.1, quad_segs=20)
    assert not find_valid([shapely.Point(0, 0)], GeometryKind.POINT)
    assert not find_valid([large], GeometryKind.POLYGON)


def test_lines_or_polygons_need_the_exact_checks() -> None:
    assert not find_valid([shapely.box(0, 0, 1, 1)], GeometryKind.LINE_OR_POLYGON)
