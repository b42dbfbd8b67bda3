"""Tables say where a row lies in many spellings; a half pair, or words for numbers, are told."""

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


def placed(stream: RecordStream, **given: str) -> tuple[list[shapely.Geometry | None], RawBatch]:
    (raw,) = coordinate_columns.add_geometry(stream, given).batches()
    return list(shapely.from_wkb(np.array(raw.wkb.to_pylist(), dtype=object))), raw


@pytest.mark.parametrize(
    "names",
    [("lon", "lat"), ("LNG", "LAT"), ("Longitude", "Latitude"), ("经度", "纬度"), ("X", "Y"),
     ("POINT_X", "POINT_Y")],
)  # fmt: skip
def test_longitude_and_latitude_are_found_by_their_names(names: tuple[str, str]) -> None:
    lon, lat = names
    geoms, _ = placed(table(**{lat: ["47.35"], "code": ["1"], lon: ["130.3"]}))
    assert geoms == [shapely.Point(130.3, 47.35)]


def test_wkt_is_read_with_and_without_its_srid() -> None:
    wkt = ["POINT (130.3 47.35)", "SRID=4326;POINT (1 2)", None, " "]
    geoms, raw = placed(table(code=["1", "2", "3", "4"], the_geom=wkt))
    assert geoms == [shapely.Point(130.3, 47.35), shapely.Point(1, 2), None, None]
    assert not raw.errors


def test_a_pair_counts_more_than_wkt_unless_told_otherwise() -> None:
    both = table(lon=["1"], lat=["2"], wkt=["POINT (3 4)"])
    assert placed(both)[0] == [shapely.Point(1, 2)]
    assert placed(both, wkt="wkt")[0] == [shapely.Point(3, 4)]


def test_the_caller_may_name_the_columns() -> None:
    """Syracuse's potholes have them the wrong way round."""
    swapped = table(Latitude=[-76.1], Longitude=[43.05])
    assert placed(swapped, lon="Latitude", lat="Longitude")[0] == [shapely.Point(-76.1, 43.05)]


@pytest.mark.parametrize("columns", [{"lon": ["1"]}, {"name": ["a"], "纬度": ["1"]}])
def test_half_a_pair_is_an_error(columns: Mapping[str, list[object]]) -> None:
    with pytest.raises(MissingColumn, match="--columns"):
        coordinate_columns.add_geometry(table(**columns), {})


def test_a_named_column_that_does_not_exist_is_an_error_that_lists_those_that_do() -> None:
    with pytest.raises(MissingColumn, match="has: a, b"):
        coordinate_columns.add_geometry(table(a=["1"], b=["2"]), {"lon": "east"})


def test_a_table_without_place_stays_without() -> None:
    assert not coordinate_columns.add_geometry(table(code=["1"]), {}).has_geometry


def test_words_for_numbers_are_faults_and_blanks_are_not() -> None:
    geoms, raw = placed(table(lon=["130.3", "east", "", None], lat=["47,35", "47", "47", "47"]))
    assert geoms == [None] * 4
    assert [(fault.row, fault.kind) for fault in raw.errors] == [
        (1, "bad_coordinates"),
        (2, "bad_coordinates"),
    ]
    assert "'east'" in raw.errors[1].message


def test_what_is_no_wkt_and_what_is_made_of_arcs_are_faults() -> None:
    arcs = ["CIRCULARSTRING (0 0, 1 1, 2 0)", "hello", "POINT (1 2)"]
    geoms, raw = placed(table(wkt=arcs))
    assert geoms == [None, None, shapely.Point(1, 2)]
    assert [fault.row for fault in raw.errors] == [1, 2]
