"""The local projected plane of the sample city in metres, and its conversion to EPSG:4326."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LON, LAT = 130.30, 47.35
PLANE_CRS = f"+proj=aeqd +lat_0={LAT} +lon_0={LON} +datum=WGS84 +units=m"
DECIMALS = 8


def to_degrees(shapes: Shapes) -> Shapes:
    """Return shapes of the plane in EPSG:4326, rounded to 1e-8 degrees.

    Each vertex is converted on its own, so shapes that share vertices still share them.
    """
    transformer = Transformer.from_crs(PLANE_CRS, 4326, always_xy=True)

    def convert(points: Floats) -> Floats:
        lon, lat = transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([lon, lat]).round(DECIMALS)

    return object_array(shapely.transform(shapes, convert))


def object_array(shapes: Any) -> Shapes:
    """Return an iterable of geometries as a one-dimensional object array."""
    geometries = list(shapes)
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def random_generator(seed: int, name: str) -> np.random.Generator:
    """Return the random generator of one part of the city.

    Each part has its own generator, so a change to one part leaves the others as they are. The
    name is part of the seed: another name gives other random numbers.
    """
    return np.random.default_rng([seed, *name.encode()])
