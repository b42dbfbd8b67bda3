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


def areas_m2(geoms: Any) -> Floats:
    """Return the area of each of n geometries in degrees, in square metres, without holes: (n,).

    Points and lines have none. The area between an edge and the equator is the integral of the
    equal-area ordinate over the longitude, here by Gauss and Legendre with three nodes: exact to a
    millionth for edges of a degree. Geodesics between the same corners enclose another area: it
    differs by up to 0.01 % for triangles with edges of a kilometre, and more for longer edges.
    Coordinates count from the first corner of a ring, so that the area of a strip of a millimetre
    keeps six digits.
    """
    parts, owners = shapely.get_parts(geoms, return_index=True)
    polygons, part_of = shapely.get_parts(parts, return_index=True)
    is_polygon = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    owners = owners[part_of[is_polygon]]
    rings, polygon_of = shapely.get_rings(polygons[is_polygon], return_index=True)
    sign = np.where(np.diff(polygon_of, prepend=-1) > 0, 1.0, -1.0)  # the shell comes first
    return np.bincount(
        owners[polygon_of], sign * _ring_areas_m2(rings), minlength=len(geoms)
    ).astype(np.float64)


def area_m2(geom: Any) -> float:
    """Return the area of one geometry in degrees, in square metres, as `areas_m2` does."""
    return float(areas_m2(np.array([geom], dtype=object))[0])


def _ring_areas_m2(rings: NDArray[np.object_]) -> Floats:
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    first = np.searchsorted(ring_of, ring_of)
    lon = np.radians(corners[:, 0] - corners[first, 0])
    lat = np.radians(corners[:, 1])
    same = ring_of[1:] == ring_of[:-1]
    south, north, width = lat[:-1][same], lat[1:][same], np.diff(lon)[same]
    middle, half = (north + south) / 2, (north - south) / 2
    ordinates = _equal_area_ordinate(middle[:, None] + half[:, None] * _NODES)
    start = _equal_area_ordinate(lat[first[1:][same]])
    heights = (ordinates - start[:, None]) @ _WEIGHTS / 2
    signed = np.bincount(ring_of[1:][same], heights * width, minlength=len(rings))
    return np.asarray(np.abs(signed) * _SEMI_MAJOR_M**2 / 2, dtype=np.float64)


def _equal_area_ordinate(lat: Floats) -> Floats:
    """Return q of J. P. Snyder, Map Projections: A Working Manual (1987), equation 3-12."""
    sine = np.sin(lat)
    logarithm = np.arctanh(_ECCENTRICITY * sine) / _ECCENTRICITY
    ratio = sine / (1 - _ECCENTRICITY_SQUARED * sine**2)
    return np.asarray((1 - _ECCENTRICITY_SQUARED) * (ratio + logarithm))
