"""The suffix decides the format, in any letter case; an unknown one lists the known ones."""

from pathlib import Path

import pytest

from data import formats
from data.formats import Reader
from data.row_errors import UnknownFormat


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("a.gpkg", Reader.GDAL),
        ("A.GEOJSON", Reader.GDAL),
        ("town.2024.shp", Reader.GDAL),
        ("town.shp.zip", Reader.GDAL),
        ("town.csv", Reader.CSV),
        ("town.xlsx", Reader.XLSX),
        ("town.parquet", Reader.PARQUET),
    ],
)
def test_the_suffix_decides(name: str, reader: Reader) -> None:
    assert formats.of(Path(name)).reader is reader


@pytest.mark.parametrize("name", ["town.docx", "town", "shp"])
def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"\.gpkg, .*\.csv"):
        formats.of(Path(name))


def test_a_format_that_is_only_read_is_no_format_to_write() -> None:
    assert formats.of(Path("town.osm"))
    with pytest.raises(UnknownFormat) as caught:
        formats.of(Path("town.osm"), write=True)
    assert ".osm" not in str(caught.value.hint)
