"""The flat metric plane the town is drawn in, and the way from it to longitude and latitude."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LON, LAT = 130.30, 47.35
PLANE = f"+proj=aeqd +lat_0={LAT} +lon_0={LON} +datum=WGS84 +units=m"
DIGITS = 8


def to_degrees(shapes: Shapes) -> Shapes:
    """Return shapes given in metres of the plane in EPSG:4326, rounded to 1e-8 degrees.

    Vertex by vertex, so that shapes which share corners go on sharing them.
    """
    turn = Transformer.from_crs(PLANE, 4326, always_xy=True)

    def convert(points: Floats) -> Floats:
        lon, lat = turn.transform(points[:, 0], points[:, 1])
        return np.column_stack([lon, lat]).round(DIGITS)

    return objects(shapely.transform(shapes, convert))


def objects(shapes: Any) -> Shapes:
    """Return any sequence of shapes as a one-dimensional object array."""
    listed = list(shapes)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def stream(seed: int, subject: str) -> np.random.Generator:
    """Return the random stream of one subject, so that a change to one leaves the others alone."""
    return np.random.default_rng([seed, *subject.encode()])
