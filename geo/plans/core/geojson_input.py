"""GeoJSON geometries in the steps of plans, parsed as pydantic validators."""

import json
from typing import Annotated, Any

import numpy as np
import shapely
from pydantic import PlainValidator

from geo.plans.core.partition import Polygonal


def _parse(value: object) -> shapely.Geometry:
    """Return the geometry of a GeoJSON object, in two dimensions. Raises ValueError."""
    try:
        geometry = shapely.force_2d(shapely.from_geojson(json.dumps(value)))
    except (shapely.errors.ShapelyError, TypeError, RecursionError):
        raise ValueError("should be a GeoJSON geometry") from None
    if geometry.is_empty:
        raise ValueError("should be a GeoJSON geometry that is not empty")
    _require_on_earth(shapely.get_coordinates(geometry))
    return geometry


def _require_on_earth(coords: Any) -> None:
    """Raise ValueError unless all of n coordinates, (n, 2), are longitude and latitude."""
    lon, lat = np.abs(coords).T
    if (lon <= 180).all() and (lat <= 90).all():
        return
    are_swapped = (lat <= 180).all() and (lon <= 90).all()
    hint = "; longitude comes first" if are_swapped else ""
    raise ValueError(f"should have longitudes within ±180 and latitudes within ±90{hint}")


def _line(value: object) -> shapely.LineString:
    line = value if isinstance(value, shapely.LineString) else _parse(value)
    if not isinstance(line, shapely.LineString):
        raise ValueError("should be a LineString")
    return line


def _polygon(value: object) -> Polygonal:
    polygon = value if isinstance(value, shapely.Polygon | shapely.MultiPolygon) else _parse(value)
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise ValueError("should be a Polygon or MultiPolygon")
    if not polygon.is_valid:
        raise ValueError(f"should be valid: {shapely.is_valid_reason(polygon)}")
    return polygon


Line = Annotated[shapely.LineString, PlainValidator(_line)]
GridPolygon = Annotated[Polygonal, PlainValidator(_polygon)]
