"""GeoJSON."""

from typing import Any, Literal

from pydantic import BaseModel

from api.schemas.links import LinkOut


class FeatureOut(BaseModel):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class FeatureCollectionOut(BaseModel):
    """A page of GeoJSON features; `links` has `next` unless it is the last page."""

    type: Literal["FeatureCollection"]
    features: list[FeatureOut]
    links: list[LinkOut] = []
