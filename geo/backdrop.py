"""The roads, railways, waters and parks behind a map."""

from sqlalchemy import func, select

from geo.features import Features
from geo.models import Backdrop


def facts(box: tuple[float, float, float, float] | None = None) -> Features:
    """Return what lies in a box, or everything."""
    statement = select(Backdrop.id, Backdrop.kind, Backdrop.name, Backdrop.geom)
    if box is not None:
        envelope = func.ST_MakeEnvelope(*box, 4326)
        statement = statement.where(func.ST_Intersects(Backdrop.geom, envelope))
    return Features(statement, key="id")
