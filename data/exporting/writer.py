"""Write frames to files, atomically, in the format that the suffix names."""

import csv
import datetime
import io
import shutil
import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import geopandas
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from data import formats
from data.errors import UnwritableFile
from data.formats import FileEngine, FileFormat
from data.formulas import is_formula, quote_formulas
from geo.models import WGS84

UNDATED = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
"""The date inside files, so that equal data are equal bytes, and have the same ETag."""
_WRITE_ERRORS = (OSError, DataSourceError, DataLayerError, FeatureError, FieldError)
"""Errors of the libraries that write files."""


def writable_format(path: Path) -> FileFormat:
    """Return the format to write a file in. Raises UnknownFormat, listing the known suffixes.

    Call it before the frame is computed, so that a typo fails early.
    """
    return formats.format_of(path, for_writing=True)


@cache
def load_libraries(*suffixes: str) -> None:
    """Write a file of one point for each suffix, so that later ones need no imports.

    The first files import half a dozen libraries, during which other threads wait for the GIL: up
    to a second that a service spends better before its first request.
    """
    point = geopandas.GeoDataFrame({"code": ["x"]}, geometry=[shapely.Point(0, 0)], crs=WGS84)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in suffixes:
            write_frame(point, Path(folder) / f"point.{suffix}")


def write_frame(rows: pd.DataFrame, path: Path) -> None:
    """Write a frame; geometry in WGS 84, longitude first.

    Table formats get `lon` and `lat` columns for points, and a `wkt` column for other geometry.
    """
    file_format = writable_format(path)
    with atomic_write(path) as temporary:
        _write(rows, temporary, file_format)


def write_text(content: str, path: Path) -> None:
    """Write text in UTF-8."""
    with atomic_write(path) as temporary:
        temporary.write_text(content, "utf-8")


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; move the file to its path when it is complete.

    The path never has a partial file. Raises UnwritableFile.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gridward-", dir=path.parent) as folder:
            yield Path(folder) / path.name
            for file in Path(folder).iterdir():
                file.replace(path.parent / file.name)
    except _WRITE_ERRORS as error:
        raise UnwritableFile(
            f"{path} cannot be written: {error}.",
            hint="Check the free disk space and your write permission.",
        ) from error


def _write(rows: pd.DataFrame, path: Path, file_format: FileFormat) -> None:
    has_geometry = isinstance(rows, geopandas.GeoDataFrame)
    match file_format.engine:
        case FileEngine.CSV:
            _write_csv(quote_formulas(_flatten(rows)), path)
        case FileEngine.XLSX:
            path.write_bytes(_workbook_bytes(_timestamps_as_text(_flatten(rows))))
        case FileEngine.PARQUET:
            rows.to_parquet(path, index=False)
        case FileEngine.GDAL if not has_geometry:
            no_shapes = [None] * len(rows)
            without_geometry = geopandas.GeoDataFrame(rows, geometry=no_shapes, crs=4326)
            _write_with_gdal(without_geometry, path, file_format)
        case FileEngine.GDAL:
            _write_with_gdal(rows, path, file_format)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, in which a carriage return inside a text ends no row."""
    texts = table.select_dtypes(["object", "string"])
    values = (value for name in texts for value in texts[name])
    has_return = any(isinstance(value, str) and "\r" in value for value in values)
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if has_return else csv.QUOTE_MINIMAL
    table.to_csv(path, index=False, encoding="utf-8", quoting=quoting)


def _write_with_gdal(rows: geopandas.GeoDataFrame, path: Path, file_format: FileFormat) -> None:
    layer = path.name.partition(".")[0]
    options = {"RFC7946": "YES"} if file_format.driver == "GeoJSON" else {}
    encoding = {"encoding": "UTF-8"} if file_format.driver == "ESRI Shapefile" else {}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{UNDATED:%Y-%m-%dT%H:%M:%S.000Z}"})
    with warnings.catch_warnings():
        # Column names of a Shapefile have ten characters; GDAL and geopandas warn of longer ones.
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.filterwarnings("ignore", "Column names longer than 10", UserWarning)
        target = path if path.suffix != ".zip" else path.parent / f"{layer}.shp.zip"
        rows.to_file(
            target,
            driver=file_format.driver,
            layer=layer,
            engine="pyogrio",
            use_arrow=True,
            **options,
            **encoding,
        )
    if file_format.driver == "ESRI Shapefile" and path.suffix != ".zip":
        _require_complete(path)
    if target != path:
        shutil.move(target, path)


def _require_complete(path: Path) -> None:
    """Raise OSError if a Shapefile is shorter than its headers declare.

    GDAL reports no error on a full disk.
    """
    for part in (path, path.with_suffix(".shx")):
        words = struct.unpack(">i", part.read_bytes()[24:28])
        _require_size(part, 2 * words[0])
    table = path.with_suffix(".dbf")
    row_count, header_size, row_size = struct.unpack("<IHH", table.read_bytes()[4:12])
    _require_size(table, header_size + row_count * row_size)


def _require_size(path: Path, size: int) -> None:
    if path.stat().st_size < size:
        raise OSError(f"{path.suffix} ends after {path.stat().st_size:,} of {size:,} bytes")


def _flatten(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without geometry: points as lon and lat, other geometry as WKT."""
    if not isinstance(rows, geopandas.GeoDataFrame):
        return rows
    shapes = rows.geometry.to_numpy()
    table = pd.DataFrame(rows.drop(columns=rows.geometry.name))
    if len(shapes) and (shapely.get_type_id(shapes) == 0).all():
        return table.assign(lon=shapely.get_x(shapes), lat=shapely.get_y(shapes))
    return table.assign(wkt=shapely.to_wkt(shapes, rounding_precision=8))


def _workbook_bytes(table: pd.DataFrame) -> bytes:
    """Return an Excel workbook, written in memory, so that an error leaves no partial file."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        table.to_excel(writer, index=False)
        writer.book.set_properties({"created": UNDATED})
        _mark_as_text(table, writer)
    return buffer.getvalue()


def _mark_as_text(table: pd.DataFrame, writer: pd.ExcelWriter[Any]) -> None:
    """Give cells that look like formulas the quote prefix: they stay text when they are edited."""
    [worksheet] = writer.sheets.values()
    as_text = writer.book.add_format({"quote_prefix": True})
    for column, name in enumerate(table.columns):
        for row, value in enumerate(table[name], start=1):
            if is_formula(value):
                worksheet.write_string(row, column, value, as_text)


def _timestamps_as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with timestamps as text: an Excel cell has no time zone."""
    texts = {
        name: rows[name].map(lambda timestamp: timestamp.isoformat(), na_action="ignore")
        for name in rows.columns
        if isinstance(rows[name].dtype, pd.DatetimeTZDtype)
    }
    return rows.assign(**texts)
