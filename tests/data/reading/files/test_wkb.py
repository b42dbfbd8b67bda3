"""Looking into WKB: shapely is the second opinion for types, corners and stamps."""

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
def test_types_are_told_whatever_the_byte_order(order: int) -> None:
    assert wkb.geometry_types(column(*SHAPES, byte_order=order)).tolist() == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_heights_and_stamps_do_not_change_the_type(flavor: str) -> None:
    tall = shapely.set_srid(shapely.force_3d(np.array(SHAPES, dtype=object)), 4326)
    written = column(*tall, flavor=flavor, include_srid=flavor == "extended")
    assert wkb.geometry_types(written).tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_what_has_no_type_is_minus_one() -> None:
    assert wkb.geometry_types(pa.array([None, b"", b"\x01\x03"], pa.binary())).tolist() == [
        -1,
        -1,
        -1,
    ]


def test_a_slice_of_a_column_is_looked_into_where_it_begins() -> None:
    assert wkb.geometry_types(column(*SHAPES)[2:4]).tolist() == [3, 4]
    assert wkb.geometry_types(column(*SHAPES).cast(pa.large_binary())[2:4]).tolist() == [3, 4]


def test_plain_outlines_are_polygons_of_one_ring_alone_or_in_a_multipolygon() -> None:
    several = shapely.MultiPolygon([SQUARE, shapely.box(2, 2, 3, 3)])
    tall = shapely.force_3d(SQUARE)
    plain = wkb.find_simple_polygons(
        column(
            SQUARE, HOLED, shapely.MultiPolygon([SQUARE]), several, None, tall, shapely.Point(0, 0)
        )
    )
    assert sorted(plain.positions.tolist()) == [0, 2]
    assert plain.sizes.tolist() == [5, 5]
    corners = plain.values.coordinates(plain.offsets, 5)
    assert np.array_equal(corners[0], shapely.get_coordinates(SQUARE))
    assert np.array_equal(corners[1], shapely.get_coordinates(SQUARE))


def test_a_count_that_does_not_fit_the_bytes_is_not_plain() -> None:
    """The ring claims four thousand million corners."""
    lying = bytearray(shapely.to_wkb(SQUARE))
    lying[9:13] = b"\xff\xff\xff\xff"
    assert not len(
        wkb.find_simple_polygons(pa.array([bytes(lying), bytes(lying[:13])], pa.binary())).rows
    )


def test_stamps_are_what_postgis_reads() -> None:
    corners = shapely.get_coordinates(SQUARE).reshape(1, 5, 2)
    multi = shapely.set_srid(shapely.MultiPolygon([SQUARE]), 4326)
    assert wkb.encode_ewkb(corners).to_pylist() == [shapely.to_wkb(multi, include_srid=True)]
    point = shapely.set_srid(shapely.Point(130.3, 47.35), 4326)
    assert wkb.encode_ewkb(np.array([[[130.3, 47.35]]])).to_pylist() == [
        shapely.to_wkb(point, include_srid=True)
    ]


@pytest.mark.parametrize("size", [1, 5])
def test_no_corners_make_no_stamps(size: int) -> None:
    assert wkb.encode_ewkb(np.empty((0, size, 2))).to_pylist() == []
