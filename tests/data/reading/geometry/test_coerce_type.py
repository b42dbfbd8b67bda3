"""Geometries become the type their kind needs where no place changes, and only there."""

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point

from data.columns import GeometryKind
from data.reading.geometry import coerce_type

SQUARE, BESIDE = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
OUTLINE = LineString(SQUARE.exterior.coords)
PATH = LineString([(0, 0), (1, 0), (1, 1), (0, 1)])


def fitted(geometry: shapely.Geometry | None, shape: GeometryKind) -> shapely.Geometry:
    return coerce_type.coerce(np.array([geometry], dtype=object), shape).geoms[0]


@pytest.mark.parametrize(
    ("geometry", "shape", "expected"),
    [
        (OUTLINE, GeometryKind.POLYGON, SQUARE),
        (MultiLineString([OUTLINE]), GeometryKind.POLYGON, SQUARE),
        (GeometryCollection([SQUARE]), GeometryKind.POLYGON, SQUARE),
        (
            GeometryCollection([GeometryCollection([SQUARE]), BESIDE]),
            GeometryKind.POLYGON,
            SQUARE | BESIDE,
        ),
        (GeometryCollection([MultiPolygon([SQUARE]), Point()]), GeometryKind.POLYGON, SQUARE),
        (MultiPoint([(3, 4)]), GeometryKind.POINT, Point(3, 4)),
        (GeometryCollection([Point(3, 4)]), GeometryKind.POINT, Point(3, 4)),
        (GeometryCollection([PATH]), GeometryKind.LINE_OR_POLYGON, PATH),
    ],
)
def test_what_can_be_made_to_fit_is(
    geometry: shapely.Geometry, shape: GeometryKind, expected: shapely.Geometry
) -> None:
    found = fitted(geometry, shape)
    assert found.geom_type == expected.geom_type
    assert found.equals(expected)


@pytest.mark.parametrize(
    ("geometry", "shape"),
    [
        (SQUARE, GeometryKind.POLYGON),
        (PATH, GeometryKind.POLYGON),
        (LineString([(0, 0), (1, 1), (0, 0)]), GeometryKind.POLYGON),
        (GeometryCollection([SQUARE, Point(0, 0)]), GeometryKind.POLYGON),
        (MultiPoint([(0, 0), (1, 1)]), GeometryKind.POINT),
        (GeometryCollection(), GeometryKind.POINT),
        (OUTLINE, GeometryKind.LINE_OR_POLYGON),
        (None, GeometryKind.POLYGON),
    ],
)
def test_everything_else_is_left_as_it_is(
    geometry: shapely.Geometry | None, shape: GeometryKind
) -> None:
    assert fitted(geometry, shape) is geometry


def test_it_is_told_what_was_something_else_before() -> None:
    geoms = np.array([OUTLINE, GeometryCollection([SQUARE, BESIDE]), SQUARE, OUTLINE], dtype=object)
    told = coerce_type.coerce(geoms, GeometryKind.POLYGON)
    assert (told.union_count, told.polygonized_count) == (1, 2)
    assert geoms[0] is OUTLINE


def test_polygons_are_promoted_and_nothing_else() -> None:
    geoms = np.array([SQUARE, None, MultiPolygon([SQUARE, shapely.box(3, 3, 4, 4)])], dtype=object)
    promoted = coerce_type.to_multipolygons(geoms)
    assert promoted[0].equals_exact(MultiPolygon([SQUARE]), 0)
    assert promoted[1] is None
    assert promoted[2] is geoms[2]
