"""How many buildings have property management, by any rung of the city, on any day."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Select, case, cast, column, func, select
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.buildings import standing_on
from geo.coverage.counts import Known
from geo.coverage.filter import EVERY, BuildingFilter
from geo.feature_query import Box, Features, in_box
from geo.grids import grids
from geo.models import Area, Building, Level, MicroGrid, Neighborhood, PropertyCoverage


class Grouping(StrEnum):
    """What property coverage is counted by."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    NEIGHBORHOOD = "neighborhood"
    GRID = "grid"


@dataclass(frozen=True)
class Tally:
    """Buildings and households of one place, and how many of them are covered."""

    code: str
    name: str | None
    buildings: int
    covered: int
    uncovered: int
    rate: float | None
    """Covered buildings per building, 0 to 1; None where there is no building."""
    households: int
    covered_households: int


def by(
    session: Session,
    grouping: Grouping,
    *,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    box: Box | None = None,
    among: BuildingFilter = EVERY,
) -> list[Tally]:
    """Return the tally of every place of a kind inside an area on a day, by code.

    Of places that meet a box, if one is given, and of the buildings that are chosen. A grid is
    taken as it was at moment `at`. A building whose community is unknown counts nowhere.
    """
    asked = statement(grouping, on=on, at=at, area_code=area_code, box=box, among=among)
    return [Tally(**row) for row in session.execute(asked).mappings()]


def statement(
    grouping: Grouping,
    *,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    box: Box | None = None,
    among: BuildingFilter = EVERY,
) -> Select[Any]:
    """Return the one statement behind `by`."""
    match grouping:
        case Grouping.NEIGHBORHOOD:
            return _by_neighborhood(on, area_code, box, among)
        case Grouping.GRID:
            return _by_grid(on, at, area_code, box, among)
        case _:
            return _by_level(Level(grouping.value), on, area_code, box, among)


def remembered(
    session: Session,
    grouping: Grouping,
    known: Known,
    *,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    box: Box | None = None,
    among: BuildingFilter = EVERY,
) -> list[Tally]:
    """Return what `by` does; of all buildings, it counts only what is not known of this state."""
    if among != EVERY or grouping is Grouping.NEIGHBORHOOD:
        return by(session, grouping, on=on, at=at, area_code=area_code, box=box, among=among)
    grid = grouping is Grouping.GRID
    place: Any = MicroGrid if grid else Area
    asked = select(place.code, place.name).order_by(place.code)
    asked = asked.where(grids.in_force(at) if grid else Area.level == Level(grouping.value))
    if area_code is not None:
        asked = asked.where(areas.within(place.code, area_code))
    if box is not None:
        asked = asked.where(in_box(place.geom, box))
    named = [(code, name) for code, name in session.execute(asked)]
    codes = [code for code, _ in named]
    if grid:
        counts = known.of_grids(session, codes, on, at)
    else:
        counts = known.of_areas(session, codes, on, exact=grouping is Grouping.COMMUNITY)
    return [_told(*row, *tally) for row, tally in zip(named, counts, strict=True)]


def _told(
    code: str,
    name: str | None,
    buildings: int,
    covered: int,
    households: int,
    covered_households: int,
) -> Tally:
    rate = covered / buildings if buildings else None
    uncovered = buildings - covered
    return Tally(code, name, buildings, covered, uncovered, rate, households, covered_households)


def facts(
    grouping: Grouping,
    *,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    box: Box | None = None,
) -> Features:
    """Return the tallies of areas or grids with their shapes, those that meet a box if any."""
    if grouping is Grouping.GRID:
        tally = _by_grid(on, at, area_code, box)
        return Features(tally.add_columns(MicroGrid.community_code, MicroGrid.geom))
    counts = _by_level(Level(grouping.value), on, area_code).subquery("tally")
    statement = select(*counts.c, Area.name_en, Area.parent_code, Area.level, Area.geom).join(
        Area, Area.code == counts.c.code
    )
    return Features(statement if box is None else statement.where(in_box(Area.geom, box)))


