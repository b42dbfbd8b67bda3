"""A curve among many geometries is not read, the others are."""

import numpy as np
import pytest
import shapely

from data.reading.geometry import curves

ARC = "CIRCULARSTRING (0 0, 1 1, 2 0)"
POINT = shapely.Point(1, 2)


@pytest.mark.parametrize(
    "values", [["POINT (1 2)", ARC, None, "hello"], ["POINT (1 2)", "x", None]]
)
def test_readable_values_are_read_and_the_others_are_none(values: list[str | None]) -> None:
    geoms = curves.read_without_curves(shapely.from_wkt, np.array(values, dtype=object))
    assert geoms.tolist() == [POINT] + [None] * (len(values) - 1)


def test_a_collection_with_curves_has_no_parts() -> None:
    mixed = shapely.from_wkt(f"GEOMETRYCOLLECTION ({ARC})")
    assert not len(curves.get_parts(np.array([mixed], dtype=object)))
    without_curves = shapely.GeometryCollection([POINT])
    assert curves.get_parts(np.array([without_curves], dtype=object)).tolist() == [POINT]
