"""Questions about buildings: who manages them on a day, since when, and where they stand."""

import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from geo import areas
from geo.errors import NotFound
from geo.feature_query import Box, Features, Statement, in_box
from geo.grids import grids
from geo.models import (
    Building,
    BuildingStatus,
    Manager,
    Neighborhood,
    PropertyCoverage,
)


class BuildingUnknown(NotFound):
    """No building has this code."""

    code = "building_unknown"


def standing_on(day: datetime.date) -> ColumnElement[bool]:
    """Return the condition that a building counts on a day: already built and not yet retired."""
    return (func.coalesce(Building.built_year, day.year) <= day.year) & or_(
        Building.status == BuildingStatus.STANDING, Building.retired_on > day
    )


def facts(
    *,
    on: datetime.date,
    at: datetime.datetime,
    covered: bool | None = None,
    area_code: str | None = None,
    box: Box | None = None,
) -> Features:
    """Return the buildings that stand on a day, each with its manager or why it has none.

    `reason` is null for a covered building, else `never_covered` or `lapsed`, and then
    `uncovered_since` is the first day without a manager. `grid_code` is the grid at moment `at`.
    """
    today = aliased(PropertyCoverage, name="today")
    lapse = _lapse(today, on)
    statement: Statement = (
        select(*_columns(today, lapse, at))
        .outerjoin(today, (today.building_code == Building.code) & today.covered.contains(on))
        .outerjoin(Manager, Manager.code == today.manager_code)
        .outerjoin(Neighborhood, Neighborhood.code == Building.neighborhood_code)
        .outerjoin(lapse, literal(True))
        .where(standing_on(on))
    )
    if covered is not None:
        statement = statement.where(today.id.is_not(None) if covered else today.id.is_(None))
    if area_code is not None:
        statement = statement.where(areas.within(Building.community_code, area_code))
    if box is not None:
        statement = statement.where(in_box(Building.footprint, box))
    return Features(statement)


def _lapse(today: Any, on: datetime.date) -> Any:
    """Return the last day on which an uncovered building stopped being covered."""
    return (
        select(func.max(func.upper(PropertyCoverage.covered)).label("on"))
        .where(PropertyCoverage.building_code == Building.code)
        .where(func.upper(PropertyCoverage.covered) <= on)
        .where(today.id.is_(None))
        .lateral("lapse")
    )


def _columns(today: Any, lapse: Any, at: datetime.datetime) -> list[Any]:
    reason = case(
        (today.id.is_not(None), None),
        (lapse.c.on.is_(None), literal("never_covered")),
        else_=literal("lapsed"),
    )
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
        today.id.is_not(None).label("covered"),
        Manager.name.label("manager"),
        Manager.kind.label("manager_kind"),
        func.lower(today.covered).label("covered_since"),
        reason.label("reason"),
        lapse.c.on.label("uncovered_since"),
        grids.covering(Building.point, at).label("grid_code"),
        Building.footprint.label("geom"),
    ]


def get(session: Session, code: str, *, on: datetime.date, at: datetime.datetime) -> Features:
    """Return one building as `facts` has it. Raises BuildingUnknown."""
    stands = session.scalar(select(standing_on(on)).where(Building.code == code))
    if stands is None:
        raise BuildingUnknown(f"There is no building {code!r}.")
    if not stands:
        raise BuildingUnknown(
            f"Building {code!r} does not stand on {on}.", hint="Ask ?on= another day."
        )
    return Features(facts(on=on, at=at).statement.where(Building.code == code))


def history(session: Session, code: str) -> list[dict[str, Any]]:
    """Return who managed a building from when to when, oldest first. Raises BuildingUnknown."""
    if session.get(Building, code) is None:
        raise BuildingUnknown(f"There is no building {code!r}.")
    periods = (
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
    return [dict(row) for row in session.execute(periods).mappings()]
