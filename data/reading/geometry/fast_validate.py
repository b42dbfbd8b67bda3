"""Vectorized validation of simple geometries; all others need the exact checks."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.columns import GeometryKind
from data.reading.files import wkb
from data.reading.geometry import ring_validity
from data.reading.geometry.crs import SourceCrs

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NearbyTest = Callable[[Floats, Floats], Bools]
"""Returns for longitudes and latitudes, both (k,), which positions are near enough."""

MAX_CORNERS = 32
"""Corners, the closing one included, of the largest polygons tested here."""


def find_valid(
    column: pa.Array, kind: GeometryKind, crs: SourceCrs, is_near: NearbyTest
) -> tuple[Ints, pa.Array]:
    """Return which positions of a column of WKB are certainly valid, and their EWKB in EPSG:4326.

    Valid is a point, or a polygon of one small ring that is certainly simple, if it is in range,
    not at (0, 0), and its centre passes `is_near`.
    """
    if kind not in (GeometryKind.POINT, GeometryKind.POLYGON):
        return np.empty(0, dtype=np.int64), pa.array([], pa.binary())
    if kind is GeometryKind.POINT:
        flat = wkb.find_points(column)
    else:
        flat = wkb.find_simple_polygons(column)
    positions, ewkb = [np.empty(0, dtype=np.int64)], [pa.array([], pa.binary())]
    for size in np.unique(flat.sizes[flat.sizes <= MAX_CORNERS]):
        same_size = flat.sizes == size
        coords = flat.values.coordinates(flat.offsets[same_size], int(size))
        if not crs.is_wgs84:
            coords = crs.to_wgs84(coords.reshape(-1, 2)).reshape(coords.shape)
        x, y = np.ascontiguousarray(coords.transpose(2, 1, 0))
        valid = _is_plausible(x, y, is_near)
        if size > 1:
            valid[valid] = ring_validity.is_simple(x[:, valid], y[:, valid])
        positions.append(flat.positions[same_size][valid])
        ewkb.append(wkb.encode_ewkb(coords[valid]))
    return np.concatenate(positions), pa.concat_arrays(ewkb)


def _is_plausible(x: Floats, y: Floats, is_near: NearbyTest) -> Bools:
    """Return which of k geometries are in range, not at (0, 0), and near: (n, k) → (k,)."""
    west, east, south, north = x.min(axis=0), x.max(axis=0), y.min(axis=0), y.max(axis=0)
    plausible = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    plausible &= (west != 0) | (east != 0) | (south != 0) | (north != 0)
    lon = (west[plausible] + east[plausible]) / 2
    lat = (south[plausible] + north[plausible]) / 2
    plausible[plausible] = is_near(lon, lat)
    return np.asarray(plausible)
