"""Find the coordinates of a table, in lon and lat columns or in WKT, and convert them to WKB."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from data.errors import MissingColumn
from data.reading.files.record_stream import RawBatch, RecordStream
from data.reading.geometry import curves
from data.reading.parse import to_text
from data.row_errors import RowError

ALIASES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "pointx", "x"),
    "lat": ("lat", "latitude", "纬度", "pointy", "y"),
    "wkt": ("wkt", "geom", "geometry", "thegeom", "wktgeom", "geometrywkt"),
}
"""Normalized names of coordinate columns, the likeliest first."""

_WKB_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


@dataclass(frozen=True)
class CoordinateColumns:
    """The columns with the coordinates of a row: WKT, or longitude and latitude."""

    lon: str | None = None
    lat: str | None = None
    wkt: str | None = None


def normalize_name(name: str) -> str:
    """Return the letters and digits of a column name in lower case, for comparison."""
    return "".join(character for character in name.casefold() if character.isalnum())


def find_columns(stream: RecordStream, requested: Mapping[str, str]) -> CoordinateColumns | None:
    """Return the coordinate columns, as requested or by their names; None if there are none.

    Raises MissingColumn if a requested column does not exist, or only lon or only lat does.
    """
    by_normalized = {normalize_name(name): name for name in reversed(stream.column_names)}
    matches = {}
    for part, aliases in ALIASES.items():
        name = requested.get(part)
        if name is not None and normalize_name(name) not in by_normalized:
            listed = ", ".join(stream.column_names) or "no columns at all"
            raise MissingColumn(f"There is no column {name!r}.", hint=f"The file has: {listed}.")
        candidates = (normalize_name(name),) if name is not None else aliases
        matches[part] = next((by_normalized[c] for c in candidates if c in by_normalized), None)
    if matches["wkt"] and (requested.get("wkt") or not (matches["lon"] and matches["lat"])):
        return CoordinateColumns(wkt=matches["wkt"])
    if matches["lon"] and matches["lat"]:
        return CoordinateColumns(lon=matches["lon"], lat=matches["lat"])
    if matches["lon"] or matches["lat"]:
        present, absent = ("lon", "lat") if matches["lon"] else ("lat", "lon")
        raise MissingColumn(
            f"{stream.file_name} has {matches[present]!r} but no {absent}.",
            hint=f"Name it with --columns {absent}=THEIRS.",
        )
    return None


def add_geometry(stream: RecordStream, requested: Mapping[str, str]) -> RecordStream:
    """Return the stream with WKB from its coordinate columns; unchanged if it has none."""
    columns = find_columns(stream, requested)
    if columns is None:
        return stream

    def batches() -> Iterator[RawBatch]:
        for batch in stream.batches():
            convert = _add_wkb_from_wkt if columns.wkt else _add_wkb_from_lon_lat
            yield convert(batch, columns, stream.file_name)

    return replace(stream, batches=batches, has_geometry=True, crs="")


def _add_wkb_from_lon_lat(batch: RawBatch, columns: CoordinateColumns, file_name: str) -> RawBatch:
    lon, lon_text = _numbers(batch, str(columns.lon))
    lat, lat_text = _numbers(batch, str(columns.lat))
    absent = lon_text.isna() | lat_text.isna()
    bad = ~absent & (np.isnan(lon) | np.isnan(lat))
    points = np.zeros(len(batch), dtype=_WKB_POINT)
    points["order"], points["type"], points["lon"], points["lat"] = 1, 1, lon, lat
    offsets = pa.py_buffer(np.arange(0, 21 * len(batch) + 1, 21, dtype=np.int32))
    wkb = pa.Array.from_buffers(
        pa.binary(), len(batch), [None, offsets, pa.py_buffer(points.tobytes())]
    )
    wkb = pa.compute.if_else(pa.array(~(absent | bad)), wkb, pa.scalar(None, pa.binary()))
    errors = [
        RowError(
            file_name,
            int(batch.row_numbers[i]),
            "bad_coordinates",
            f"{lon_text.iloc[i]!r}, {lat_text.iloc[i]!r} are not two numbers",
            "Write degrees as decimal numbers: 130.3, 47.35.",
        )
        for i in np.flatnonzero(bad)
    ]
    return replace(batch, wkb=wkb, errors=(*batch.errors, *errors))


def _column(batch: RawBatch, name: str | None) -> pa.Array:
    return batch.attributes.column(batch.attributes.schema.names.index(name))


def _numbers(batch: RawBatch, name: str) -> tuple[np.ndarray, pd.Series]:
    """Return a column as numbers, NaN where it has none, and as text."""
    array = _column(batch, name)
    if pa.types.is_floating(array.type):
        array = array.cast(pa.float64())
        return np.asarray(array), array.to_pandas()
    text = to_text(array).to_pandas()
    return np.asarray(pd.to_numeric(text, errors="coerce"), dtype=np.float64), text


def _add_wkb_from_wkt(batch: RawBatch, columns: CoordinateColumns, file_name: str) -> RawBatch:
    text = to_text(_column(batch, columns.wkt))
    without_srid = pa.compute.replace_substring_regex(text, r"^SRID=\d+;", "")
    values = without_srid.to_numpy(zero_copy_only=False)
    geoms = curves.read_without_curves(shapely.from_wkt, values)
    bad = shapely.is_missing(geoms) & ~np.asarray(text.is_null())
    errors = [
        RowError(
            file_name,
            int(batch.row_numbers[i]),
            "broken_geometry",
            f"{str(text[int(i)])[:40]!r} is not valid WKT of a supported type",
            "Write it as POLYGON ((lon lat, …)) or POINT (lon lat).",
        )
        for i in np.flatnonzero(bad)
    ]
    wkb = pa.array(shapely.to_wkb(geoms), pa.binary())
    return replace(batch, wkb=wkb, errors=(*batch.errors, *errors))
