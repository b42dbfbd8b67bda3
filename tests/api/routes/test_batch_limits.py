"""Batch lookups: one limit of rows and of bytes for every format, and odd tables."""

import datetime
import decimal
import io
import json
import zlib

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.serializers import arrow_stream, batch_lookup
from tests.district import COMMUNITY_1, lon_lat

CSV, JSON, ARROW = "text/csv", "application/json", "application/vnd.apache.arrow.stream"
LON, LAT = lon_lat(5, 5)
GRID = COMMUNITY_1 + "001"
LIMIT = 500
"""`batch_limit` of the application under test."""


def arrow(table: pa.Table, compression: str | None = None, rows_per_batch: int = 1 << 16) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
        stream.write_table(table, rows_per_batch)
    return sink.getvalue()


def locations(count: int) -> dict[str, bytes]:
    """The same number of rows in each format."""
    lines = "".join(f'{LON},{LAT},"a\nb"\n' for _ in range(count))
    table = pa.table({"lon": [LON] * count, "lat": [LAT] * count})
    return {
        CSV: f"lon,lat,note\n{lines}".encode(),
        JSON: json.dumps({"points": [[LON, LAT]] * count}).encode(),
        ARROW: arrow(table, rows_per_batch=2),
    }


def post(client, media_type, body, **headers):
    return client.post("/v1/lookup", content=body, headers={"Content-Type": media_type, **headers})


@pytest.mark.parametrize("media_type", [CSV, JSON, ARROW])
def test_every_format_has_the_same_limit_of_rows(client, district, media_type):
    response = post(client, media_type, locations(LIMIT)[media_type])
    assert response.status_code == 200, response.text
    refused = post(client, media_type, locations(LIMIT + 1)[media_type])
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "more than the 500 rows" in refused.json()["detail"]


def test_a_short_stream_of_many_null_rows_is_refused(client, district):
    body = arrow(
        pa.table({"lon": pa.nulls(20_000_000), "lat": pa.nulls(20_000_000)}), None, 1 << 30
    )
    assert len(body) < 500
    assert post(client, ARROW, body).status_code == 413


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_bytes_are_counted_after_decompression(app, client, district, compression):
    app.state.settings = app.state.settings.model_copy(update={"batch_megabytes": 1})
    for size, status in ((900_000, 200), (1_100_000, 413)):
        table = pa.table({"lon": [LON], "lat": [LAT], "note": ["x" * size]})
        body = arrow(table, compression)
        assert len(body) < 20_000
        assert post(client, ARROW, body).status_code == status


def test_many_values_that_are_no_points_are_refused_before_they_are_parsed(client, district):
    for body in (b'{"points": [%s]}' % (b"[]," * 2000), b'{"points": [[%s1]]}' % (b"1," * 2000)):
        assert post(client, JSON, body).status_code == 413


def test_a_compressed_body_is_refused(client, district):
    response = post(
        client, CSV, zlib.compress(b"lon,lat\n1,2\n"), **{"Content-Encoding": "deflate"}
    )
    assert response.status_code == 415
    assert "deflate" in response.json()["detail"]


LOCAL = datetime.datetime(2024, 1, 1)
NO_NUMBERS = {
    "list": pa.array([[1.0]]),
    "struct": pa.array([{"a": 1}]),
    "map": pa.array([[("a", 1.0)]], pa.map_(pa.string(), pa.float64())),
    "timestamp": pa.array([LOCAL], pa.timestamp("ms")),
    "date": pa.array([LOCAL.date()]),
    "duration": pa.array([1], pa.duration("s")),
    "boolean": pa.array([True]),
    "binary": pa.array([b"1"]),
    "view": pa.array(["1"], pa.string_view()),
    "runs": pa.RunEndEncodedArray.from_arrays([1], [1.0]),
    "dictionary of lists": pa.DictionaryArray.from_arrays(pa.array([0]), pa.array([[1.0]])),
}


