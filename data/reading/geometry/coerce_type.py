"""Convert geometries to the type that their dataset requires, where that moves no vertex."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from data.columns import GeometryKind
from data.reading.geometry import curves

Geoms = NDArray[np.object_]

_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING)
_COLLECTIONS = (
    GeometryType.MULTIPOINT,
    GeometryType.MULTILINESTRING,
    GeometryType.MULTIPOLYGON,
    GeometryType.GEOMETRYCOLLECTION,
)
ACCEPTED_TYPES = {
    GeometryKind.POINT: (GeometryType.POINT,),
    GeometryKind.POLYGON: _POLYGONS,
    GeometryKind.LINE_OR_POLYGON: (*_POLYGONS, *_LINES),
}


@dataclass(frozen=True)
class CoercionResult:
    """Converted geometries, and how many of them had another type before."""

    geoms: Geoms
    union_count: int
    """Collections that became the union of their polygons."""
    polygonized_count: int
    """Closed lines that became polygons."""


def coerce(geoms: Geoms, kind: GeometryKind) -> CoercionResult:
    """Return the geometries with collections unwrapped and closed lines as polygons.

    A collection of one part becomes that part; one of polygons only becomes their union. What
    has an accepted type already, or cannot be converted, stays the same. Shapes (n,) → (n,).
    """
    geoms = geoms.copy()
    union_count = _unwrap_collections(geoms, kind)
    polygonized_count = _polygonize_lines(geoms) if kind is GeometryKind.POLYGON else 0
    return CoercionResult(geoms, union_count, polygonized_count)


def to_multipolygons(geoms: Geoms) -> Geoms:
    """Return the geometries with each polygon as a multipolygon."""
    is_polygon = _has_type(geoms, GeometryType.POLYGON)
    geoms = geoms.copy()
    geoms[is_polygon] = shapely.multipolygons(
        geoms[is_polygon], indices=np.arange(is_polygon.sum())
    )
    return geoms


def _unwrap_collections(geoms: Geoms, kind: GeometryKind) -> int:
    """Unwrap collections in place; return how many became a union of several polygons."""
    types, union_count = shapely.get_type_id(geoms), 0
    to_unwrap = np.isin(types, _COLLECTIONS) & ~np.isin(types, ACCEPTED_TYPES[kind])
    for position in np.flatnonzero(to_unwrap):
        parts = _single_parts(geoms[position])
        if len(parts) == 1:
            geoms[position] = parts[0]
        elif (
            kind is not GeometryKind.POINT
            and len(parts)
            and np.all(_has_type(parts, GeometryType.POLYGON))
        ):
            geoms[position] = shapely.union_all(parts)
            union_count += 1
    return union_count


def _has_type(geoms: Geoms, geometry_type: GeometryType) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_type_id(geoms) == geometry_type)


def _single_parts(geometry: shapely.Geometry) -> Geoms:
    """Return the single parts of a geometry, nested ones included, empty ones excluded."""
    parts = curves.get_parts(np.array([geometry], dtype=object))
    while np.any(np.isin(shapely.get_type_id(parts), _COLLECTIONS)):
        parts = curves.get_parts(parts)
    return np.asarray(parts[~shapely.is_empty(parts)], dtype=object)


def _polygonize_lines(geoms: Geoms) -> int:
    """Convert closed lines into polygons in place; return their number."""
    is_ring = _has_type(geoms, GeometryType.LINESTRING) & np.asarray(shapely.is_closed(geoms))
    is_ring &= np.asarray(shapely.get_num_points(geoms) >= 4)
    coords, owner = shapely.get_coordinates(geoms[is_ring], return_index=True)
    geoms[is_ring] = shapely.polygons(shapely.linearrings(coords, indices=owner))
    return int(is_ring.sum())
