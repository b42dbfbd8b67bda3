"""The rules of property coverage on a day: which buildings stand, which are covered, and why not.

Each rule is a SQLAlchemy expression. The constants at the end are the same expressions as SQL text
about a row of `building`; they bind the day as `:on` and its year as `:year`.
"""

import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Exists,
    Integer,
    ScalarSelect,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from geo.models import Building, BuildingStatus, PropertyCoverage

Day = datetime.date | ColumnElement[datetime.date]


class UncoveredReason(StrEnum):
    """Why a building has no manager on a day."""

    NEVER_COVERED = "never_covered"
    LAPSED = "lapsed"


def standing_on(day: Day) -> ColumnElement[bool]:
    """Return the condition that a building is already built and not yet retired on a day."""
    if isinstance(day, datetime.date):
        return _standing(day, day.year)
    return _standing(day, cast(func.date_part("year", day), Integer))


def _standing(day: Day, year: int | ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        func.coalesce(Building.built_year, year) <= year,
        or_(Building.status == BuildingStatus.STANDING, Building.retired_on > day),
    )


def covers_on(coverage: Any, day: Day) -> ColumnElement[bool]:
    """Return the condition that a coverage period is the building's period of a day.

    At most one period meets it: the constraint `one_manager_at_a_time` sees to that.
    """
    return and_(coverage.building_code == Building.code, coverage.covered.contains(day))


def latest_lapse(coverage: Any, day: Day) -> LateralFromClause:
    """Return a lateral subquery whose column `on` is the day on which the last coverage ended.

    Null if the building is covered on the day (`coverage` is outer-joined to it by `covers_on`),
    or was never covered before it.
    """
    past = aliased(PropertyCoverage, name="past")
    return (
        select(func.max(func.upper(past.covered)).label("on"))
        .where(_ended_by(past, day), coverage.id.is_(None))
        .lateral("lapse")
    )


def last_manager_code(lapse: LateralFromClause) -> ScalarSelect[str]:
    """Return the code of the manager whose coverage of the building ended with `latest_lapse`."""
    past = aliased(PropertyCoverage, name="last_coverage")
    is_last = and_(past.building_code == Building.code, func.upper(past.covered) == lapse.c.on)
    return select(past.manager_code).where(is_last).limit(1).scalar_subquery()


def has_past_coverage(day: Day) -> Exists:
    """Return the condition that a coverage period of the building ended by a day."""
    past = aliased(PropertyCoverage, name="past")
    return exists(select(past.id).where(_ended_by(past, day)))


def _ended_by(past: Any, day: Day) -> ColumnElement[bool]:
    """The upper bound of a period is the first day after it.

    `= ANY` keeps the planner from the GiST index, as in _CODE_FOR_BTREE: counting the lapsed of
    142,858 uncovered buildings took 8.3 s with it and takes 0.6 s.
    """
    is_of_building = past.building_code == any_(array([Building.code]))
    return and_(is_of_building, func.upper(past.covered) <= day)


def uncovered_reason(
    is_covered: ColumnElement[bool], has_lapsed: ColumnElement[bool]
) -> ColumnElement[str | None]:
    """Return the reason why a building has no manager, null if it has one."""
    return case(
        (is_covered, null()),
        (has_lapsed, literal(UncoveredReason.LAPSED.value)),
        else_=literal(UncoveredReason.NEVER_COVERED.value),
    )


def _sql(expression: ColumnElement[Any]) -> str:
    return str(
        expression.compile(
            dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
            compile_kwargs={"literal_binds": True},
        )
    )


_ON: Final = cast(literal_column(":on"), Date)
_COVERAGE: Final = aliased(PropertyCoverage, name="coverage")
_CODE_FOR_BTREE: Final = any_(array([literal_column("building.code")]))
"""The building's code in a spelling that only a B-tree index answers.

With `=` and `@>` alone, PostgreSQL picks the GiST index of `one_manager_at_a_time`, which is ten
times as slow as `property_coverage_building_code_covered_idx`. GiST cannot answer `= ANY`, nor
`IS TRUE`.
"""

STANDING_SQL: Final = _sql(_standing(_ON, literal_column(":year", Integer)))
"""The condition that a building stands on a day."""

JOIN_COVERAGE_SQL: Final = (
    f"LEFT JOIN property_coverage AS coverage ON {_sql(covers_on(_COVERAGE, _ON))}"
)
"""Joins the day's coverage as `coverage`, for statements that read all buildings."""

JOIN_COVERAGE_BY_INDEX_SQL: Final = "LEFT JOIN property_coverage AS coverage ON " + _sql(
    and_(_COVERAGE.building_code == _CODE_FOR_BTREE, _COVERAGE.covered.contains(_ON).is_(True))
)
"""Joins the same, for statements that read few buildings."""
