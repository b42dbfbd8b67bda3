"""Queries that return GeoJSON features: a statement, its key column, and pages by cursor."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from geo.models import WGS84

Statement = Select[*tuple[Any, ...]]
"""A select of any columns."""

PRECISION = 7
"""Decimals of a degree in GeoJSON: a centimetre."""

BBox = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


def intersects_bbox(column: Any, bbox: BBox) -> ColumnElement[bool]:
    """Return the condition that a geometry column intersects a bounding box."""
    return func.ST_Intersects(column, func.ST_MakeEnvelope(*bbox, WGS84))


@dataclass(frozen=True)
class FeatureQuery:
    """A statement with labelled columns: one is `geom`, `key` is unique and orders the rows."""

    statement: Statement
    key: str = "code"
    params: Mapping[str, object] = field(default_factory=dict)
    """Values of the parameters of a statement that is built once and reused."""

    def after_cursor(self, cursor: str | None) -> Statement:
        """Return the statement ordered by key, from the first row after `cursor`."""
        feature = self.statement.subquery("feature")
        rows = select(feature).order_by(feature.c[self.key])
        return rows if cursor is None else rows.where(feature.c[self.key] > cursor)


@dataclass(frozen=True)
class FeaturePage:
    """Features as GeoJSON from PostGIS, and the cursor of the next page if there is one."""

    features: Sequence[str]
    next_cursor: str | None


def fetch_page(
    session: Session, query: FeatureQuery, *, limit: int, cursor: str | None = None
) -> FeaturePage:
    """Return at most `limit` features after `cursor`. The cost does not depend on the cursor."""
    feature = query.after_cursor(cursor).limit(limit + 1).subquery("feature")
    key = feature.c[query.key]
    geojson = func.ST_AsGeoJSON(literal_column("feature"), "geom", PRECISION)
    rows = session.execute(select(key, geojson).order_by(key), query.params).all()
    has_more = len(rows) > limit
    return FeaturePage([row[1] for row in rows[:limit]], rows[limit - 1][0] if has_more else None)


def stream(session: Session, query: FeatureQuery, *, batch_rows: int = 1000) -> Generator[str]:
    """Yield every feature as GeoJSON, in the order of the key, from a cursor in the database."""
    feature = query.after_cursor(None).subquery("feature")
    geojson = func.ST_AsGeoJSON(literal_column("feature"), "geom", PRECISION)
    statement = select(geojson).select_from(feature).order_by(feature.c[query.key])
    options = {"yield_per": batch_rows}
    with session.execute(statement, query.params, execution_options=options) as result:
        yield from result.scalars()


def fetch_one(session: Session, query: FeatureQuery) -> str:
    """Return the only feature of a query as GeoJSON."""
    geojson: str = session.execute(_geojson(query.statement), query.params).scalar_one()
    return geojson


@lru_cache(maxsize=64)
def _geojson(statement: Statement) -> Select[str]:
    """Return a statement for the features of another; cached, for statements that are reused."""
    feature = statement.subquery("feature")
    geojson = func.ST_AsGeoJSON(literal_column("feature"), "geom", PRECISION)
    return select(geojson).select_from(feature)
