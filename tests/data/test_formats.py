"""The suffix decides the format, in any letter case; an unknown one lists the known ones."""

from pathlib import Path

import pytest

from data import formats
from data.errors import UnknownFormat
from data.formats import FileEngine


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("a.gpkg", FileEngine.GDAL),
        ("A.GEOJSON", FileEngine.GDAL),
        ("town.2024.shp", FileEngine.GDAL),
        ("town.shp.zip", FileEngine.GDAL),
        ("town.csv", FileEngine.CSV),
        ("town.xlsx", FileEngine.XLSX),
        ("town.parquet", FileEngine.PARQUET),
    ],
)
def test_the_suffix_decides(name: str, reader: FileEngine) -> None:
    assert formats.format_of(Path(name)).engine is reader


@pytest.mark.parametrize("name", ["town.docx", "town", "shp"])
def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"\.gpkg, .*\.csv"):
        formats.format_of(Path(name))


def test_a_format_that_is_only_read_is_no_format_to_write() -> None:
    assert formats.format_of(Path("town.osm"))
    with pytest.raises(UnknownFormat) as caught:
        formats.format_of(Path("town.osm"), for_writing=True)
    assert ".osm" not in str(caught.value.hint)
