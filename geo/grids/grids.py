"""Queries of micro-grids: which one covers a point at a moment, and how much is in it."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Double,
    ScalarSelect,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, Range
from sqlalchemy.orm import Session, aliased

from geo import areas, city_time
from geo.errors import NotFound
from geo.feature_query import BBox, FeatureQuery, intersects_bbox
from geo.geometry.datums import Coords
from geo.grids import lineage
from geo.models import Building, BuildingStatus, MicroGrid, Revision

Period = Range[datetime.datetime]


class GridUnknown(NotFound):
    """No grid has ever had this code, or none has it at that moment."""

    code = "grid_unknown"


def in_force(at: datetime.datetime | ColumnElement[datetime.datetime]) -> ColumnElement[bool]:
    """Return the condition that a grid is in force at a moment."""
    return MicroGrid.in_force.contains(at)


def covering_grid_code(
    point: Any, at: datetime.datetime | ColumnElement[datetime.datetime]
) -> ScalarSelect[Any]:
    """Return a subquery for the code of the grid that covers a point, on a border the lowest."""
    grid = aliased(MicroGrid)
    return (
        select(grid.code)
        .where(grid.in_force.contains(at), func.ST_Covers(grid.geom, point))
        .order_by(grid.code)
        .limit(1)
        .scalar_subquery()
    )


def revision_at(session: Session, at: datetime.datetime) -> int | None:
    """Return the number of the newest revision in force at a moment, None before the first."""
    return session.scalar(select(func.max(Revision.number)).where(Revision.effective_at <= at))


def locate(session: Session, coords: Coords, at: datetime.datetime) -> list[str | None]:
    """Return the code of the grid of each of n points at a moment, None outside every grid.

    `coords` has shape (n, 2), in WGS 84; a point with a NaN lies in no grid.
    """
    lons, lats = coords.T.tolist()
    arrays = func.unnest(
        cast(bindparam("lons", lons), ARRAY(Double)),
        cast(bindparam("lats", lats), ARRAY(Double)),
    )
    lon, lat = column("lon", Double), column("lat", Double)
    points = arrays.table_valued(lon, lat, with_ordinality="row", name="points").render_derived()
    point = func.ST_SetSRID(func.ST_MakePoint(points.c.lon, points.c.lat), 4326)
    codes = select(covering_grid_code(point, at)).select_from(points).order_by(points.c.row)
    return list(session.scalars(codes))


def query(
    *,
    at: datetime.datetime,
    area_code: str | None = None,
    bbox: BBox | None = None,
) -> FeatureQuery:
    """Return the grids in force at a moment, each with its numbers of buildings and households."""
    counts = _building_counts(at)
    statement = (
        select(
            MicroGrid.code,
            MicroGrid.name,
            MicroGrid.community_code,
            counts.c.buildings,
            counts.c.households,
            func.lower(MicroGrid.in_force).label("in_force_since"),
            MicroGrid.begun_in.label("revision"),
            MicroGrid.geom,
        )
        .join(counts, column("true", is_literal=True))
        .where(in_force(at))
    )
    if area_code is not None:
        statement = statement.where(areas.within(MicroGrid.code, area_code))
    if bbox is not None:
        statement = statement.where(intersects_bbox(MicroGrid.geom, bbox))
    return FeatureQuery(statement)


def belongs_to(grid: Any, at: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a grid is the one with the lowest code that covers a building."""
    lower = aliased(MicroGrid)
    in_lower_grid = (
        select(lower.id)
        .where(lower.in_force.contains(at), lower.code < grid.code)
        .where(func.ST_Covers(lower.geom, Building.point))
        .correlate(grid, Building)
        .exists()
    )
    # Footprints are indexed, the points in them are not.
    uses_index = Building.footprint.intersects(grid.geom)
    return and_(uses_index, func.ST_Covers(grid.geom, Building.point), ~in_lower_grid)


def _building_counts(at: datetime.datetime) -> Any:
    return (
        select(
            func.count().label("buildings"),
            func.coalesce(func.sum(Building.households), 0).label("households"),
        )
        .where(Building.status == BuildingStatus.STANDING, belongs_to(MicroGrid, at))
        .lateral("building_counts")
    )


def get(session: Session, code: str, *, at: datetime.datetime | None = None) -> FeatureQuery:
    """Return one grid as in `query`, at a moment or, for None, as it is now or last was.

    It also has `in_force_to` and `successors`: the current grids in the area of a grid that ended,
    the largest share first. Raises GridUnknown, which names the last moment it was in force.
    """
    now = city_time.now()
    rows = (
        select(MicroGrid.in_force).where(MicroGrid.code == code).order_by(MicroGrid.in_force.desc())
    )
    periods = session.scalars(rows).all()
    if not periods:
        raise GridUnknown(f"There is no grid {code!r}.", hint="GET /v1/grids lists the grids.")
    period = _find_period(periods, at or now, or_earlier=at is None)
    if period is None:
        raise _not_in_force(code, periods, at or now)
    moment = at or (now if period.upper is None else _last_moment(period))
    is_retired = period is periods[0] and period.upper is not None
    successors = lineage.successors(session, code) if is_retired else []
    more = (
        func.upper(MicroGrid.in_force).label("in_force_to"),
        cast(literal(json.dumps(successors)), JSONB).label("successors"),
    )
    statement = query(at=moment).statement.add_columns(*more)
    return FeatureQuery(statement.where(MicroGrid.code == code))


def _find_period(
    periods: Sequence[Period], at: datetime.datetime, *, or_earlier: bool
) -> Period | None:
    """Return the period that contains a moment, or else the latest earlier one if allowed."""
    for period in periods:
        is_earlier = period.upper is not None and period.upper <= at
        if period.contains(at) or (or_earlier and is_earlier):
            return period
    return None


def _last_moment(period: Period) -> datetime.datetime:
    assert period.upper is not None
    return min(city_time.now(), period.upper - datetime.timedelta(microseconds=1))


def _not_in_force(code: str, periods: Sequence[Period], at: datetime.datetime) -> GridUnknown:
    ends = [period.upper for period in periods if period.upper is not None and period.upper <= at]
    begins = min(period.lower for period in periods if period.lower is not None)
    hint = f"It comes into force at {begins.isoformat()}; request a later moment with ?at=."
    if ends:
        hint = (
            f"It was in force until {max(ends).isoformat()}; request an earlier moment with ?at=."
        )
    return GridUnknown(f"Grid {code!r} is not in force at {at.isoformat()}.", hint=hint)


def history(session: Session, code: str) -> list[dict[str, Any]]:
    """Return every version of a grid, oldest first. Raises GridUnknown."""
    versions = (
        select(
            MicroGrid.code,
            MicroGrid.name,
            func.lower(MicroGrid.in_force).label("in_force_from"),
            func.upper(MicroGrid.in_force).label("in_force_to"),
            MicroGrid.begun_in.label("revision"),
            Revision.title,
            Revision.author_name.label("author"),
            cast(func.ST_AsGeoJSON(MicroGrid.geom, 7), JSON).label("geometry"),
        )
        .join(Revision, Revision.number == MicroGrid.begun_in)
        .where(MicroGrid.code == code)
        .order_by(MicroGrid.in_force)
    )
    rows = [dict(row) for row in session.execute(versions).mappings()]
    if not rows:
        raise GridUnknown(f"There is no grid {code!r}.", hint="GET /v1/grids lists the grids.")
    return rows
