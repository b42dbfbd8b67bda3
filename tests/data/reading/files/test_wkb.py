"""Inspection of WKB without parsing; shapely is the second opinion."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data.reading.files import wkb

SQUARE = shapely.box(0, 0, 1, 1)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(0.2, 0.2, 0.8, 0.8).exterior])
SHAPES = [
    shapely.Point(1, 2),
    shapely.LineString([(0, 0), (1, 1)]),
    SQUARE,
    shapely.MultiPoint([(0, 0)]),
    shapely.MultiLineString([[(0, 0), (1, 1)]]),
    shapely.MultiPolygon([SQUARE]),
    shapely.GeometryCollection([SQUARE]),
]


def column(*geoms: shapely.Geometry | None, **options: object) -> pa.Array:
    return pa.array(list(shapely.to_wkb(np.array(geoms, dtype=object), **options)), pa.binary())


@pytest.mark.parametrize("order", [0, 1], ids=["big endian", "little endian"])
def test_types_are_read_in_both_byte_orders(order: int) -> None:
    assert wkb.geometry_types(column(*SHAPES, byte_order=order)).tolist() == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_z_values_and_srids_do_not_change_the_type(flavor: str) -> None:
    with_z_and_srid = shapely.set_srid(shapely.force_3d(np.array(SHAPES, dtype=object)), 4326)
    encoded = column(*with_z_and_srid, flavor=flavor, include_srid=flavor == "extended")
    assert wkb.geometry_types(encoded).tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_values_without_a_type_are_minus_one() -> None:
    assert wkb.geometry_types(pa.array([None, b"", b"\x01\x03"], pa.binary())).tolist() == [
        -1,
        -1,
        -1,
    ]


def test_a_slice_of_a_column_is_read_from_its_offset() -> None:
    assert wkb.geometry_types(column(*SHAPES)[2:4]).tolist() == [3, 4]
    assert wkb.geometry_types(column(*SHAPES).cast(pa.large_binary())[2:4]).tolist() == [3, 4]


def test_simple_polygons_have_one_ring_alone_or_in_a_multipolygon() -> None:
    several = shapely.MultiPolygon([SQUARE, shapely.box(2, 2, 3, 3)])
    with_z = shapely.force_3d(SQUARE)
    flat = wkb.find_simple_polygons(
        column(
            SQUARE,
            HOLED,
            shapely.MultiPolygon([SQUARE]),
            several,
            None,
            with_z,
            shapely.Point(0, 0),
        )
    )
    assert sorted(flat.positions.tolist()) == [0, 2]
    assert flat.sizes.tolist() == [5, 5]
    coords = flat.values.coordinates(flat.offsets, 5)
    assert np.array_equal(coords[0], shapely.get_coordinates(SQUARE))
    assert np.array_equal(coords[1], shapely.get_coordinates(SQUARE))


def test_a_ring_with_more_corners_than_bytes_is_not_a_simple_polygon() -> None:
    """The ring claims four thousand million corners."""
    malformed = bytearray(shapely.to_wkb(SQUARE))
    malformed[9:13] = b"\xff\xff\xff\xff"
    values = pa.array([bytes(malformed), bytes(malformed[:13])], pa.binary())
    assert not len(wkb.find_simple_polygons(values).positions)


def test_encoded_ewkb_equals_that_of_geos() -> None:
    coords = shapely.get_coordinates(SQUARE).reshape(1, 5, 2)
    multi = shapely.set_srid(shapely.MultiPolygon([SQUARE]), 4326)
    assert wkb.encode_ewkb(coords).to_pylist() == [shapely.to_wkb(multi, include_srid=True)]
    point = shapely.set_srid(shapely.Point(130.3, 47.35), 4326)
    assert wkb.encode_ewkb(np.array([[[130.3, 47.35]]])).to_pylist() == [
        shapely.to_wkb(point, include_srid=True)
    ]


@pytest.mark.parametrize("size", [1, 5])
def test_no_coordinates_give_no_ewkb(size: int) -> None:
    assert wkb.encode_ewkb(np.empty((0, size, 2))).to_pylist() == []
