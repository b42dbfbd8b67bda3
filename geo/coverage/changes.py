"""How many buildings gained property management between two days, and how many lost it."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Float, Select, and_, cast, column, func, or_, select, true
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
    """Buildings of one area, neighborhood or grid that gained or lost coverage between two days.

    `gained` and `lost` count the buildings that stand on the later day; the figures before are
    those of the earlier day. So buildings built or retired between them make a difference.
    """

    code: str
    name: str | None
    gained: int
    lost: int
    buildings_before: int
    uncovered_before: int

    @property
    def rate_before(self) -> float | None:
        """Covered buildings per building on the earlier day; None without buildings."""
        covered = self.buildings_before - self.uncovered_before
        return covered / self.buildings_before if self.buildings_before else None


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
    to another has not changed. Grids are those in force at `at`, on both days.
    """
    query = CoverageQuery(grouping, on, at, area_code, building_filter=building_filter)
    rows = session.execute(_statement(query, since)).mappings()
    return [CoverageChange(**row) for row in rows]


def feature_query(query: CoverageQuery, since: datetime.date) -> FeatureQuery:
    """Return what `figures.feature_query` returns, with what `count_by` returns, and `net`.

    The other figures count the buildings that pass the filter on the later day.
    """
    figure = figures.computed_once(figures.feature_query(query).statement, "figure")
    change = figures.computed_once(_statement(query, since), "change")
    before, uncovered = change.c.buildings_before, change.c.uncovered_before
    statement: Statement = select(
        figure,
        before,
        uncovered,
        (cast(before - uncovered, Float) / func.nullif(before, 0)).label("rate_before"),
        change.c.gained,
        change.c.lost,
        (change.c.gained - change.c.lost).label("net"),
    )
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


_COUNTS = ("gained", "lost", "buildings_before", "uncovered_before")


def _counts(comparison: _Comparison, *columns: Any) -> Select[Any]:
    """Count the buildings covered on one of the two days only, and those of the earlier day."""
    since, on, conditions = comparison.since, comparison.on, comparison.building_filter.conditions
    before = aliased(PropertyCoverage, name="coverage_before")
    after = aliased(PropertyCoverage, name="coverage_after")
    passed = and_(true(), *conditions(before, since))
    stood, stands = standing_on(since), standing_on(on)
    compared = and_(stands, or_(passed, and_(true(), *conditions(after, on))))
    counts = (
        func.count().filter(compared, before.id.is_(None), after.id.is_not(None)),
        func.count().filter(compared, before.id.is_not(None), after.id.is_(None)),
        func.count().filter(stood, passed),
        func.count().filter(stood, passed, before.id.is_(None)),
    )
    return (
        select(*columns, *(count.label(name) for name, count in zip(_COUNTS, counts, strict=True)))
        .select_from(Building)
        .outerjoin(before, covers_on(before, since))
        .outerjoin(after, covers_on(after, on))
        .where(or_(stood, stands))
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
        select(area.c.code, area.c.name, *(_sum(community.c[name]) for name in _COUNTS))
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
        select(Neighborhood.code, Neighborhood.name, *(count.c[name] for name in _COUNTS))
        .join(count, column("true", is_literal=True))
        .order_by(Neighborhood.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(Neighborhood.community_code, area_code))


def _by_grid(comparison: _Comparison, at: datetime.datetime, area_code: str | None) -> Select[Any]:
    count = _counts(comparison).where(grids.belongs_to(MicroGrid, at)).lateral("grid_counts")
    statement = (
        select(MicroGrid.code, MicroGrid.name, *(count.c[name] for name in _COUNTS))
        .join(count, column("true", is_literal=True))
        .where(grids.in_force(at))
        .order_by(MicroGrid.code)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(MicroGrid.code, area_code))
