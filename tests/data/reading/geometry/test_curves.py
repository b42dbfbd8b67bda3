"""One curve among many geometries costs the reader that one and no other."""

import numpy as np
import pytest
import shapely

from data.reading.geometry import curves

ARC = "CIRCULARSTRING (0 0, 1 1, 2 0)"
POINT = shapely.Point(1, 2)


@pytest.mark.parametrize(
    "values", [["POINT (1 2)", ARC, None, "hello"], ["POINT (1 2)", "x", None]]
)
def test_what_can_be_read_is_and_the_rest_is_none(values: list[str | None]) -> None:
    found = curves.read_without_curves(shapely.from_wkt, np.array(values, dtype=object))
    assert found.tolist() == [POINT] + [None] * (len(values) - 1)


def test_a_collection_of_arcs_has_no_parts_we_hold() -> None:
    mixed = shapely.from_wkt(f"GEOMETRYCOLLECTION ({ARC})")
    assert not len(curves.get_parts(np.array([mixed], dtype=object)))
    plain = shapely.GeometryCollection([POINT])
    assert curves.get_parts(np.array([plain], dtype=object)).tolist() == [POINT]
