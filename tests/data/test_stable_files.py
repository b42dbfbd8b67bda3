"""Equal data are equal bytes in every format that the service offers, at any time."""

import datetime
import io
import zipfile

import geopandas
import pytest
import shapely

from data.exporting.writer import write_frame


@pytest.mark.parametrize("suffix", ["geojson", "csv", "gpkg", "parquet", "xlsx"])
def test_equal_data_are_equal_bytes_without_the_date(tmp_path, suffix):
    rows = {"code": ["a", "b"], "name": ["一", "二"]}
    frame = geopandas.GeoDataFrame(rows, geometry=shapely.points([[1, 2], [3, 4]]), crs=4326)
    files = [tmp_path / f"{folder}" / f"frame.{suffix}" for folder in (1, 2)]
    for file in files:
        write_frame(frame, file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    parts = [first]
    if suffix == "xlsx":
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    today = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}".encode()
    assert not [part for part in parts if today in part]
