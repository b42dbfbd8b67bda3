"""Geometries are converted to the required type only where no vertex moves."""

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point

from data.columns import GeometryKind
from data.reading.geometry import coerce_type

SQUARE, NEIGHBOR = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
OUTLINE = LineString(SQUARE.exterior.coords)
PATH = LineString([(0, 0), (1, 0), (1, 1), (0, 1)])


def coerced(geometry: shapely.Geometry | None, kind: GeometryKind) -> shapely.Geometry:
    return coerce_type.coerce(np.array([geometry], dtype=object), kind).geoms[0]


@pytest.mark.parametrize(
    ("geometry", "kind", "expected"),
    [
        (OUTLINE, GeometryKind.POLYGON, SQUARE),
        (MultiLineString([OUTLINE]), GeometryKind.POLYGON, SQUARE),
        (GeometryCollection([SQUARE]), GeometryKind.POLYGON, SQUARE),
        (
            GeometryCollection([GeometryCollection([SQUARE]), NEIGHBOR]),
            GeometryKind.POLYGON,
            SQUARE | NEIGHBOR,
        ),
        (GeometryCollection([MultiPolygon([SQUARE]), Point()]), GeometryKind.POLYGON, SQUARE),
        (MultiPoint([(3, 4)]), GeometryKind.POINT, Point(3, 4)),
        (GeometryCollection([Point(3, 4)]), GeometryKind.POINT, Point(3, 4)),
        (GeometryCollection([PATH]), GeometryKind.LINE_OR_POLYGON, PATH),
    ],
)
def test_convertible_geometries_are_converted(
    geometry: shapely.Geometry, kind: GeometryKind, expected: shapely.Geometry
) -> None:
    result = coerced(geometry, kind)
    assert result.geom_type == expected.geom_type
    assert result.equals(expected)


@pytest.mark.parametrize(
    ("geometry", "kind"),
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
def test_all_other_geometries_stay_unchanged(
    geometry: shapely.Geometry | None, kind: GeometryKind
) -> None:
    assert coerced(geometry, kind) is geometry


def test_conversions_are_counted() -> None:
    geoms = np.array(
        [OUTLINE, GeometryCollection([SQUARE, NEIGHBOR]), SQUARE, OUTLINE], dtype=object
    )
    result = coerce_type.coerce(geoms, GeometryKind.POLYGON)
    assert (result.union_count, result.polygonized_count) == (1, 2)
    assert geoms[0] is OUTLINE


def test_only_polygons_become_multipolygons() -> None:
    geoms = np.array([SQUARE, None, MultiPolygon([SQUARE, shapely.box(3, 3, 4, 4)])], dtype=object)
    multipolygons = coerce_type.to_multipolygons(geoms)
    assert multipolygons[0].equals_exact(MultiPolygon([SQUARE]), 0)
    assert multipolygons[1] is None
    assert multipolygons[2] is geoms[2]
