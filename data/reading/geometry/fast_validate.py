"""Let plain geometry with nothing wrong pass at numpy speed; the rest is looked at one by one."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.columns import Shape
from data.reading.files import wkb
from data.reading.geometry import ring_validity
from data.reading.geometry.crs import Frame

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Near = Callable[[Floats, Floats], Bools]
"""Tells for longitudes and latitudes, both (k,), which are near enough."""

LARGEST = 32
"""Corners, the closing one included, up to which outlines are tested here."""


def passes(column: pa.Array, shape: Shape, frame: Frame, near: Near) -> tuple[Ints, pa.Array]:
    """Return which positions of a column of WKB are certainly right, and their EWKB in WGS 84.

    That is: a point, or a polygon of one small ring that is certainly simple; in range; not at
    (0, 0); and `near`, which is asked about their middles.
    """
    if shape not in (Shape.POINT, Shape.AREA):
        return np.empty(0, dtype=np.int64), pa.array([], pa.binary())
    plain = wkb.points(column) if shape is Shape.POINT else wkb.outlines(column)
    rows, stamped = [np.empty(0, dtype=np.int64)], [pa.array([], pa.binary())]
    for size in np.unique(plain.sizes[plain.sizes <= LARGEST]):
        same = plain.sizes == size
        corners = plain.lying.corners(plain.at[same], int(size))
        if not frame.same:
            corners = frame.to_wgs84(corners.reshape(-1, 2)).reshape(corners.shape)
        x, y = np.ascontiguousarray(corners.transpose(2, 1, 0))
        good = _placed(x, y, near)
        if size > 1:
            good[good] = ring_validity.simple(x[:, good], y[:, good])
        rows.append(plain.rows[same][good])
        stamped.append(wkb.stamp(corners[good]))
    return np.concatenate(rows), pa.concat_arrays(stamped)


def _placed(x: Floats, y: Floats, near: Near) -> Bools:
    """Tell which of k values lie on the earth, not at (0, 0), and near: (n, k) → (k,)."""
    west, east, south, north = x.min(axis=0), x.max(axis=0), y.min(axis=0), y.max(axis=0)
    good = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    good &= (west != 0) | (east != 0) | (south != 0) | (north != 0)
    good[good] = near((west[good] + east[good]) / 2, (south[good] + north[good]) / 2)
    return np.asarray(good)
