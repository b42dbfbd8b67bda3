"""The roads, railways, waters and parks behind a map."""

from sqlalchemy import select

from geo.feature_query import Box, Features, in_box
from geo.models import Backdrop


def facts(box: Box | None = None) -> Features:
    """Return what lies in a box, or everything."""
    statement = select(Backdrop.id, Backdrop.kind, Backdrop.name, Backdrop.geom)
    if box is not None:
        statement = statement.where(in_box(Backdrop.geom, box))
    return Features(statement, key="id")
