"""Make geometries the type their kind needs, where that changes no place."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType as Is

from data.columns import Shape
from data.reading.geometry import curves

Geoms = NDArray[np.object_]

_POLYGONS = (Is.POLYGON, Is.MULTIPOLYGON)
_LINES = (Is.LINESTRING, Is.MULTILINESTRING)
_MANY = (Is.MULTIPOINT, Is.MULTILINESTRING, Is.MULTIPOLYGON, Is.GEOMETRYCOLLECTION)
WANTED = {
    Shape.POINT: (Is.POINT,),
    Shape.AREA: _POLYGONS,
    Shape.DRAWING: (*_POLYGONS, *_LINES),
}


@dataclass(frozen=True)
class Fitted:
    """Geometries made to fit, and how many of them were something else before."""

    geoms: Geoms
    joined: int
    outlined: int


def fit(geoms: Geoms, shape: Shape) -> Fitted:
    """Return the geometries with collections taken apart and closed lines taken as outlines.

    A collection of one part becomes that part; one of polygons alone becomes their union. What
    fits already, and what cannot be made to fit, comes back as it is. Shapes (n,) → (n,).
    """
    geoms = geoms.copy()
    joined = _unwrap(geoms, shape)
    outlined = _outline(geoms) if shape is Shape.AREA else 0
    return Fitted(geoms, joined, outlined)


def promote(geoms: Geoms) -> Geoms:
    """Return the geometries with each polygon as a multipolygon."""
    single = np.asarray(shapely.get_type_id(geoms) == Is.POLYGON)
    geoms = geoms.copy()
    geoms[single] = shapely.multipolygons(geoms[single], indices=np.arange(single.sum()))
    return geoms


def _unwrap(geoms: Geoms, shape: Shape) -> int:
    """Take collections apart in place; return how many were joined from several polygons."""
    types, joined = shapely.get_type_id(geoms), 0
    for at in np.flatnonzero(np.isin(types, _MANY) & ~np.isin(types, WANTED[shape])):
        parts = _parts(geoms[at])
        if len(parts) == 1:
            geoms[at] = parts[0]
        elif shape is not Shape.POINT and len(parts) and np.all(_are(parts, Is.POLYGON)):
            geoms[at] = shapely.union_all(parts)
            joined += 1
    return joined


def _are(geoms: Geoms, kind: Is) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_type_id(geoms) == kind)


def _parts(geometry: shapely.Geometry) -> Geoms:
    """Return the single parts of a geometry, however deep they are nested, but no empty ones."""
    found = curves.parts(np.array([geometry], dtype=object))
    while np.any(np.isin(shapely.get_type_id(found), _MANY)):
        found = curves.parts(found)
    return np.asarray(found[~shapely.is_empty(found)], dtype=object)


def _outline(geoms: Geoms) -> int:
    """Turn closed lines into polygons in place; return how many there were."""
    lines = _are(geoms, Is.LINESTRING) & np.asarray(shapely.is_closed(geoms))
    lines &= np.asarray(shapely.get_num_points(geoms) >= 4)
    corners, owner = shapely.get_coordinates(geoms[lines], return_index=True)
    geoms[lines] = shapely.polygons(shapely.linearrings(corners, indices=owner))
    return int(lines.sum())
