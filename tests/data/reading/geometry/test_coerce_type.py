"""Geometries become the type their kind needs where no place changes, and only there."""

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point

from data.columns import Shape
from data.reading.geometry import coerce_type

SQUARE, BESIDE = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
OUTLINE = LineString(SQUARE.exterior.coords)
PATH = LineString([(0, 0), (1, 0), (1, 1), (0, 1)])


def fitted(geometry: shapely.Geometry | None, shape: Shape) -> shapely.Geometry:
    return coerce_type.fit(np.array([geometry], dtype=object), shape).geoms[0]


@pytest.mark.parametrize(
    ("geometry", "shape", "expected"),
    [
        (OUTLINE, Shape.AREA, SQUARE),
        (MultiLineString([OUTLINE]), Shape.AREA, SQUARE),
        (GeometryCollection([SQUARE]), Shape.AREA, SQUARE),
        (GeometryCollection([GeometryCollection([SQUARE]), BESIDE]), Shape.AREA, SQUARE | BESIDE),
        (GeometryCollection([MultiPolygon([SQUARE]), Point()]), Shape.AREA, SQUARE),
        (MultiPoint([(3, 4)]), Shape.POINT, Point(3, 4)),
        (GeometryCollection([Point(3, 4)]), Shape.POINT, Point(3, 4)),
        (GeometryCollection([PATH]), Shape.DRAWING, PATH),
    ],
)
def test_what_can_be_made_to_fit_is(
    geometry: shapely.Geometry, shape: Shape, expected: shapely.Geometry
) -> None:
    found = fitted(geometry, shape)
    assert found.geom_type == expected.geom_type
    assert found.equals(expected)


@pytest.mark.parametrize(
    ("geometry", "shape"),
    [
        (SQUARE, Shape.AREA),
        (PATH, Shape.AREA),
        (LineString([(0, 0), (1, 1), (0, 0)]), Shape.AREA),
        (GeometryCollection([SQUARE, Point(0, 0)]), Shape.AREA),
        (MultiPoint([(0, 0), (1, 1)]), Shape.POINT),
        (GeometryCollection(), Shape.POINT),
        (OUTLINE, Shape.DRAWING),
        (None, Shape.AREA),
    ],
)
def test_everything_else_is_left_as_it_is(geometry: shapely.Geometry | None, shape: Shape) -> None:
    assert fitted(geometry, shape) is geometry


def test_it_is_told_what_was_something_else_before() -> None:
    geoms = np.array([OUTLINE, GeometryCollection([SQUARE, BESIDE]), SQUARE, OUTLINE], dtype=object)
    told = coerce_type.fit(geoms, Shape.AREA)
    assert (told.joined, told.outlined) == (1, 2)
    assert geoms[0] is OUTLINE


def test_polygons_are_promoted_and_nothing_else() -> None:
    geoms = np.array([SQUARE, None, MultiPolygon([SQUARE, shapely.box(3, 3, 4, 4)])], dtype=object)
    promoted = coerce_type.promote(geoms)
    assert promoted[0].equals_exact(MultiPolygon([SQUARE]), 0)
    assert promoted[1] is None
    assert promoted[2] is geoms[2]
