"""Questions about micro-grids: which one covers a place at a moment, and what it holds."""

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
from geo.feature_query import Box, Features, in_box
from geo.geometry.datums import Coords
from geo.grids import lineage
from geo.models import Building, BuildingStatus, MicroGrid, Revision

Period = Range[datetime.datetime]


class GridUnknown(NotFound):
    """No grid has had this code, or none has it at that moment."""

    code = "grid_unknown"


def in_force(at: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a grid's shape counts at a moment."""
    return MicroGrid.in_force.contains(at)


def covering(point: Any, at: datetime.datetime) -> ScalarSelect[Any]:
    """Return the code of the grid that covers a point at a moment; the lowest, on a border."""
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

    `coords` has shape (n, 2), in WGS 84; a point with NaN in it lies nowhere.
    """
    lons, lats = coords.T.tolist()
    asked = func.unnest(
        cast(bindparam("lons", lons), ARRAY(Double)),
        cast(bindparam("lats", lats), ARRAY(Double)),
    )
    lon, lat = column("lon", Double), column("lat", Double)
    points = asked.table_valued(lon, lat, with_ordinality="row", name="asked").render_derived()
    place = func.ST_SetSRID(func.ST_MakePoint(points.c.lon, points.c.lat), 4326)
    codes = select(covering(place, at)).select_from(points).order_by(points.c.row)
    return list(session.scalars(codes))


def borders(session: Session, lon: float, lat: float, code: str, at: datetime.datetime) -> bool:
    """Tell whether a point lies exactly on the border of the grid with this code."""
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    on_border = select(func.ST_Intersects(func.ST_Boundary(MicroGrid.geom), place))
    return bool(session.scalar(on_border.where(MicroGrid.code == code, in_force(at))))


def facts(
    *,
    at: datetime.datetime,
    area_code: str | None = None,
    box: Box | None = None,
) -> Features:
    """Return the grids in force at a moment, each with the buildings and households it holds."""
    holds = _holdings(at)
    statement = (
        select(
            MicroGrid.code,
            MicroGrid.name,
            MicroGrid.community_code,
            holds.c.buildings,
            holds.c.households,
            func.lower(MicroGrid.in_force).label("in_force_since"),
            MicroGrid.begun_in.label("revision"),
            MicroGrid.geom,
        )
        .join(holds, column("true", is_literal=True))
        .where(in_force(at))
    )
    if area_code is not None:
        statement = statement.where(areas.within(MicroGrid.code, area_code))
    if box is not None:
        statement = statement.where(in_box(MicroGrid.geom, box))
    return Features(statement)


def inside(grid: Any, at: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a building belongs to a grid: covered by it and by none lower."""
    lower = aliased(MicroGrid)
    claimed = (
        select(lower.id)
        .where(lower.in_force.contains(at), lower.code < grid.code)
        .where(func.ST_Covers(lower.geom, Building.point))
        .correlate(grid, Building)
        .exists()
    )
    # The footprints are indexed, the points in them are not.
    near = Building.footprint.intersects(grid.geom)
    return and_(near, func.ST_Covers(grid.geom, Building.point), ~claimed)


def _holdings(at: datetime.datetime) -> Any:
    return (
        select(
            func.count().label("buildings"),
            func.coalesce(func.sum(Building.households), 0).label("households"),
        )
        .where(Building.status == BuildingStatus.STANDING, inside(MicroGrid, at))
        .lateral("holds")
    )


def get(session: Session, code: str, *, at: datetime.datetime | None = None) -> Features:
    """Return one grid as `facts` has it, at a moment or, for None, as it is now or last was.

    Each has `in_force_to`, and `successors`: the newest grids on the ground of a grid that ended,
    the largest share first. Raises GridUnknown, which names the last moment it was in force.
    """
    periods = (
        select(MicroGrid.in_force).where(MicroGrid.code == code).order_by(MicroGrid.in_force.desc())
    )
    known = session.scalars(periods).all()
    if not known:
        raise GridUnknown(f"There is no grid {code!r}.", hint="GET /v1/grids lists the grids.")
    period = _period(known, at or city_time.now(), latest=at is None)
    if period is None:
        raise _not_then(code, known, at or city_time.now())
    moment = at or (city_time.now() if period.upper is None else _last_moment(period))
    heirs = lineage.successors(session, code) if period is known[0] and period.upper else []
    more = (
        func.upper(MicroGrid.in_force).label("in_force_to"),
        cast(literal(json.dumps(heirs)), JSONB).label("successors"),
    )
    every = facts(at=moment).statement.add_columns(*more)
    return Features(every.where(MicroGrid.code == code))


def _period(known: Sequence[Period], at: datetime.datetime, *, latest: bool) -> Period | None:
    """Return the period that a moment lies in, or the latest one before it if that will do."""
    for period in known:
        if period.contains(at) or (latest and period.upper is not None and period.upper <= at):
            return period
    return None


def _last_moment(period: Period) -> datetime.datetime:
    assert period.upper is not None
    return min(city_time.now(), period.upper - datetime.timedelta(microseconds=1))


def _not_then(code: str, known: Sequence[Period], at: datetime.datetime) -> GridUnknown:
    past = [period.upper for period in known if period.upper is not None and period.upper <= at]
    begins = min(period.lower for period in known if period.lower is not None)
    hint = f"It comes into force at {begins.isoformat()}; ask ?at= a later moment."
    if past:
        hint = f"It last was before {max(past).isoformat()}; ask ?at= an earlier moment."
    return GridUnknown(f"Grid {code!r} is not in force at {at.isoformat()}.", hint=hint)


def history(session: Session, code: str) -> list[dict[str, Any]]:
    """Return every shape a grid has had, oldest first. Raises GridUnknown."""
    shapes = (
        select(
            MicroGrid.code,
            MicroGrid.name,
            func.lower(MicroGrid.in_force).label("in_force_from"),
            func.upper(MicroGrid.in_force).label("in_force_to"),
            MicroGrid.begun_in.label("revision"),
            Revision.title,
            Revision.author,
            cast(func.ST_AsGeoJSON(MicroGrid.geom, 7), JSON).label("geometry"),
        )
        .join(Revision, Revision.number == MicroGrid.begun_in)
        .where(MicroGrid.code == code)
        .order_by(MicroGrid.in_force)
    )
    found = [dict(row) for row in session.execute(shapes).mappings()]
    if not found:
        raise GridUnknown(f"There is no grid {code!r}.", hint="GET /v1/grids lists the grids.")
    return found
