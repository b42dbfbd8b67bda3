"""The suffix determines the format; the error for an unknown one lists the known ones."""

from pathlib import Path

import pytest

from data import formats
from data.errors import UnknownFormat
from data.formats import FileEngine


@pytest.mark.parametrize(
    ("name", "engine"),
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
def test_the_suffix_determines_the_format(name: str, engine: FileEngine) -> None:
    assert formats.format_of(Path(name)).engine is engine


@pytest.mark.parametrize("name", ["town.docx", "town", "shp"])
def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"\.gpkg, .*\.csv"):
        formats.format_of(Path(name))


def test_a_read_only_format_cannot_be_written() -> None:
    assert formats.format_of(Path("town.osm"))
    with pytest.raises(UnknownFormat) as caught:
        formats.format_of(Path("town.osm"), for_writing=True)
    assert ".osm" not in str(caught.value.hint)
