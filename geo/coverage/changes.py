"""Which buildings came to have property management between two days, and which lost it."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, column, func, or_, select
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.buildings import standing_on
from geo.coverage.figures import Grouping
from geo.coverage.filter import EVERY, BuildingFilter
from geo.grids import grids
from geo.models import Area, Building, Level, MicroGrid, Neighborhood, PropertyCoverage


@dataclass(frozen=True)
class Change:
    """Buildings of one place whose coverage differs between two days."""

    code: str
    name: str | None
    gained: int
    lost: int


def by(
    session: Session,
    grouping: Grouping,
    *,
    since: datetime.date,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    among: BuildingFilter = EVERY,
) -> list[Change]:
    """Return what every place of a kind inside an area gained and lost from `since` to `on`.

    Of the buildings that stand on `on` and are chosen as they were managed on either day: who looks
    at firms sees what firms took over and what they gave up. One that another manager took over has
    not changed. A grid is taken as it was at moment `at`.
    """
    asked = _Asked(since, on, among)
    match grouping:
        case Grouping.NEIGHBORHOOD:
            statement = _by_neighborhood(asked, area_code)
        case Grouping.GRID:
            statement = _by_grid(asked, at, area_code)
        case _:
            statement = _by_level(Level(grouping.value), asked, area_code)
    return [Change(**row) for row in session.execute(statement).mappings()]


@dataclass(frozen=True)
class _Asked:
    """Two days, and of which buildings."""

    since: datetime.date
    on: datetime.date
    among: BuildingFilter


def _counts(asked: _Asked, *more: Any) -> Select[Any]:
    """Count buildings that are covered on one of two days only."""
    then = aliased(PropertyCoverage, name="covered_then")
    now = aliased(PropertyCoverage, name="covered_now")
    statement = (
        select(
            *more,
            func.count().filter(then.id.is_(None), now.id.is_not(None)).label("gained"),
            func.count().filter(then.id.is_not(None), now.id.is_(None)).label("lost"),
        )
        .select_from(Building)
        .outerjoin(then, (then.building_code == Building.code) & then.covered.contains(asked.since))
        .outerjoin(now, (now.building_code == Building.code) & now.covered.contains(asked.on))
        .where(standing_on(asked.on))
    )
    if asked.among == EVERY:
        return statement
    chosen = [asked.among.conditions(then, asked.since), asked.among.conditions(now, asked.on)]
    return statement.where(or_(*(and_(*conditions) for conditions in chosen)))


def _by_level(level: Level, asked: _Asked, area_code: str | None) -> Select[Any]:
    counts = _counts(asked, Building.community_code)
    counts = counts.group_by(Building.community_code)
    places = select(Area.code, Area.name).where(Area.level == level)
    if area_code is not None:
        counts = counts.where(areas.within(Building.community_code, area_code))
        places = places.where(areas.within(Area.code, area_code))
    community, place = counts.cte("community"), places.cte("place")
    lies_within = func.starts_with(community.c.community_code, place.c.code)
    return (
        select(place.c.code, place.c.name, *map(_sum, (community.c.gained, community.c.lost)))
        .select_from(place.outerjoin(community, lies_within))
        .group_by(place.c.code, place.c.name)
        .order_by(place.c.code)
    )


def _sum(number: Any) -> Any:
    return func.coalesce(cast(func.sum(number), BigInteger), 0).label(number.key)


def _by_neighborhood(asked: _Asked, area_code: str | None) -> Select[Any]:
    counts = _counts(asked)
    counts = counts.where(Building.neighborhood_code == Neighborhood.code)
    holds = counts.correlate(Neighborhood).lateral("holds")
    statement = (
        select(Neighborhood.code, Neighborhood.name, holds.c.gained, holds.c.lost)
        .join(holds, column("true", is_literal=True))
        .order_by(Neighborhood.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(Neighborhood.community_code, area_code))


def _by_grid(asked: _Asked, at: datetime.datetime, area_code: str | None) -> Select[Any]:
    holds = _counts(asked).where(grids.inside(MicroGrid, at)).lateral("holds")
    statement = (
        select(MicroGrid.code, MicroGrid.name, holds.c.gained, holds.c.lost)
        .join(holds, column("true", is_literal=True))
        .where(grids.in_force(at))
        .order_by(MicroGrid.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(MicroGrid.code, area_code))
