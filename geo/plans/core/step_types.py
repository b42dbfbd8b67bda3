"""Types of the fields of steps: strict for input, lenient for steps that the database stores.

An earlier version stored what later versions reject, such as an empty name. A stored step is
parsed with the context STORED: its values are then used as they are, so that it does the same as
when it was made, and can be undone.
"""

import datetime
import json
from typing import Annotated, Any, Final

import numpy as np
import shapely
from pydantic import (
    Field,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from geo import input_types
from geo.plans.core.partition import Polygonal

STORED: Final = "stored"
"""The validation context of steps from the database."""


def _pass_stored(value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    is_unchanged = info.context == STORED and isinstance(value, str | int)
    return value if is_unchanged else validate(value)


def _timestamp(value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    is_unchanged = info.context == STORED and isinstance(value, str)
    return datetime.datetime.fromisoformat(value) if is_unchanged else validate(value)


def _parse(value: object, info: ValidationInfo) -> shapely.Geometry:
    """Return the geometry of a GeoJSON object, in two dimensions. Raises ValueError."""
    try:
        geometry = shapely.force_2d(shapely.from_geojson(json.dumps(value)))
    except (shapely.errors.ShapelyError, TypeError, RecursionError):
        raise ValueError("should be a GeoJSON geometry") from None
    if geometry.is_empty:
        raise ValueError("should be a GeoJSON geometry that is not empty")
    if info.context != STORED:
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


def _line(value: object, info: ValidationInfo) -> shapely.LineString:
    line = value if isinstance(value, shapely.LineString) else _parse(value, info)
    if not isinstance(line, shapely.LineString):
        raise ValueError("should be a LineString")
    return line


def _polygon(value: object, info: ValidationInfo) -> Polygonal:
    is_polygonal = isinstance(value, shapely.Polygon | shapely.MultiPolygon)
    polygon = value if is_polygonal else _parse(value, info)
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise ValueError("should be a Polygon or MultiPolygon")
    if not polygon.is_valid:
        raise ValueError(f"should be valid: {shapely.is_valid_reason(polygon)}")
    return polygon


Code = Annotated[input_types.Code, WrapValidator(_pass_stored)]
Name = Annotated[input_types.Name, WrapValidator(_pass_stored)]
Count = Annotated[int, Field(strict=True, ge=1, le=999), WrapValidator(_pass_stored)]
Timestamp = Annotated[input_types.Timestamp, WrapValidator(_timestamp)]
Line = Annotated[shapely.LineString, PlainValidator(_line)]
GridPolygon = Annotated[Polygonal, PlainValidator(_polygon)]
