"""How many buildings gained property management between two days, and how many lost it."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, column, func, or_, select
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.coverage import figures
from geo.coverage.figures import CoverageQuery, Grouping
from geo.coverage.filter import ALL_BUILDINGS, BuildingFilter
from geo.coverage.rules import covers_on, standing_on
from geo.feature_query import FeatureQuery, Statement
from geo.grids import grids
from geo.models import Area, Building, Level, MicroGrid, Neighborhood, PropertyCoverage


@dataclass(frozen=True)
class CoverageChange:
    """Buildings of one area, neighborhood or grid that gained or lost coverage between two days."""

    code: str
    name: str | None
    gained: int
    lost: int


def count_by(
    session: Session,
    grouping: Grouping,
    *,
    since: datetime.date,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    building_filter: BuildingFilter = ALL_BUILDINGS,
) -> list[CoverageChange]:
    """Return what each member of a grouping inside an area gained and lost from `since` to `on`.

    Counts the buildings that stand on `on` and pass the filter on either day: a filter on property
    firms shows what firms took over and what they gave up. A building that passed from one manager
    to another has not changed. Grids are those in force at `at`.
    """
    query = CoverageQuery(grouping, on, at, area_code, building_filter=building_filter)
    rows = session.execute(_statement(query, since)).mappings()
    return [CoverageChange(**row) for row in rows]


def feature_query(query: CoverageQuery, since: datetime.date) -> FeatureQuery:
    """Return what `figures.feature_query` returns, with `gained`, `lost` and `net` since a day.

    `gained` and `lost` count as in `count_by`, the other figures the buildings that pass the filter
    on the later day.
    """
    figure = figures.computed_once(figures.feature_query(query).statement, "figure")
    change = figures.computed_once(_statement(query, since), "change")
    net = (change.c.gained - change.c.lost).label("net")
    statement: Statement = select(figure, change.c.gained, change.c.lost, net)
    return FeatureQuery(statement.join(change, change.c.code == figure.c.code))


def _statement(query: CoverageQuery, since: datetime.date) -> Select[Any]:
    comparison = _Comparison(since, query.on, query.building_filter)
    match query.grouping:
        case Grouping.NEIGHBORHOOD:
            return _by_neighborhood(comparison, query.area_code)
        case Grouping.GRID:
            return _by_grid(comparison, query.at, query.area_code)
        case _:
            return _by_level(Level(query.grouping.value), comparison, query.area_code)


@dataclass(frozen=True)
class _Comparison:
    """Two days, and the buildings that count."""

    since: datetime.date
    on: datetime.date
    building_filter: BuildingFilter


def _counts(comparison: _Comparison, *columns: Any) -> Select[Any]:
    """Count the buildings that are covered on one of the two days only."""
    before = aliased(PropertyCoverage, name="coverage_before")
    after = aliased(PropertyCoverage, name="coverage_after")
    statement = (
        select(
            *columns,
            func.count().filter(before.id.is_(None), after.id.is_not(None)).label("gained"),
            func.count().filter(before.id.is_not(None), after.id.is_(None)).label("lost"),
        )
        .select_from(Building)
        .outerjoin(before, covers_on(before, comparison.since))
        .outerjoin(after, covers_on(after, comparison.on))
        .where(standing_on(comparison.on))
    )
    if comparison.building_filter == ALL_BUILDINGS:
        return statement
    conditions = comparison.building_filter.conditions
    return statement.where(
        or_(and_(*conditions(before, comparison.since)), and_(*conditions(after, comparison.on)))
    )


def _by_level(level: Level, comparison: _Comparison, area_code: str | None) -> Select[Any]:
    counts = _counts(comparison, Building.community_code)
    counts = counts.group_by(Building.community_code)
    statement = select(Area.code, Area.name).where(Area.level == level)
    if area_code is not None:
        counts = counts.where(areas.within(Building.community_code, area_code))
        statement = statement.where(areas.within(Area.code, area_code))
    community = figures.computed_once(counts, "community_changes")
    area = statement.cte("compared_area")
    is_within = func.starts_with(community.c.community_code, area.c.code)
    return (
        select(area.c.code, area.c.name, *map(_sum, (community.c.gained, community.c.lost)))
        .select_from(area.outerjoin(community, is_within))
        .group_by(area.c.code, area.c.name)
        .order_by(area.c.code)
    )


def _sum(count: Any) -> Any:
    return func.coalesce(cast(func.sum(count), BigInteger), 0).label(count.key)


def _by_neighborhood(comparison: _Comparison, area_code: str | None) -> Select[Any]:
    counts = _counts(comparison).where(Building.neighborhood_code == Neighborhood.code)
    count = counts.correlate(Neighborhood).lateral("neighborhood_counts")
    statement = (
        select(Neighborhood.code, Neighborhood.name, count.c.gained, count.c.lost)
        .join(count, column("true", is_literal=True))
        .order_by(Neighborhood.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(Neighborhood.community_code, area_code))


def _by_grid(comparison: _Comparison, at: datetime.datetime, area_code: str | None) -> Select[Any]:
    count = _counts(comparison).where(grids.belongs_to(MicroGrid, at)).lateral("grid_counts")
    statement = (
        select(MicroGrid.code, MicroGrid.name, count.c.gained, count.c.lost)
        .join(count, column("true", is_literal=True))
        .where(grids.in_force(at))
        .order_by(MicroGrid.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(MicroGrid.code, area_code))
