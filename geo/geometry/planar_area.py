"""Area on the ellipsoid of polygons whose edges are straight in longitude and latitude."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 6.694379990141317e-3
_ECCENTRICITY = _ECCENTRICITY_SQUARED**0.5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)


def polygon_area_m2(polygon: Any) -> float:
    """Return the area of a polygon in degrees, in square metres, its holes left out.

    The area between an edge and the equator is the integral of the equal-area ordinate over the
    longitude, here by Gauss and Legendre with three nodes: exact to a millionth for edges of a
    degree. Coordinates count from the first corner, so that the area of a strip of a millimetre
    keeps six digits.
    """
    if polygon.is_empty:
        return 0.0
    shell, *holes = (shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon))
    return _ring_area_m2(shell) - sum(map(_ring_area_m2, holes))


def _ring_area_m2(corners: Floats) -> float:
    lon = np.radians(corners[:, 0] - corners[0, 0])
    lat = np.radians(corners[:, 1])
    middle, half = (lat[1:] + lat[:-1]) / 2, (lat[1:] - lat[:-1]) / 2
    ordinates = _equal_area_ordinate(middle[:, None] + half[:, None] * _NODES)
    heights = (ordinates - _equal_area_ordinate(lat[:1])) @ _WEIGHTS / 2
    return float(abs(heights @ (lon[1:] - lon[:-1]))) * _SEMI_MAJOR_M**2 / 2


def _equal_area_ordinate(lat: Floats) -> Floats:
    """Return q of J. P. Snyder, Map Projections: A Working Manual (1987), equation 3-12."""
    sine = np.sin(lat)
    logarithm = np.arctanh(_ECCENTRICITY * sine) / _ECCENTRICITY
    ratio = sine / (1 - _ECCENTRICITY_SQUARED * sine**2)
    return np.asarray((1 - _ECCENTRICITY_SQUARED) * (ratio + logarithm))
