"""Queries about buildings: who manages them on a day, since when, and which grid they are in."""

import datetime
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.coverage.filter import ALL_BUILDINGS, BuildingFilter
from geo.coverage.rules import (
    Day,
    covers_on,
    last_manager_code,
    latest_lapse,
    standing_on,
    uncovered_reason,
)
from geo.errors import NotFound
from geo.feature_query import BBox, FeatureQuery, Statement, intersects_bbox
from geo.grids import grids
from geo.models import Building, Manager, Neighborhood, PropertyCoverage


class BuildingUnknown(NotFound):
    """No building has this code."""

    code = "building_unknown"


def query(
    *,
    on: Day,
    at: datetime.datetime | ColumnElement[datetime.datetime],
    covered: bool | None = None,
    area_code: str | None = None,
    bbox: BBox | None = None,
    building_filter: BuildingFilter = ALL_BUILDINGS,
) -> FeatureQuery:
    """Return the buildings that stand on a day, each with its manager or why it has none.

    `reason` is null for a covered building, else `never_covered` or `lapsed`, and then
    `uncovered_since` is the first day without a manager, after `former_manager` had left.
    `grid_code` is the grid in force at `at`.
    """
    coverage = aliased(PropertyCoverage, name="coverage")
    lapse = latest_lapse(coverage, on)
    former, last = aliased(Manager, name="former"), last_manager_code(lapse)
    statement: Statement = (
        select(*_columns(coverage, lapse, former, at))
        .outerjoin(coverage, covers_on(coverage, on))
        .outerjoin(Manager, Manager.code == coverage.manager_code)
        .outerjoin(Neighborhood, Neighborhood.code == Building.neighborhood_code)
        .outerjoin(lapse, literal(True))
        .outerjoin(former, former.code == last)
        .where(standing_on(on), *building_filter.conditions(coverage, on))
    )
    if covered is not None:
        statement = statement.where(coverage.id.is_not(None) if covered else coverage.id.is_(None))
    if area_code is not None:
        statement = statement.where(areas.within(Building.community_code, area_code))
    if bbox is not None:
        statement = statement.where(intersects_bbox(Building.footprint, bbox))
    return FeatureQuery(statement)


def _columns(
    coverage: Any, lapse: Any, former: Any, at: datetime.datetime | ColumnElement[datetime.datetime]
) -> list[Any]:
    is_covered = coverage.id.is_not(None)
    return [
        Building.code,
        Building.name,
        Building.address,
        Building.community_code,
        Building.neighborhood_code,
        Neighborhood.name.label("neighborhood"),
        Building.households,
        Building.floors,
        Building.built_year,
        Building.use,
        is_covered.label("covered"),
        Manager.name.label("manager"),
        Manager.kind.label("manager_kind"),
        func.lower(coverage.covered).label("covered_since"),
        uncovered_reason(is_covered, lapse.c.on.is_not(None)).label("reason"),
        lapse.c.on.label("uncovered_since"),
        former.name.label("former_manager"),
        former.kind.label("former_manager_kind"),
        grids.covering_grid_code(Building.point, at).label("grid_code"),
        Building.footprint.label("geom"),
    ]


def get(session: Session, code: str, *, on: datetime.date, at: datetime.datetime) -> FeatureQuery:
    """Return one building as `query` returns it. Raises BuildingUnknown."""
    single, params = _single_building(), {"code": code, "on": on, "at": at}
    is_standing = session.execute(single.is_standing, params).scalar()
    if is_standing is None:
        raise BuildingUnknown(f"There is no building {code!r}.")
    if not is_standing:
        raise BuildingUnknown(
            f"Building {code!r} does not stand on {on}.", hint="Choose another day with ?on=."
        )
    return FeatureQuery(single.statement, params=params)


@dataclass(frozen=True)
class _SingleBuilding:
    """Statements about the building `code` on the day `on`, whose grid is that of `at`."""

    is_standing: Select[bool]
    statement: Statement


@cache
def _single_building() -> _SingleBuilding:
    """Build the statements once; that takes several times as long as executing them."""
    on = cast(bindparam("on"), Date)
    at = cast(bindparam("at"), DateTime(timezone=True))
    is_code = Building.code == bindparam("code")
    return _SingleBuilding(
        select(standing_on(on)).where(is_code), query(on=on, at=at).statement.where(is_code)
    )


def coverage_history(session: Session, code: str) -> list[dict[str, Any]]:
    """Return a building's managers with their periods, oldest first. Raises BuildingUnknown."""
    if session.get(Building, code) is None:
        raise BuildingUnknown(f"There is no building {code!r}.")
    statement = (
        select(
            PropertyCoverage.manager_code,
            Manager.name.label("manager"),
            Manager.kind.label("manager_kind"),
            func.lower(PropertyCoverage.covered).label("covered_from"),
            func.upper(PropertyCoverage.covered).label("covered_to"),
        )
        .join(Manager, Manager.code == PropertyCoverage.manager_code)
        .where(PropertyCoverage.building_code == code)
        .order_by(PropertyCoverage.covered)
    )
    return [dict(row) for row in session.execute(statement).mappings()]
