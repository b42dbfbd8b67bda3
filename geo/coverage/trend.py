"""Property coverage over time: the figures of the first day of each month, quarter or year."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Float,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from geo import areas
from geo.coverage.filter import ALL_BUILDINGS, BuildingFilter
from geo.coverage.rules import UncoveredReason
from geo.errors import Invalid
from geo.feature_query import Statement
from geo.models import Building, BuildingStatus, PropertyCoverage

MAX_STEPS: Final = 120
"""The most steps of one trend: ten years of months."""
_LAST_DAY: Final = cast("infinity", Date)


class TrendTooLong(Invalid):
    """A trend has more steps than one response can contain."""

    code = "trend_too_long"


class TrendStep(StrEnum):
    """The distance between the days of a trend."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months one step has."""
        return {TrendStep.MONTH: 1, TrendStep.QUARTER: 3, TrendStep.YEAR: 12}[self]


@dataclass(frozen=True)
class TrendPoint:
    """The buildings of an area on a day, and how many of them are covered."""

    on: datetime.date
    buildings: int
    covered: int
    uncovered: int
    rate: float | None
    """Covered buildings per building, 0 to 1; None where there is no building."""


@dataclass(frozen=True)
class TrendQuery:
    """The days of a trend in order, and the buildings that it counts.

    A building without a community counts nowhere, as in `figures`.
    """

    days: tuple[datetime.date, ...]
    area_code: str | None = None
    building_filter: BuildingFilter = ALL_BUILDINGS


def list_days(
    step: TrendStep, since: datetime.date | None, until: datetime.date, first: datetime.date | None
) -> tuple[datetime.date, ...]:
    """Return the first day of each step from `since` to `until`, and `until`.

    Without `since`, the last MAX_STEPS steps. Days before `first`, the first day with records, are
    left out. Raises TrendTooLong for more than MAX_STEPS steps.
    """
    months, end = step.months, _month_index(until)
    last = end - end % months
    earliest = last - (MAX_STEPS - 1) * months
    start = earliest if since is None else _first_step(step, since)
    if first is not None:
        start = max(start, _first_step(step, first))
    starts = [_first_of_month(index) for index in range(max(start, 12), last + 1, months)]
    if len(starts) > MAX_STEPS:
        raise TrendTooLong(
            f"From {starts[0]} to {until} there are {len(starts)} steps of a {step}; "
            f"at most {MAX_STEPS} fit.",
            hint="Use a later `since`, an earlier `until` or a longer `step`.",
        )
    return (*starts, until) if not starts or starts[-1] != until else tuple(starts)


def _month_index(day: datetime.date) -> int:
    return day.year * 12 + day.month - 1