def _counts(*more: Any, on: datetime.date, among: BuildingFilter = EVERY) -> Select[Any]:
    """Count buildings and households; at most one row of today's coverage meets each building."""
    today = aliased(PropertyCoverage, name="today")
    return (
        select(
            *more,
            func.count().label("buildings"),
            func.count(today.id).label("covered"),
            func.coalesce(func.sum(Building.households), 0).label("households"),
            func.coalesce(func.sum(case((today.id.is_not(None), Building.households))), 0).label(
                "covered_households"
            ),
        )
        .select_from(Building)
        .outerjoin(today, (today.building_code == Building.code) & today.covered.contains(on))
        .where(standing_on(on), *among.conditions(today, on))
    )


def _by_level(
    level: Level,
    on: datetime.date,
    area_code: str | None,
    box: Box | None = None,
    among: BuildingFilter = EVERY,
) -> Select[Any]:
    counts = _counts(Building.community_code, on=on, among=among)
    counts = counts.group_by(Building.community_code)
    places = select(Area.code, Area.name).where(Area.level == level)
    if box is not None:
        places = places.where(in_box(Area.geom, box))
    if area_code is not None:
        counts = counts.where(areas.within(Building.community_code, area_code))
        places = places.where(areas.within(Area.code, area_code))
    community, place = counts.cte("community"), places.cte("place")
    lies_within: ColumnElement[bool] = func.starts_with(community.c.community_code, place.c.code)
    if level is Level.COMMUNITY:
        lies_within = community.c.community_code == place.c.code
    return (
        _tally(place, community, total=True)
        .select_from(place.outerjoin(community, lies_within))
        .group_by(place.c.code, place.c.name)
        .order_by(place.c.code)
    )


def _by_neighborhood(
    on: datetime.date, area_code: str | None, box: Box | None, among: BuildingFilter
) -> Select[Any]:
    counts = _counts(Building.neighborhood_code, on=on, among=among)
    counts = counts.group_by(Building.neighborhood_code)
    places = select(Neighborhood.code, Neighborhood.name)
    if box is not None:
        places = places.where(in_box(Neighborhood.geom, box))
    if area_code is not None:
        places = places.where(areas.within(Neighborhood.community_code, area_code))
    count, place = counts.cte("count"), places.cte("place")
    joined = place.outerjoin(count, count.c.neighborhood_code == place.c.code)
    return _tally(place, count).select_from(joined).order_by(place.c.code)


def _by_grid(
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None,
    box: Box | None = None,
    among: BuildingFilter = EVERY,
) -> Select[Any]:
    holds = _counts(on=on, among=among).where(grids.inside(MicroGrid, at)).lateral("holds")
    statement = (
        _tally(MicroGrid, holds)
        .select_from(MicroGrid)
        .join(holds, column("true", is_literal=True))
        .where(grids.in_force(at))
        .order_by(MicroGrid.code)
    )
    if area_code is not None:
        statement = statement.where(areas.within(MicroGrid.code, area_code))
    return statement if box is None else statement.where(in_box(MicroGrid.geom, box))


def _tally(place: Any, counts: Any, *, total: bool = False) -> Select[Any]:
    """Select the columns of Tally from a place and its counts, adding the counts up if `total`."""
    of, by = (getattr(place, "c", place), counts.c)

    def number(name: str) -> Any:
        return func.coalesce(cast(func.sum(by[name]), BigInteger) if total else by[name], 0)

    buildings, covered = number("buildings"), number("covered")
    return select(
        of.code,
        of.name,
        buildings.label("buildings"),
        covered.label("covered"),
        (buildings - covered).label("uncovered"),
        (cast(covered, Float) / func.nullif(buildings, 0)).label("rate"),
        number("households").label("households"),
        number("covered_households").label("covered_households"),
    )
