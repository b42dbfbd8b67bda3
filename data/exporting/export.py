"""Fetch query results and whole datasets as GeoDataFrames and DataFrames."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import geopandas
import pandas as pd
import shapely
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from data.columns import DatasetKind
from geo import areas, backdrop
from geo.feature_query import FeatureQuery, Statement
from geo.grids import grids
from geo.models import (
    WGS84,
    Building,
    GridMember,
    Issue,
    Manager,
    MicroGrid,
    Neighborhood,
    Person,
    PropertyCoverage,
)


def fetch_features(
    session: Session, query: FeatureQuery, *, limit: int | None = None, cursor: str | None = None
) -> geopandas.GeoDataFrame:
    """Return features as a frame in WGS 84, in the order of their key."""
    feature = query.after_cursor(cursor).limit(limit).subquery("feature")
    attributes = [column for column in feature.c if column.key != "geom"]
    wkb: Any = func.ST_AsBinary(feature.c.geom, type_=LargeBinary)
    statement = select(*attributes, wkb.label("geom")).order_by(feature.c[query.key])
    rows = session.execute(statement).all()
    names = [column.key for column in attributes]
    shapes = shapely.from_wkb([row[-1] for row in rows])
    return geopandas.GeoDataFrame(_to_frame(names, rows), geometry=shapes, crs=WGS84)


def fetch_dataset(
    session: Session,
    kind: DatasetKind,
    *,
    area_code: str | None = None,
    at: datetime.datetime,
    phones: bool = False,
) -> pd.DataFrame:
    """Return all rows of a kind in the columns that import reads; grids as of `at`.

    Phone numbers of grid members are included only if `phones` is set: files are easily shared.
    """
    if kind in _FEATURE_QUERIES:
        query = _FEATURE_QUERIES[kind](area_code, at)
        frame: pd.DataFrame = fetch_features(session, query)
        return frame
    if kind is DatasetKind.GRID_MEMBERS:
        statement = _grid_members(area_code, phones)
    else:
        statement = _TABLE_QUERIES[kind](area_code)
    rows = session.execute(statement)
    return _to_frame(list(rows.keys()), rows.all())


def _to_frame(names: list[str], rows: Any) -> pd.DataFrame:
    columns = zip(*(row[: len(names)] for row in rows), strict=True) if rows else ([],) * len(names)
    table = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)), columns=pd.Index(names))
    return pd.DataFrame(table.convert_dtypes())


def _neighborhoods(area_code: str | None, _: datetime.datetime) -> FeatureQuery:
    columns = ("code", "name", "community_code", "station_services", "geom")
    statement: Statement = select(*(getattr(Neighborhood, name) for name in columns))
    return _filter_area(statement, Neighborhood.community_code, area_code)


def _buildings(area_code: str | None, _: datetime.datetime) -> FeatureQuery:
    statement: Statement = select(
        Building.code,
        Building.name,
        Building.address,
        Building.community_code,
        Building.neighborhood_code,
        Building.households,
        Building.floors,
        Building.built_year,
        Building.use,
        Building.status,
        Building.footprint.label("geom"),
    )
    return _filter_area(statement, Building.community_code, area_code)


def _grids(area_code: str | None, at: datetime.datetime) -> FeatureQuery:
    statement: Statement = select(
        MicroGrid.code, MicroGrid.name, MicroGrid.community_code, MicroGrid.geom
    ).where(grids.in_force(at))
    return _filter_area(statement, MicroGrid.code, area_code)


def _issues(area_code: str | None, _: datetime.datetime) -> FeatureQuery:
    columns = ("ref", "category", "description", "reported_at", "status", "channel", "geom")
    statement: Statement = select(*(getattr(Issue, name) for name in columns))
    return _filter_area(statement, Issue.grid_code, area_code, key="ref")


def _managers(_: str | None) -> Statement:
    return select(Manager.code, Manager.name, Manager.kind, Manager.phone).order_by(Manager.code)


def _property_coverage(area_code: str | None) -> Statement:
    statement = (
        select(
            PropertyCoverage.building_code,
            PropertyCoverage.manager_code,
            func.lower(PropertyCoverage.covered).label("covered_from"),
            func.upper(PropertyCoverage.covered).label("covered_to"),
        )
        .join(Building, Building.code == PropertyCoverage.building_code)
        .order_by(PropertyCoverage.building_code, PropertyCoverage.covered)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(Building.community_code, area_code))


def _grid_members(area_code: str | None, phones: bool) -> Statement:
    statement: Statement = (
        select(
            GridMember.person_code,
            Person.name,
            *((Person.phone,) if phones else ()),
            GridMember.grid_code,
            GridMember.duty,
            func.lower(GridMember.assigned).label("assigned_from"),
            func.upper(GridMember.assigned).label("assigned_to"),
        )
        .join(Person, Person.code == GridMember.person_code)
        .order_by(GridMember.grid_code, GridMember.person_code, GridMember.assigned)
    )
    if area_code is None:
        return statement
    return statement.where(areas.within(GridMember.grid_code, area_code))


def _filter_area(
    statement: Statement, column: Any, area_code: str | None, key: str = "code"
) -> FeatureQuery:
    if area_code is not None:
        statement = statement.where(areas.within(column, area_code))
    return FeatureQuery(statement, key)


_FEATURE_QUERIES: Mapping[DatasetKind, Callable[[str | None, datetime.datetime], FeatureQuery]] = {
    DatasetKind.AREAS: lambda area_code, _: areas.query(area_code=area_code),
    DatasetKind.NEIGHBORHOODS: _neighborhoods,
    DatasetKind.BUILDINGS: _buildings,
    DatasetKind.GRIDS: _grids,
    DatasetKind.ISSUES: _issues,
    DatasetKind.BACKDROP: lambda _area_code, _at: backdrop.query(),
}
_TABLE_QUERIES: Mapping[DatasetKind, Callable[[str | None], Statement]] = {
    DatasetKind.MANAGERS: _managers,
    DatasetKind.PROPERTY_COVERAGE: _property_coverage,
}
