"""What is at a place: its grid at a moment, its areas, the border and building near it."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from geoalchemy2 import Geography
from sqlalchemy import cast, func, select
from sqlalchemy.orm import Session

from geo import areas, grids
from geo.models import Area, Building, BuildingStatus, MicroGrid


class Method(StrEnum):
    """How the answer came about."""

    INSIDE = "inside"
    BORDER = "border"
    OUTSIDE = "outside"


class Detail(StrEnum):
    """What more can be told about a place."""

    BORDER = "border"
    BUILDING = "building"


@dataclass(frozen=True)
class Grid:
    """The name plate of a grid."""

    code: str
    name: str | None


@dataclass(frozen=True)
class Border:
    """The border nearest to a place: how far in metres, and the grid beyond it, if any."""

    border_m: float
    neighbor: str | None


@dataclass(frozen=True)
class Place:
    """The answer to "where is this?"; `grid` is None outside every grid."""

    lon: float
    lat: float
    grid: Grid | None
    areas: Sequence[Area]
    method: Method
    revision: int | None


def look_up(session: Session, lon: float, lat: float, at: datetime.datetime) -> Place:
    """Return what a point in WGS 84 lies in at a moment; on a shared border, the lowest code."""
    [code] = grids.locate(session, np.array([[lon, lat]]), at)
    revision = grids.revision_at(session, at)
    if code is None:
        return Place(lon, lat, None, areas.covering(session, lon, lat), Method.OUTSIDE, revision)
    name = session.scalar(select(MicroGrid.name).where(MicroGrid.code == code, grids.in_force(at)))
    on_border = grids.borders(session, lon, lat, code, at)
    method = Method.BORDER if on_border else Method.INSIDE
    return Place(lon, lat, Grid(code, name), areas.chain(session, code), method, revision)


def border(session: Session, place: Place, at: datetime.datetime) -> Border | None:
    """Return the border of a place's grid that is nearest, geodesic; None outside every grid."""
    if place.grid is None:
        return None
    point = _point(place)
    here = cast(point, Geography)
    own = select(func.ST_Distance(cast(func.ST_Boundary(MicroGrid.geom), Geography), here))
    border_m = session.scalar(own.where(MicroGrid.code == place.grid.code, grids.in_force(at)))
    far = func.ST_Distance(cast(MicroGrid.geom, Geography), here)
    across = (
        select(MicroGrid.code, far)
        .where(grids.in_force(at), MicroGrid.code != place.grid.code)
        .where(func.ST_DWithin(cast(MicroGrid.geom, Geography), here, float(border_m or 0) + 0.01))
        .order_by(far, MicroGrid.code)
        .limit(1)
    )
    return Border(float(border_m or 0), session.scalar(across))


def building(session: Session, place: Place) -> str | None:
    """Return the code of the standing building that covers a place; the lowest of several."""
    covers = func.ST_Covers(Building.footprint, _point(place))
    standing = Building.status == BuildingStatus.STANDING
    return session.scalar(
        select(Building.code).where(covers, standing).order_by(Building.code).limit(1)
    )


def details(
    session: Session, place: Place, wanted: Collection[Detail], at: datetime.datetime
) -> dict[str, Any]:
    """Return what more is wanted about a place, by name."""
    found: dict[str, Any] = {}
    if Detail.BORDER in wanted and (nearest := border(session, place, at)) is not None:
        found |= vars(nearest)
    if Detail.BUILDING in wanted:
        found["building"] = building(session, place)
    return found


def _point(place: Place) -> Any:
    return func.ST_SetSRID(func.ST_MakePoint(place.lon, place.lat), 4326)
