"""Geometry of arcs, which shapely does not hold: read what surrounds it, and leave it out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geoms = NDArray[np.object_]


def without(read: Callable[..., Any], values: Geoms) -> Geoms:
    """Return what `shapely.from_wkb` or `from_wkt` makes of n values, (n,).

    None where a value is missing, is no geometry, or is made of arcs.
    """
    try:
        return np.asarray(read(values, on_invalid="ignore"), dtype=object)
    except NotImplementedError:  # one curve is enough to fail them all
        found = np.full(len(values), None, dtype=object)
        for at, value in enumerate(values):
            found[at] = _one(read, value)
        return found


def _one(read: Callable[..., Any], value: Any) -> Any:
    try:
        return read(value, on_invalid="ignore")
    except NotImplementedError:
        return None


def parts(geoms: Geoms) -> Geoms:
    """Return the parts of collections end to end; none if arcs are among them."""
    try:
        return np.asarray(shapely.get_parts(geoms), dtype=object)
    except NotImplementedError:
        return np.empty(0, dtype=object)
