"""How many buildings have property management: by administrative level, neighborhood or grid."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    Select,
    case,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.coverage.counts import CountsByCode, CoverageCountCache, CoverageCounts
from geo.coverage.filter import ALL_BUILDINGS, BuildingFilter
from geo.coverage.rules import covers_on, standing_on
from geo.feature_query import BBox, FeatureQuery, Statement, intersects_bbox
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
class CoverageFigures:
    """Buildings and households of one area, neighborhood or grid, and how many are covered."""

    code: str
    name: str | None
    buildings: int
    covered: int
    uncovered: int
    rate: float | None
    """Covered buildings per building, 0 to 1; None where there is no building."""
    households: int
    covered_households: int


@dataclass(frozen=True)
class CoverageQuery:
    """What to count: the members of a grouping inside an area, on a day.

    Only members that intersect the bounding box are returned, each counted in full. Only buildings
    that pass the filter are counted. Grids are those in force at `at`. A building without a
    community counts nowhere.
    """

    grouping: Grouping
    on: datetime.date
    at: datetime.datetime
    area_code: str | None = None
    bbox: BBox | None = None
    building_filter: BuildingFilter = ALL_BUILDINGS


def count_by(
    session: Session,
    grouping: Grouping,
    *,
    on: datetime.date,
    at: datetime.datetime,
    area_code: str | None = None,
    bbox: BBox | None = None,
    building_filter: BuildingFilter = ALL_BUILDINGS,
) -> list[CoverageFigures]:
    """Return the figures of a CoverageQuery with these fields, by code."""
    return count(session, CoverageQuery(grouping, on, at, area_code, bbox, building_filter))


def count(session: Session, query: CoverageQuery) -> list[CoverageFigures]:
    """Return the figures of each member of the query's grouping, by code."""
    rows = session.execute(count_statement(query)).mappings()
    return [CoverageFigures(**row) for row in rows]


def count_statement(query: CoverageQuery) -> Select[Any]:
    """Return the one statement behind `count`."""
    match query.grouping:
        case Grouping.NEIGHBORHOOD:
            return _by_neighborhood(query)
        case Grouping.GRID:
            return _by_grid(query)
        case _:
            return _by_level(query)


def count_cached(
    session: Session, cache: CoverageCountCache, query: CoverageQuery
) -> list[CoverageFigures]:
    """Return what `count` returns, with counts from a cache of this table version and day.

    The cache has no counts by neighborhood, and none of filtered buildings by grid: these are read
    from the database.
    """
    grouping, is_filtered = query.grouping, query.building_filter != ALL_BUILDINGS
    if grouping is Grouping.NEIGHBORHOOD or (is_filtered and grouping is Grouping.GRID):
        return count(session, query)
    members = session.execute(_members(query)).all()
    codes = [code for code, _ in members]
    is_community = grouping is Grouping.COMMUNITY
    if grouping is Grouping.GRID:
        counts = cache.count_grids(session, codes, query.on, query.at)
    elif is_filtered:
        key = query.building_filter, query.area_code
        load = partial(_count_communities, session, query)
        counts = cache.count_filtered(key, load, codes, exact=is_community)
    else:
        counts = cache.count_areas(session, codes, query.on, exact=is_community)
    return [
        _figures(code, name, count) for (code, name), count in zip(members, counts, strict=True)
    ]


def _count_communities(session: Session, query: CoverageQuery) -> CountsByCode:
    """Return the counts of the communities in the query's area that have buildings."""
    statement = _counts(query, Building.community_code).where(_in_community(query))
    return {code: CoverageCounts(*counts) for code, *counts in session.execute(statement)}


def _in_community(query: CoverageQuery) -> ColumnElement[bool]:
    """The condition that a building counts in an area of the query."""
    if query.area_code is None:
        return Building.community_code.is_not(None)
    return areas.within(Building.community_code, query.area_code)


def _members(query: CoverageQuery) -> Select[Any]:
    """Select code and name of the query's areas or grids."""
    is_grid = query.grouping is Grouping.GRID
    table: Any = MicroGrid if is_grid else Area
    statement = select(table.code, table.name).order_by(table.code)
    if is_grid:
        statement = statement.where(grids.in_force(query.at))
    else:
        statement = statement.where(Area.level == Level(query.grouping.value))
    return statement.where(*_extent(query, table.code, table.geom))


def _extent(query: CoverageQuery, code: Any, geom: Any) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a member is within the query's area and bounding box."""
    if query.area_code is not None:
        yield areas.within(code, query.area_code)
    if query.bbox is not None:
        yield intersects_bbox(geom, query.bbox)


