"""Find where a table says its rows lie, in lon and lat columns or in WKT, and make WKB of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from data.reading.files.record_stream import Raw, Stream
from data.reading.geometry import curves
from data.reading.parse import to_text
from data.row_errors import MissingColumn, RowError

NAMES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "pointx", "x"),
    "lat": ("lat", "latitude", "纬度", "pointy", "y"),
    "wkt": ("wkt", "geom", "geometry", "thegeom", "wktgeom", "geometrywkt"),
}
"""What a place column may be called, letters and digits alone, the likeliest first."""

_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


@dataclass(frozen=True)
class Places:
    """The columns that place a row: one of WKT, or one of longitudes and one of latitudes."""

    lon: str | None = None
    lat: str | None = None
    wkt: str | None = None


def plain(name: str) -> str:
    """Return the letters and digits of a name in small letters: what names are compared by."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def find(stream: Stream, given: Mapping[str, str]) -> Places | None:
    """Return the columns that place the rows, as told or by their names; None if there are none.

    Raises MissingColumn where a column that was named does not exist, or only half a pair does.
    """
    known = {plain(field): field for field in reversed(stream.fields)}
    found = {}
    for part, names in NAMES.items():
        told = given.get(part)
        if told is not None and plain(told) not in known:
            listed = ", ".join(stream.fields) or "no columns at all"
            raise MissingColumn(f"There is no column {told!r}.", hint=f"The file has: {listed}.")
        candidates = (plain(told),) if told is not None else names
        found[part] = next((known[name] for name in candidates if name in known), None)
    if found["wkt"] and (given.get("wkt") or not (found["lon"] and found["lat"])):
        return Places(wkt=found["wkt"])
    if found["lon"] and found["lat"]:
        return Places(lon=found["lon"], lat=found["lat"])
    if found["lon"] or found["lat"]:
        half, other = ("lon", "lat") if found["lon"] else ("lat", "lon")
        raise MissingColumn(
            f"{stream.name} has {found[half]!r} but no {other}.",
            hint=f"Name it with --columns {other}=THEIRS.",
        )
    return None


def place(stream: Stream, given: Mapping[str, str]) -> Stream:
    """Return the stream with WKB made from its place columns; as it is if it has none."""
    places = find(stream, given)
    if places is None:
        return stream

    def batches() -> Iterator[Raw]:
        for raw in stream.batches():
            yield (_from_wkt if places.wkt else _from_pair)(raw, places, stream.name)

    return replace(stream, batches=batches, shaped=True, crs="")


def _from_pair(raw: Raw, places: Places, file: str) -> Raw:
    lon, lon_text = _numbers(raw, str(places.lon))
    lat, lat_text = _numbers(raw, str(places.lat))
    absent = lon_text.isna() | lat_text.isna()
    bad = ~absent & (np.isnan(lon) | np.isnan(lat))
    points = np.zeros(len(raw), dtype=_POINT)
    points["order"], points["type"], points["lon"], points["lat"] = 1, 1, lon, lat
    offsets = pa.py_buffer(np.arange(0, 21 * len(raw) + 1, 21, dtype=np.int32))
    wkb = pa.Array.from_buffers(
        pa.binary(), len(raw), [None, offsets, pa.py_buffer(points.tobytes())]
    )
    wkb = pa.compute.if_else(pa.array(~(absent | bad)), wkb, pa.scalar(None, pa.binary()))
    faults = [
        RowError(
            file,
            int(raw.rows[at]),
            "bad_coordinates",
            f"{lon_text.iloc[at]!r}, {lat_text.iloc[at]!r} are not two numbers",
            "Write degrees as decimal numbers: 130.3, 47.35.",
        )
        for at in np.flatnonzero(bad)
    ]
    return replace(raw, wkb=wkb, faults=(*raw.faults, *faults))


def _numbers(raw: Raw, column: str) -> tuple[np.ndarray, pd.Series]:
    array = raw.table.column(raw.table.schema.names.index(column))
    if pa.types.is_floating(array.type):
        array = array.cast(pa.float64())
        return np.asarray(array), array.to_pandas()
    text = to_text(array).to_pandas()
    return np.asarray(pd.to_numeric(text, errors="coerce"), dtype=np.float64), text


def _from_wkt(raw: Raw, places: Places, file: str) -> Raw:
    text = to_text(raw.table.column(raw.table.schema.names.index(places.wkt)))
    bare = pa.compute.replace_substring_regex(text, r"^SRID=\d+;", "")
    geoms = curves.without(shapely.from_wkt, bare.to_numpy(zero_copy_only=False))
    bad = shapely.is_missing(geoms) & ~np.asarray(text.is_null())
    faults = [
        RowError(
            file,
            int(raw.rows[at]),
            "broken_geometry",
            f"{str(text[int(at)])[:40]!r} is no WKT we read",
            "Write it as POLYGON ((lon lat, …)) or POINT (lon lat).",
        )
        for at in np.flatnonzero(bad)
    ]
    wkb = pa.array(shapely.to_wkb(geoms), pa.binary())
    return replace(raw, wkb=wkb, faults=(*raw.faults, *faults))
