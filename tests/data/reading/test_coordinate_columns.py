"""Coordinate columns under many names; incomplete pairs and invalid numbers are errors."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data.errors import MissingColumn
from data.reading import coordinate_columns
from data.reading.files.record_stream import RawBatch, RecordStream


def table(**columns: list[object]) -> RecordStream:
    batch = pa.record_batch({name: pa.array(values) for name, values in columns.items()})
    raw = RawBatch(np.arange(1, batch.num_rows + 1), batch)
    return RecordStream("t.csv", tuple(columns), lambda: iter([raw]), has_geometry=False)


def with_geometry(
    stream: RecordStream, **columns: str
) -> tuple[list[shapely.Geometry | None], RawBatch]:
    (raw,) = coordinate_columns.add_geometry(stream, columns).batches()
    return list(shapely.from_wkb(np.array(raw.wkb.to_pylist(), dtype=object))), raw


@pytest.mark.parametrize(
    "names",
    [("lon", "lat"), ("LNG", "LAT"), ("Longitude", "Latitude"), ("经度", "纬度"), ("X", "Y"),
     ("POINT_X", "POINT_Y")],
)  # fmt: skip
def test_longitude_and_latitude_are_recognised_by_their_names(names: tuple[str, str]) -> None:
    lon, lat = names
    geoms, _ = with_geometry(table(**{lat: ["47.35"], "code": ["1"], lon: ["130.3"]}))
    assert geoms == [shapely.Point(130.3, 47.35)]


def test_wkt_is_read_with_and_without_an_srid() -> None:
    wkt = ["POINT (130.3 47.35)", "SRID=4326;POINT (1 2)", None, " "]
    geoms, raw = with_geometry(table(code=["1", "2", "3", "4"], the_geom=wkt))
    assert geoms == [shapely.Point(130.3, 47.35), shapely.Point(1, 2), None, None]
    assert not raw.errors


def test_longitude_and_latitude_take_precedence_over_wkt_unless_requested() -> None:
    both = table(lon=["1"], lat=["2"], wkt=["POINT (3 4)"])
    assert with_geometry(both)[0] == [shapely.Point(1, 2)]
    assert with_geometry(both, wkt="wkt")[0] == [shapely.Point(3, 4)]


def test_the_columns_can_be_requested() -> None:
    """Syracuse's potholes have longitude and latitude swapped."""
    swapped = table(Latitude=[-76.1], Longitude=[43.05])
    assert with_geometry(swapped, lon="Latitude", lat="Longitude")[0] == [
        shapely.Point(-76.1, 43.05)
    ]


@pytest.mark.parametrize("columns", [{"lon": ["1"]}, {"name": ["a"], "纬度": ["1"]}])
def test_only_one_coordinate_column_is_an_error(columns: Mapping[str, list[object]]) -> None:
    with pytest.raises(MissingColumn, match="--columns"):
        coordinate_columns.add_geometry(table(**columns), {})


def test_the_error_for_an_unknown_requested_column_lists_the_columns() -> None:
    with pytest.raises(MissingColumn, match="has: a, b"):
        coordinate_columns.add_geometry(table(a=["1"], b=["2"]), {"lon": "east"})


def test_a_table_without_coordinates_has_no_geometry() -> None:
    assert not coordinate_columns.add_geometry(table(code=["1"]), {}).has_geometry


def test_text_instead_of_numbers_is_an_error_and_an_empty_value_is_not() -> None:
    geoms, raw = with_geometry(
        table(lon=["130.3", "east", "", None], lat=["47,35", "47", "47", "47"])
    )
    assert geoms == [None] * 4
    assert [(error.row, error.kind) for error in raw.errors] == [
        (1, "bad_coordinates"),
        (2, "bad_coordinates"),
    ]
    assert "'east'" in raw.errors[1].message


def test_invalid_wkt_and_curves_are_errors() -> None:
    arcs = ["CIRCULARSTRING (0 0, 1 1, 2 0)", "hello", "POINT (1 2)"]
    geoms, raw = with_geometry(table(wkt=arcs))
    assert geoms == [None, None, shapely.Point(1, 2)]
    assert [error.row for error in raw.errors] == [1, 2]
