"""Pack GeoDataFrames into compact JSON: quantized, delta-encoded coordinates and columns."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

SCALE: Final = 1_000_000
"""Quantization steps per degree: 0.11 m from north to south, less from west to east."""

LINEAR_RING: Final = 2
"""The type id of a linear ring in shapely."""

JsonObject = dict[str, Any]
Counts = NDArray[np.int64]


def pack_frame(
    frame: gpd.GeoDataFrame, columns: tuple[str, ...], *, labels: bool = False
) -> JsonObject:
    """Return a frame as `{count, columns, geometry}`, with `labels` on request.

    Rows without a geometry are left out, which leaves n rows. `columns` contains those of the named
    columns that exist and have a value: a list of n values, `{values, index}` where values repeat,
    or `{minutes}` for timestamps, delta-encoded in minutes since 1970 UTC. `geometry` is the result
    of pack_geometry. `labels` has one label point per row.
    """
    rows = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    geometry = shapely.force_2d(np.asarray(rows.geometry.values))
    packed_columns = {name: _pack_column(rows[name]) for name in columns if name in rows}
    packed: JsonObject = {
        "count": len(rows),
        "columns": {name: column for name, column in packed_columns.items() if column is not None},
        "geometry": pack_geometry(geometry),
    }
    if labels:
        packed["labels"] = _delta_encode(_quantize(_label_points(geometry)))
    return packed


def pack_geometry(geometry: NDArray[Any]) -> JsonObject:
    """Return n points, lines or polygons as `{types, parts, sizes, deltas}`.

    `types` is 1 for points, 2 for lines, 3 for polygons: a number for all or a list with one per
    geometry. `parts` counts the rings, lines or points of each geometry, `sizes` the vertices of
    each part. `deltas` lists the differences in lon and lat from vertex to vertex, the first from
    0, 0. Rings are not closed; exterior rings run clockwise.
    """
    types = (shapely.get_dimensions(geometry) + 1).tolist()
    parts, sizes, vertices = _split_parts(shapely.orient_polygons(geometry, exterior_cw=True))
    return {
        "types": types[0] if len(set(types)) == 1 else types,
        "parts": parts.tolist(),
        "sizes": sizes.tolist(),
        "deltas": _delta_encode(_quantize(vertices)),
    }


def _split_parts(geometry: NDArray[Any]) -> tuple[Counts, Counts, NDArray[np.float64]]:
    """Return the number of parts of each geometry, the size of each part, and all vertices."""
    parts, owners = shapely.get_parts(geometry, return_index=True)
    is_polygon = shapely.get_dimensions(parts) == 2
    rings, ring_owners = shapely.get_rings(parts[is_polygon], return_index=True)
    parts = np.concatenate([parts[~is_polygon], rings])
    owners = np.concatenate([owners[~is_polygon], owners[is_polygon][ring_owners]])
    order = np.argsort(owners, kind="stable")
    parts, owners = parts[order], owners[order]
    vertices, vertex_owners = shapely.get_coordinates(parts, return_index=True)
    sizes = np.bincount(vertex_owners, minlength=len(parts))
    is_ring = shapely.get_type_id(parts) == LINEAR_RING
    vertices = np.delete(vertices, (np.cumsum(sizes) - 1)[is_ring], axis=0)
    return np.bincount(owners, minlength=len(geometry)), sizes - is_ring, vertices


def dump_for_html(value: object) -> str:
    """Return JSON that is safe inside an HTML element, whatever its strings contain."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    return text


def _label_points(geometry: NDArray[Any]) -> NDArray[np.float64]:
    """Return a label point inside each polygon, shape (n, 2).

    The point is the centroid or, where that lies outside, the centre of the maximum inscribed
    circle.
    """
    points = shapely.centroid(geometry)
    is_outside = ~shapely.contains(geometry, points)
    if is_outside.any():
        circles = shapely.maximum_inscribed_circle(geometry[is_outside])
        points[is_outside] = shapely.get_point(circles, 0)
    return shapely.get_coordinates(points)


def _quantize(coordinates: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(coordinates * SCALE).astype(np.int64)


def _delta_encode(coordinates: NDArray[np.int64]) -> list[int]:
    return np.diff(coordinates, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()


def _pack_column(series: pd.Series) -> list[Any] | dict[str, list[Any]] | None:
    if isinstance(series.dtype, pd.DatetimeTZDtype) and series.notna().all():
        minutes = series.dt.tz_convert("UTC").dt.as_unit("s").astype("int64") // 60
        return {"minutes": np.diff(minutes, prepend=0).tolist()}
    values = [_to_json_value(value) for value in series]
    distinct = list(dict.fromkeys(values))
    if distinct in ([], [None]):
        return None
    if len(distinct) * 2 > len(values):
        return values
    position = {value: index for index, value in enumerate(distinct)}
    return {"values": distinct, "index": [position[value] for value in values]}


def _to_json_value(value: Any) -> Any:
    """Return a value of a frame as JSON: missing values as None, dates as ISO 8601."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() else round(float(value), 4)
    return value if isinstance(value, int) else str(value)
