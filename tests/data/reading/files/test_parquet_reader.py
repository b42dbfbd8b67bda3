"""GeoParquet with and without a reference system, plain Parquet, and invalid files."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from data.errors import UnreadableFile
from data.reading.files.parquet_reader import open_parquet
from data.reading.files.record_stream import BATCH_ROWS


@pytest.fixture
def houses() -> geopandas.GeoDataFrame:
    """Three unit squares in metres, side by side."""
    shapes = [shapely.box(x, 0, x + 1, 1) for x in range(3)]
    return geopandas.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=shapes, crs=4552)


def test_geoparquet_has_geometry_and_a_reference_system(tmp_path: Path, houses) -> None:
    houses.to_parquet(tmp_path / "h.parquet")
    stream = open_parquet(tmp_path / "h.parquet")
    (batch,) = stream.batches()
    assert stream.column_names == ("code",)
    assert stream.has_geometry
    assert stream.row_count == 3
    assert json.loads(stream.crs or "")["id"] == {"authority": "EPSG", "code": 4552}
    assert shapely.from_wkb(np.array(batch.wkb.to_pylist(), object)).tolist() == list(
        houses.geometry
    )
    assert batch.row_numbers.tolist() == [1, 2, 3]


def test_a_missing_crs_means_degrees_and_a_null_crs_means_unknown(tmp_path: Path, houses) -> None:
    """As the GeoParquet specification defines it."""
    houses.to_parquet(tmp_path / "h.parquet")
    table = pq.read_table(tmp_path / "h.parquet")
    for missing, expected in ((True, ""), (False, None)):
        geo = json.loads(table.schema.metadata[b"geo"])
        if missing:
            del geo["columns"]["geometry"]["crs"]
        else:
            geo["columns"]["geometry"]["crs"] = None
        pq.write_table(
            table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "n.parquet"
        )
        assert open_parquet(tmp_path / "n.parquet").crs == expected


def test_plain_parquet_is_a_table_without_geometry(tmp_path: Path) -> None:
    pd.DataFrame({"code": ["a"], "lon": [130.3]}).to_parquet(tmp_path / "t.parquet")
    stream = open_parquet(tmp_path / "t.parquet")
    assert stream.column_names == ("code", "lon")
    assert not stream.has_geometry


def test_a_binary_column_named_geometry_is_read_as_geometry(tmp_path: Path) -> None:
    wkb = pa.array([shapely.to_wkb(shapely.Point(1, 2))])
    pq.write_table(pa.table({"code": ["a"], "geometry": wkb}), tmp_path / "t.parquet")
    assert open_parquet(tmp_path / "t.parquet").has_geometry


def test_geometry_that_is_not_wkb_is_an_error(tmp_path: Path, houses) -> None:
    houses.to_parquet(tmp_path / "h.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    with pytest.raises(UnreadableFile, match="polygon"):
        open_parquet(tmp_path / "h.parquet")


def test_many_rows_are_read_in_batches(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": np.arange(2 * BATCH_ROWS + 1)}), tmp_path / "t.parquet")
    batches = list(open_parquet(tmp_path / "t.parquet").batches())
    assert [len(batch) for batch in batches] == [BATCH_ROWS, BATCH_ROWS, 1]
    assert batches[-1].row_numbers.tolist() == [2 * BATCH_ROWS + 1]


def test_an_invalid_or_truncated_file_is_an_error(tmp_path: Path, houses) -> None:
    (tmp_path / "text.parquet").write_text("hello")
    houses.to_parquet(tmp_path / "h.parquet")
    whole = (tmp_path / "h.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(whole[: len(whole) // 2])
    for name in ("text.parquet", "half.parquet"):
        with pytest.raises(UnreadableFile, match=name):
            open_parquet(tmp_path / name)


def test_text_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    """Parquet itself does not check it."""
    bytes_ = pa.array(["向阳".encode("gb18030")], pa.binary())
    invalid = pa.Array.from_buffers(pa.string(), 1, bytes_.buffers())
    pq.write_table(pa.table({"name": invalid}), tmp_path / "t.parquet")
    with pytest.raises(UnreadableFile, match="UTF8"):
        list(open_parquet(tmp_path / "t.parquet").batches())
