"""Pack frames into small JSON: whole numbers of a millionth of a degree, one list per column."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

SCALE: Final = 1_000_000
"""Steps per degree: 0.11 m from north to south, less from west to east."""

LINEAR_RING: Final = 2

Packed = dict[str, Any]
Counts = NDArray[np.int64]


def pack(frame: gpd.GeoDataFrame, columns: tuple[str, ...], *, labels: bool = False) -> Packed:
    """Return a frame of n rows as `{count, columns, shapes}`, with `labels` if asked for.

    Rows without a shape are left out. `columns` holds, for each of the named columns that the frame
    has and that is not all empty, a list of n values, `{values, index}` where values repeat, or
    `{minutes}` of moments, each as minutes after the one before, the first after 1970 in UTC.
    `labels` is one point per row, deep inside its shape.
    """
    shown = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    geometry = shapely.force_2d(np.asarray(shown.geometry.values))
    present = {name: _column(shown[name]) for name in columns if name in shown}
    packed: Packed = {
        "count": len(shown),
        "columns": {name: column for name, column in present.items() if column is not None},
        "shapes": pack_shapes(geometry),
    }
    if labels:
        packed["labels"] = _deltas(_steps(_inside(geometry)))
    return packed


def pack_shapes(geometry: NDArray[Any]) -> Packed:
    """Return n points, lines or polygons as `{types, parts, sizes, steps}`.

    `types` is 1 for points, 2 for lines, 3 for polygons, one for all or one per shape. `parts`
    counts the rings (or lines, or points) of each shape, `sizes` the corners of each of those;
    `steps` runs through all corners as differences in lon and lat from the corner before, the
    first from 0, 0. A ring is not closed and runs clockwise when it is an outer one.
    """
    types = (shapely.get_dimensions(geometry) + 1).tolist()
    parts, sizes, corners = _split(shapely.orient_polygons(geometry, exterior_cw=True))
    return {
        "types": types[0] if len(set(types)) == 1 else types,
        "parts": parts.tolist(),
        "sizes": sizes.tolist(),
        "steps": _deltas(_steps(corners)),
    }


def _split(geometry: NDArray[Any]) -> tuple[Counts, Counts, NDArray[np.float64]]:
    """Return the parts of each shape, the corners of each part, and all corners in turn."""
    pieces, owners = shapely.get_parts(geometry, return_index=True)
    area = shapely.get_dimensions(pieces) == 2
    rings, ring_owners = shapely.get_rings(pieces[area], return_index=True)
    pieces = np.concatenate([pieces[~area], rings])
    owners = np.concatenate([owners[~area], owners[area][ring_owners]])
    order = np.argsort(owners, kind="stable")
    pieces, owners = pieces[order], owners[order]
    corners, corner_owners = shapely.get_coordinates(pieces, return_index=True)
    sizes = np.bincount(corner_owners, minlength=len(pieces))
    closed = shapely.get_type_id(pieces) == LINEAR_RING
    corners = np.delete(corners, (np.cumsum(sizes) - 1)[closed], axis=0)
    return np.bincount(owners, minlength=len(geometry)), sizes - closed, corners


def dump(value: object) -> str:
    """Return JSON that can stand inside an HTML page, whatever text it holds."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for mark, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escaped)
    return text


def _inside(geometry: NDArray[Any]) -> NDArray[np.float64]:
    """Return a place for a name in each polygon, shape (n, 2).

    That is its centre of gravity or, where that lies outside, the middle of the largest circle
    inside.
    """
    spots = shapely.centroid(geometry)
    crooked = ~shapely.contains(geometry, spots)
    if crooked.any():
        circles = shapely.maximum_inscribed_circle(geometry[crooked])
        spots[crooked] = shapely.get_point(circles, 0)
    return shapely.get_coordinates(spots)


def _steps(corners: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(corners * SCALE).astype(np.int64)


def _deltas(steps: NDArray[np.int64]) -> list[int]:
    return np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()


def _column(series: pd.Series) -> list[Any] | dict[str, list[Any]] | None:
    if isinstance(series.dtype, pd.DatetimeTZDtype) and series.notna().all():
        minutes = series.dt.tz_convert("UTC").dt.as_unit("s").astype("int64") // 60
        return {"minutes": np.diff(minutes, prepend=0).tolist()}
    values = [_plain(value) for value in series]
    distinct = list(dict.fromkeys(values))
    if distinct in ([], [None]):
        return None
    if len(distinct) * 2 > len(values):
        return values
    position = {value: index for index, value in enumerate(distinct)}
    return {"values": distinct, "index": [position[value] for value in values]}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: of numpy's numbers, moments, and every kind of nothing."""
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
