"""The roads, railways, waters and parks that a map shows as its background."""

from sqlalchemy import select

from geo.feature_query import BBox, FeatureQuery, intersects_bbox
from geo.models import Backdrop


def query(bbox: BBox | None = None) -> FeatureQuery:
    """Return the features that intersect a bounding box, or all of them."""
    statement = select(Backdrop.id, Backdrop.kind, Backdrop.name, Backdrop.geom)
    if bbox is not None:
        statement = statement.where(intersects_bbox(Backdrop.geom, bbox))
    return FeatureQuery(statement, key="id")
