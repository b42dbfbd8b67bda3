"""Read collections of geometries that contain curves, which shapely does not support."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geoms = NDArray[np.object_]


def read_without_curves(read: Callable[..., Any], values: Geoms) -> Geoms:
    """Return what `shapely.from_wkb` or `from_wkt` reads from n values, (n,) → (n,).

    None where a value is missing, is no geometry, or is a curve.
    """
    try:
        return np.asarray(read(values, on_invalid="ignore"), dtype=object)
    except NotImplementedError:  # one curve makes the call fail for all values
        geoms = np.full(len(values), None, dtype=object)
        for position, value in enumerate(values):
            geoms[position] = _read_one(read, value)
        return geoms


def _read_one(read: Callable[..., Any], value: Any) -> Any:
    try:
        return read(value, on_invalid="ignore")
    except NotImplementedError:
        return None


def get_parts(geoms: Geoms) -> Geoms:
    """Return the parts of collections in one array; an empty one if curves are among them."""
    try:
        return np.asarray(shapely.get_parts(geoms), dtype=object)
    except NotImplementedError:
        return np.empty(0, dtype=object)