def _first_of_month(index: int) -> datetime.date:
    return datetime.date(index // 12, index % 12 + 1, 1)


def _first_step(step: TrendStep, day: datetime.date) -> int:
    """Return the month of the first step that begins on a day or later."""
    month = _month_index(day) + (day.day > 1)
    return -(-month // step.months) * step.months


def count(session: Session, query: TrendQuery) -> list[TrendPoint]:
    """Return the figures of each day, those of `figures.count` of the whole area."""
    return [TrendPoint(**row) for row in session.execute(_statement(query)).mappings()]


def _statement(query: TrendQuery) -> Statement:
    """Count once in how many spans of steps buildings stand and are covered, then sum by day.

    The time does not grow with the number of days: one day after the other took as long as all.
    """
    steps = _TrendDays(query.days)
    span = union_all(*_spans(query, steps)).subquery("span")
    day = func.unnest(steps.days).table_valued("day", with_ordinality="number").render_derived()
    buildings, covered = (
        func.coalesce(cast(func.sum(column), BigInteger), 0)
        for column in (span.c.buildings, span.c.covered)
    )
    return (
        select(
            day.c.day.label("on"),
            buildings.label("buildings"),
            covered.label("covered"),
            (buildings - covered).label("uncovered"),
            (cast(covered, Float) / func.nullif(buildings, 0)).label("rate"),
        )
        .select_from(
            day.outerjoin(
                span, and_(span.c.first_step < day.c.number, day.c.number <= span.c.end_step)
            )
        )
        .group_by(day.c.day)
        .order_by(day.c.day)
    )


class _TrendDays:
    """Positions of dates and buildings in the days of a trend, as SQL; the first day is 0."""

    def __init__(self, days: tuple[datetime.date, ...]) -> None:
        self.days = cast(literal(list(days), ARRAY(Date)), ARRAY(Date))
        self.years = cast(literal([day.year for day in days], ARRAY(Integer)), ARRAY(Integer))
        self.count = len(days)

    def position(self, date: Any) -> ColumnElement[int]:
        """Return the number of days before a date."""
        return func.width_bucket(cast(date, Date) - 1, self.days)

    @property
    def built(self) -> ColumnElement[int]:
        """The first day on which a building stands, as `rules.standing_on` defines it."""
        return func.coalesce(func.width_bucket(Building.built_year - 1, self.years), 0)

    @property
    def retired(self) -> ColumnElement[int]:
        """The first day on which a building no longer stands."""
        is_standing = Building.status == BuildingStatus.STANDING
        return case((is_standing, self.count), else_=self.position(Building.retired_on))


def _spans(query: TrendQuery, steps: _TrendDays) -> Iterator[Statement]:
    """Yield the spans whose sum the figures are: from a first step until before an end step.

    A building is uncovered while it stands and is not covered, and never covered until its first
    coverage.
    """
    building_filter = query.building_filter
    kinds, reasons = building_filter.manager_kinds, building_filter.reasons
    if not kinds and not reasons:
        yield _standing(query, steps)
        yield _covered(query, steps, buildings=0, covered=1)
        return
    if kinds:
        is_of_kind = PropertyCoverage.manager_kind.in_(kinds)
        yield _covered(query, steps, buildings=1, covered=1).where(is_of_kind)
    if UncoveredReason.LAPSED in reasons:
        yield _standing(query, steps)
        yield _covered(query, steps, buildings=-1, covered=0)
    never = (UncoveredReason.NEVER_COVERED in reasons) - (UncoveredReason.LAPSED in reasons)
    if never:
        yield _never_covered(query, steps, buildings=never)


def _count_spans(
    query: TrendQuery,
    first: ColumnElement[int],
    end: ColumnElement[int],
    *,
    buildings: int,
    covered: int = 0,
) -> Statement:
    """Count equal spans of the buildings of a query, with a weight for each figure."""
    area = query.area_code
    is_in_area: ColumnElement[bool] = Building.community_code.is_not(None)
    return (
        select(
            first.label("first_step"),
            end.label("end_step"),
            (func.count() * buildings).label("buildings"),
            (func.count() * covered).label("covered"),
        )
        .select_from(Building)
        .where(
            is_in_area if area is None else areas.within(Building.community_code, area),
            first < end,
            *query.building_filter.attribute_conditions(),
        )
        .group_by("first_step", "end_step")
    )


def _standing(query: TrendQuery, steps: _TrendDays) -> Statement:
    return _count_spans(query, steps.built, steps.retired, buildings=1)


def _covered(query: TrendQuery, steps: _TrendDays, *, buildings: int, covered: int) -> Statement:
    begun = steps.position(func.lower(PropertyCoverage.covered))
    ended = steps.position(func.coalesce(func.upper(PropertyCoverage.covered), _LAST_DAY))
    first, end = func.greatest(steps.built, begun), func.least(steps.retired, ended)
    counts = _count_spans(query, first, end, buildings=buildings, covered=covered)
    return counts.join(PropertyCoverage, PropertyCoverage.building_code == Building.code)


def _never_covered(query: TrendQuery, steps: _TrendDays, *, buildings: int) -> Statement:
    first_coverage = (
        select(
            PropertyCoverage.building_code,
            func.min(func.lower(PropertyCoverage.covered)).label("on"),
        )
        .group_by(PropertyCoverage.building_code)
        .subquery("first_coverage")
    )
    begun = steps.position(func.coalesce(first_coverage.c.on, _LAST_DAY))
    end = func.least(steps.retired, begun)
    counts = _count_spans(query, steps.built, end, buildings=buildings)
    return counts.outerjoin(first_coverage, first_coverage.c.building_code == Building.code)
