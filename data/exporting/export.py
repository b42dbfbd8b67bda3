"""From questions to frames: what a statement of the register answers, as geopandas has it."""

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
    session: Session, features: FeatureQuery, *, limit: int | None = None, cursor: str | None = None
) -> geopandas.GeoDataFrame:
    """Return features as a frame in WGS 84, in the order of their key."""
    feature = features.after_cursor(cursor).limit(limit).subquery("feature")
    facts = [column for column in feature.c if column.key != "geom"]
    shape: Any = func.ST_AsBinary(feature.c.geom, type_=LargeBinary)
    statement = select(*facts, shape.label("geom")).order_by(feature.c[features.key])
    rows = session.execute(statement).all()
    names = [column.key for column in facts]
    shapes = shapely.from_wkb([row[-1] for row in rows])
    return geopandas.GeoDataFrame(_table(names, rows), geometry=shapes, crs=WGS84)


def fetch_dataset(
    session: Session,
    kind: DatasetKind,
    *,
    area_code: str | None = None,
    at: datetime.datetime,
    phones: bool = False,
) -> pd.DataFrame:
    """Return everything of a kind, in the columns that import reads; grids as at a moment.

    The phones of grid members are left out unless asked for: a file is easily passed on.
    """
    if kind in _SHAPED:
        shaped: pd.DataFrame = fetch_features(session, _SHAPED[kind](area_code, at))
        return shaped
    if kind is DatasetKind.GRID_MEMBERS:
        statement = _grid_members(area_code, phones)
    else:
        statement = _TABLES[kind](area_code)
    rows = session.execute(statement)
    return _table(list(rows.keys()), rows.all())


def _table(names: list[str], rows: Any) -> pd.DataFrame:
    columns = zip(*(row[: len(names)] for row in rows), strict=True) if rows else ([],) * len(names)
    table = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)), columns=pd.Index(names))
    return pd.DataFrame(table.convert_dtypes())


def _neighborhoods(area_code: str | None, _: datetime.datetime) -> FeatureQuery:
    columns = ("code", "name", "community_code", "station_services", "geom")
    statement: Statement = select(*(getattr(Neighborhood, name) for name in columns))
    return _inside(statement, Neighborhood.community_code, area_code)


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
    return _inside(statement, Building.community_code, area_code)


def _grids(area_code: str | None, at: datetime.datetime) -> FeatureQuery:
    statement: Statement = select(
        MicroGrid.code, MicroGrid.name, MicroGrid.community_code, MicroGrid.geom
    ).where(grids.in_force(at))
    return _inside(statement, MicroGrid.code, area_code)


def _issues(area_code: str | None, _: datetime.datetime) -> FeatureQuery:
    columns = ("ref", "category", "description", "reported_at", "status", "channel", "geom")
    statement: Statement = select(*(getattr(Issue, name) for name in columns))
    return _inside(statement, Issue.grid_code, area_code, key="ref")


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


def _inside(
    statement: Statement, column: Any, area_code: str | None, key: str = "code"
) -> FeatureQuery:
    if area_code is not None:
        statement = statement.where(areas.within(column, area_code))
    return FeatureQuery(statement, key)


_SHAPED: Mapping[DatasetKind, Callable[[str | None, datetime.datetime], FeatureQuery]] = {
    DatasetKind.AREAS: lambda area_code, _: areas.query(area_code=area_code),
    DatasetKind.NEIGHBORHOODS: _neighborhoods,
    DatasetKind.BUILDINGS: _buildings,
    DatasetKind.GRIDS: _grids,
    DatasetKind.ISSUES: _issues,
    DatasetKind.BACKDROP: lambda _area_code, _at: backdrop.query(),
}
_TABLES: Mapping[DatasetKind, Callable[[str | None], Statement]] = {
    DatasetKind.MANAGERS: _managers,
    DatasetKind.PROPERTY_COVERAGE: _property_coverage,
}
