"""Answers that are features on a map: a statement, the column that orders it, and its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from geo.models import WGS84

Statement = Select[*tuple[Any, ...]]
"""A select of any columns."""

PRECISION = 7
"""Decimals of a degree in GeoJSON: a centimetre."""


Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


def in_box(column: Any, box: Box) -> ColumnElement[bool]:
    """Return the condition that a geometry column meets a box."""
    return func.ST_Intersects(column, func.ST_MakeEnvelope(*box, WGS84))


@dataclass(frozen=True)
class Features:
    """A statement with labelled columns, one of them `geom`, in the order of the column `key`."""

    statement: Statement
    key: str = "code"

    def after(self, cursor: str | None) -> Statement:
        """Return the statement from just behind `cursor` on, in order."""
        feature = self.statement.subquery("feature")
        rows = select(feature).order_by(feature.c[self.key])
        return rows if cursor is None else rows.where(feature.c[self.key] > cursor)


@dataclass(frozen=True)
class Page:
    """Features written as GeoJSON by the database, and the cursor of the next page if any."""

    features: Sequence[str]
    next: str | None

    def geojson(self) -> str:
        """Return the page as a GeoJSON FeatureCollection."""
        return f'{{"type":"FeatureCollection","features":[{",".join(self.features)}]}}'


def page(session: Session, features: Features, *, limit: int, cursor: str | None = None) -> Page:
    """Return at most `limit` features behind `cursor`; its cost does not grow with the cursor."""
    feature = features.after(cursor).limit(limit + 1).subquery("feature")
    written = func.ST_AsGeoJSON(literal_column("feature"), "geom", PRECISION)
    rows = session.execute(
        select(feature.c[features.key], written).order_by(feature.c[features.key])
    )
    found = rows.all()
    more = len(found) > limit
    return Page([row[1] for row in found[:limit]], found[limit - 1][0] if more else None)


def one(session: Session, features: Features) -> str:
    """Return the only feature there is as GeoJSON."""
    [written] = page(session, features, limit=1).features
    return written