def _figures(code: str, name: str | None, count: CoverageCounts) -> CoverageFigures:
    return CoverageFigures(
        code,
        name,
        count.buildings,
        count.covered,
        count.buildings - count.covered,
        count.covered / count.buildings if count.buildings else None,
        count.households,
        count.covered_households,
    )


def feature_query(query: CoverageQuery) -> FeatureQuery:
    """Return areas, neighborhoods or grids with their figures and geometries."""
    if query.grouping is Grouping.GRID:
        return FeatureQuery(_by_grid(query).add_columns(MicroGrid.community_code, MicroGrid.geom))
    counts = count_statement(query).subquery("counts")
    member: Any = Area
    more: tuple[Any, ...] = (Area.name_en, Area.parent_code, Area.level)
    if query.grouping is Grouping.NEIGHBORHOOD:
        member, more = Neighborhood, (Neighborhood.community_code,)
    statement: Statement = select(*counts.c, *more, member.geom)
    return FeatureQuery(statement.join(member, member.code == counts.c.code))


def computed_once(statement: Statement, name: str) -> CTE:
    """Return a CTE that PostgreSQL computes once.

    With outdated statistics, as after an import, it may expect one row and compute an aggregate
    again for each row that it joins: a second became minutes.
    """
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _counts(query: CoverageQuery, *columns: Any) -> Select[Any]:
    """Count buildings and households; at most one row of the day's coverage joins each building."""
    coverage = aliased(PropertyCoverage, name="coverage")
    covered_households = func.sum(case((coverage.id.is_not(None), Building.households)))
    return (
        select(
            *columns,
            func.count().label("buildings"),
            func.count(coverage.id).label("covered"),
            func.coalesce(func.sum(Building.households), 0).label("households"),
            func.coalesce(covered_households, 0).label("covered_households"),
        )
        .select_from(Building)
        .outerjoin(coverage, covers_on(coverage, query.on))
        .where(standing_on(query.on), *query.building_filter.conditions(coverage, query.on))
        .group_by(*columns)
    )


def _by_level(query: CoverageQuery) -> Select[Any]:
    """Count by community, then sum the communities of each area."""
    level = Level(query.grouping.value)
    counts = _counts(query, Building.community_code)
    if query.area_code is not None:
        counts = counts.where(areas.within(Building.community_code, query.area_code))
    selected = select(Area.code, Area.name).where(
        Area.level == level, *_extent(query, Area.code, Area.geom)
    )
    community = computed_once(counts, "community_counts")
    area = selected.cte("selected_area")
    is_within: ColumnElement[bool] = func.starts_with(community.c.community_code, area.c.code)
    if level is Level.COMMUNITY:
        is_within = community.c.community_code == area.c.code
    return (
        _select_figures(area, community, sums=True)
        .select_from(area.outerjoin(community, is_within))
        .group_by(area.c.code, area.c.name)
        .order_by(area.c.code)
    )


def _by_neighborhood(query: CoverageQuery) -> Select[Any]:
    counts = computed_once(_counts(query, Building.neighborhood_code), "neighborhood_counts")
    selected = select(Neighborhood.code, Neighborhood.name).where(
        *_extent(query, Neighborhood.community_code, Neighborhood.geom)
    )
    neighborhood = selected.cte("selected_neighborhood")
    joined = neighborhood.outerjoin(counts, counts.c.neighborhood_code == neighborhood.c.code)
    return _select_figures(neighborhood, counts).select_from(joined).order_by(neighborhood.c.code)


def _by_grid(query: CoverageQuery) -> Select[Any]:
    counts = _counts(query).where(grids.belongs_to(MicroGrid, query.at)).lateral("grid_counts")
    return (
        _select_figures(MicroGrid, counts)
        .select_from(MicroGrid)
        .join(counts, column("true", is_literal=True))
        .where(grids.in_force(query.at), *_extent(query, MicroGrid.code, MicroGrid.geom))
        .order_by(MicroGrid.code)
    )


def _select_figures(member: Any, counts: Any, *, sums: bool = False) -> Select[Any]:
    """Select the columns of CoverageFigures; `sums` adds up several rows of counts per member."""
    columns = getattr(member, "c", member)

    def number(name: str) -> Any:
        count = counts.c[name]
        return func.coalesce(cast(func.sum(count), BigInteger) if sums else count, 0)

    buildings, covered = number("buildings"), number("covered")
    return select(
        columns.code,
        columns.name,
        buildings.label("buildings"),
        covered.label("covered"),
        (buildings - covered).label("uncovered"),
        (cast(covered, Float) / func.nullif(buildings, 0)).label("rate"),
        number("households").label("households"),
        number("covered_households").label("covered_households"),
    )