@pytest.mark.parametrize("column", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_a_coordinate_column_without_numbers_is_refused(client, district, column):
    response = post(client, ARROW, arrow(pa.table({"lon": column, "lat": [LAT]})))
    assert (response.status_code, response.json()["code"]) == (422, "bad_coordinate_column")
    assert "'lon' has the type" in response.json()["detail"]


NUMBERS = {
    "double": (pa.array([LON]), GRID),
    "float": (pa.array([LON], pa.float32()), GRID),
    "decimal": (pa.array([decimal.Decimal(str(LON))]), GRID),
    "text": (pa.array([f" {LON} "]), GRID),
    "large text": (pa.array([str(LON)], pa.large_string()), GRID),
    "dictionary": (pa.array([str(LON)]).dictionary_encode(), GRID),
    "dictionary of numbers": (pa.array([LON]).dictionary_encode(), GRID),
    "unsigned": (pa.array([2**64 - 1], pa.uint64()), None),
    "null": (pa.nulls(1), None),
    "nan": (pa.array([float("nan")]), None),
    "infinite": (pa.array([float("inf")]), None),
    "huge": (pa.array([1e308]), None),
}


@pytest.mark.parametrize(("column", "grid"), NUMBERS.values(), ids=NUMBERS)
def test_every_type_of_numbers_is_read(client, district, column, grid):
    response = post(client, ARROW, arrow(pa.table({"lon": column, "lat": [LAT]})))
    assert response.status_code == 200, response.text
    result = pa.ipc.open_stream(response.content).read_all()
    assert result.column("grid_code").to_pylist() == [grid]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("lon,lon,lat", "column_twice"),
        ("lat,lon,lat", "column_twice"),
        ("grid_code,lon,lat", "column_twice"),
        ("lon,lat,grid_fault", "column_twice"),
        ("note,note,lon,lat", None),
    ],
)
def test_a_column_that_would_occur_twice_is_refused(client, district, header, code):
    row = ",".join(str(LON if "lon" in name else LAT) for name in header.split(","))
    response = post(client, CSV, f"{header}\n{row}\n".encode())
    assert response.status_code == (422 if code else 200), response.text
    assert code is None or response.json()["code"] == code


@pytest.mark.parametrize("pair", [["130.005", "47.005"], [True, 47.0], ["130", 47], [[1], 2], {}])
def test_text_and_booleans_are_no_coordinates_in_json(client, district, pair):
    response = client.post("/v1/lookup", json={"points": [[LON, LAT], pair]})
    assert response.status_code == 422
    assert "body.points.1: should be a pair of numbers" in response.json()["detail"]


@given(
    rows=st.integers(0, 300),
    rows_per_batch=st.integers(1, 300),
    compression=st.sampled_from([None, "zstd", "lz4"]),
)
def test_a_stream_is_measured_as_pyarrow_reads_it(rows, rows_per_batch, compression):
    rng = np.random.default_rng(rows)
    words = pa.array(["x" * (number % 9) for number in range(rows)], pa.string())
    columns = {"lon": rng.random(rows), "words": words, "again": words.dictionary_encode()}
    body = arrow(pa.table(columns), compression, rows_per_batch)
    sizes = list(arrow_stream.measure(body))
    plain = list(arrow_stream.measure(arrow(pa.table(columns), None, rows_per_batch)))
    assert sum(count for count, _ in sizes) == arrow_stream.read_table(body).num_rows == rows
    assert sizes == plain


@settings(max_examples=40)
@given(data=st.data())
def test_a_broken_stream_is_no_unexpected_error(client_of_streams, data):
    """Each example changes some bytes of a valid stream."""
    body = bytearray(arrow(pa.table({"lon": [LON] * 3, "lat": ["47"] * 3}), "zstd"))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(body) - 1))
        body[position] = data.draw(st.integers(0, 255))
    response = post(client_of_streams, ARROW, bytes(body))
    assert response.status_code in (200, 413, 422), response.text


@pytest.fixture(scope="module")
def client_of_streams(application):
    """A client whose requests only look up grids, so that examples may share it."""
    return TestClient(application)


@pytest.mark.parametrize("media_type", [CSV, JSON, ARROW])
def test_a_body_beyond_the_memory_for_batches_is_an_overload(
    client, district, media_type, monkeypatch
):
    memory = client.app.state.batch_memory
    monkeypatch.setattr(memory, "free_bytes", 100)
    monkeypatch.setattr(batch_lookup, "REJECTION_DELAY_S", 0)
    response = post(client, media_type, locations(50)[media_type])
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert memory.free_bytes == 100
