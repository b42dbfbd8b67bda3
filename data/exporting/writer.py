"""Writing files: a frame in the format that the suffix names, whole or not at all."""

import io
import shutil
import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas
import pandas as pd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from data import formats
from data.errors import UnwritableFile
from data.formats import FileEngine, FileFormat

_WRITE_ERRORS = (OSError, DataSourceError, DataLayerError, FeatureError, FieldError)
"""What the libraries that write files raise when they cannot."""


def writable_format(path: Path) -> FileFormat:
    """Return the format that a file to be written has. Raises UnknownFormat, listing those known.

    Ask before the work that makes the frame, so that a typo costs nothing.
    """
    return formats.format_of(path, for_writing=True)


def write_frame(rows: pd.DataFrame, path: Path) -> None:
    """Write a frame; with geometry, in WGS 84, longitude first.

    A table format gets `lon` and `lat` for points and a `wkt` column for anything else.
    """
    form = writable_format(path)
    with atomic_write(path) as place:
        _write(rows, place, form)


def write_text(content: str, path: Path) -> None:
    """Write a text in UTF-8."""
    with atomic_write(path) as place:
        place.write_text(content, "utf-8")


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a place to make a file, beside where it belongs, and move it there when it is whole.

    Nobody sees half a file. Raises UnwritableFile.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gridward-", dir=path.parent) as folder:
            yield Path(folder) / path.name
            for made in Path(folder).iterdir():
                made.replace(path.parent / made.name)
    except _WRITE_ERRORS as error:
        raise UnwritableFile(
            f"{path} cannot be written: {error}.", hint="Is there room, and may you write there?"
        ) from error


def _write(rows: pd.DataFrame, path: Path, form: FileFormat) -> None:
    shaped = isinstance(rows, geopandas.GeoDataFrame)
    match form.engine:
        case FileEngine.CSV:
            _flat(rows).to_csv(path, index=False, encoding="utf-8")
        case FileEngine.XLSX:
            path.write_bytes(_excel(_for_excel(_flat(rows))))
        case FileEngine.PARQUET:
            rows.to_parquet(path, index=False)
        case FileEngine.GDAL if not shaped:
            empty = geopandas.GeoDataFrame(rows, geometry=[None] * len(rows), crs=4326)
            _through_gdal(empty, path, form)
        case FileEngine.GDAL:
            _through_gdal(rows, path, form)


def _through_gdal(rows: geopandas.GeoDataFrame, path: Path, form: FileFormat) -> None:
    layer = path.name.partition(".")[0]
    options = {"RFC7946": "YES"} if form.driver == "GeoJSON" else {}
    encoding = {"encoding": "UTF-8"} if form.driver == "ESRI Shapefile" else {}
    with warnings.catch_warnings():
        # A Shapefile has names of ten letters; GDAL warns of each that it shortens, and so does
        # geopandas.
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.filterwarnings("ignore", "Column names longer than 10", UserWarning)
        target = path if path.suffix != ".zip" else path.parent / f"{layer}.shp.zip"
        rows.to_file(
            target,
            driver=form.driver,
            layer=layer,
            engine="pyogrio",
            use_arrow=True,
            **options,
            **encoding,
        )
    if form.driver == "ESRI Shapefile" and target == path:
        _require_whole(path)
    if target != path:
        shutil.move(target, path)


def _require_whole(path: Path) -> None:
    """Raise OSError unless a Shapefile is as long as its headers say.

    GDAL finishes without a word on a full disk.
    """
    for part in (path, path.with_suffix(".shx")):
        words = struct.unpack(">i", part.read_bytes()[24:28])
        _require_size(part, 2 * words[0])
    table = path.with_suffix(".dbf")
    rows, head, row = struct.unpack("<IHH", table.read_bytes()[4:12])
    _require_size(table, head + rows * row)


def _require_size(path: Path, size: int) -> None:
    if path.stat().st_size < size:
        raise OSError(f"{path.suffix} ends after {path.stat().st_size:,} of {size:,} bytes")


def _flat(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without geometry: places as lon and lat, other shapes as WKT."""
    if not isinstance(rows, geopandas.GeoDataFrame):
        return rows
    shapes = rows.geometry.to_numpy()
    table = pd.DataFrame(rows.drop(columns=rows.geometry.name))
    if len(shapes) and (shapely.get_type_id(shapes) == 0).all():
        return table.assign(lon=shapely.get_x(shapes), lat=shapely.get_y(shapes))
    return table.assign(wkt=shapely.to_wkt(shapes, rounding_precision=8))


def _excel(table: pd.DataFrame) -> bytes:
    """Return a workbook, made in memory: what is half written there leaves nothing behind."""
    book = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(book, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        table.to_excel(writer, index=False)
    return book.getvalue()


def _for_excel(rows: pd.DataFrame) -> pd.DataFrame:
    """Write moments as text: a cell of Excel has no zone."""
    zoned = {
        name: rows[name].map(lambda moment: moment.isoformat(), na_action="ignore")
        for name in rows.columns
        if isinstance(rows[name].dtype, pd.DatetimeTZDtype)
    }
    return rows.assign(**zoned)
