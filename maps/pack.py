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

Packed = dict[str, Any]


def pack(frame: gpd.GeoDataFrame, columns: tuple[str, ...], *, labels: bool = False) -> Packed:
    """Return a frame of n rows as `{count, columns, shapes}`, with `labels` if asked for.

    Rows without a shape are left out. `columns` holds, for each of the named columns that the frame
    has and that is not all empty, a list of n values or `{values, index}` where values repeat.
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
    """Return n points, lines or polygons as `{type, parts, sizes, steps}`.

    `parts` counts the rings (or lines, or points) of each shape, `sizes` the corners of each of
    those; `steps` runs through all corners as differences in lon and lat from the corner before,
    the first from 0, 0. A ring is not closed and runs clockwise when it is an outer one.
    """
    kind = _kind(geometry)
    if kind == "polygon":
        geometry = shapely.orient_polygons(geometry, exterior_cw=True)
    sizes, parts, corners = _split(geometry, kind)
    return {
        "type": kind,
        "parts": parts.tolist(),
        "sizes": sizes.tolist(),
        "steps": _deltas(_steps(corners)),
    }


def _split(
    geometry: NDArray[Any], kind: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the corners of each part, the parts of each shape, and all corners in turn."""
    pieces, owners = shapely.get_parts(geometry, return_index=True)
    if kind == "polygon":
        pieces, ring_owners = shapely.get_rings(pieces, return_index=True)
        owners = owners[ring_owners]
    corners, corner_owners = shapely.get_coordinates(pieces, return_index=True)
    sizes = np.bincount(corner_owners, minlength=len(pieces))
    parts = np.bincount(owners, minlength=len(geometry))
    if kind == "polygon":
        corners = np.delete(corners, np.cumsum(sizes) - 1, axis=0)
        sizes = sizes - 1
    return sizes, parts, corners


def dump(value: object) -> str:
    """Return JSON that can stand inside an HTML page, whatever text it holds."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for mark, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escaped)
    return text


def _kind(geometry: NDArray[Any]) -> str:
    dimension = int(shapely.get_dimensions(geometry).max(initial=0))
    return ("point", "line", "polygon")[dimension]


def _inside(geometry: NDArray[Any]) -> NDArray[np.float64]:
    """Return the middle of the largest circle that fits into each polygon, shape (n, 2)."""
    if not len(geometry):
        return np.empty((0, 2))
    circles = shapely.maximum_inscribed_circle(geometry)
    return shapely.get_coordinates(shapely.get_point(circles, 0))


def _steps(corners: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(corners * SCALE).astype(np.int64)


def _deltas(steps: NDArray[np.int64]) -> list[int]:
    return np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()


def _column(series: pd.Series) -> list[Any] | dict[str, list[Any]] | None:
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
