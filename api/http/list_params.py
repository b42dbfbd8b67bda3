"""The parameters of lists and figures, which their exports share."""

import datetime
from typing import Annotated

from fastapi import Depends, Query

from api.deps import (
    AreaCode,
    AreaOrGridCode,
    BBoxDep,
    EndOfDay,
    FirstRecordedDay,
    Moment,
    RecordedDay,
    RequireRecorded,
    SessionDep,
    SettingsDep,
    TimeRangeDep,
)
from api.errors import raises
from api.http.query_params import invalid_param
from api.lists import AreaList, BuildingList, GridList, IssueList
from geo import city_time, issues
from geo.coverage import trend
from geo.coverage.figures import CoverageQuery, Grouping
from geo.coverage.filter import BuildingFilter, require_known_uses
from geo.coverage.rules import UncoveredReason
from geo.coverage.trend import TrendQuery, TrendStep, TrendTooLong
from geo.input_types import Date, SingleLine
from geo.models import IssueStatus, Level, ManagerKind

_Uses = Annotated[list[SingleLine], Query(max_length=100)]
_Year = Annotated[int | None, Query(ge=0, le=9999)]


def _building_filter(
    session: SessionDep,
    manager_kind: Annotated[
        list[ManagerKind], Query(description="Only buildings with managers of these kinds …")
    ] = [],  # noqa: B006  # FastAPI copies the default for each request
    reason: Annotated[
        list[UncoveredReason],
        Query(description="… and buildings that are uncovered for these reasons."),
    ] = [],  # noqa: B006
    built_from: Annotated[_Year, Query(description="Built in this year or later.")] = None,
    built_to: Annotated[_Year, Query(description="Built in this year or earlier.")] = None,
    use: Annotated[
        _Uses, Query(description="Only these uses; an empty value stands for unknown.")
    ] = [],  # noqa: B006
    not_use: Annotated[_Uses, Query(description="None of these uses.")] = [],  # noqa: B006
) -> BuildingFilter:
    require_known_uses(session, frozenset(use) | frozenset(not_use))
    return BuildingFilter(
        manager_kinds=frozenset(manager_kind),
        reasons=frozenset(reason),
        built_from=built_from,
        built_to=built_to,
        uses=frozenset(use),
        not_uses=frozenset(not_use),
    )


BuildingFilterDep = Annotated[BuildingFilter, Depends(_building_filter)]


async def _building_list(
    on: RecordedDay,
    at: EndOfDay,
    bbox: BBoxDep,
    building_filter: BuildingFilterDep,
    covered: Annotated[
        bool | None,
        Query(description="Only buildings with a manager, or only those without."),
    ] = None,
    area: AreaCode = None,
) -> BuildingList:
    return BuildingList(on, at, covered, area, bbox, building_filter)


def _issue_list(
    session: SessionDep,
    at: Moment,
    bbox: BBoxDep,
    reported: TimeRangeDep,
    category: Annotated[
        list[SingleLine], Query(description="Any of these.", examples=["heating"], max_length=100)
    ] = [],  # noqa: B006  # FastAPI copies the default for each request
    status: Annotated[list[IssueStatus], Query(description="Any of these.")] = [],  # noqa: B006
    area: AreaOrGridCode = None,
) -> IssueList:
    issues.require_categories(session, category)
    return IssueList(
        at, tuple(category), tuple(status), reported.since, reported.before, area, bbox
    )


async def _grid_list(at: Moment, bbox: BBoxDep, area: AreaOrGridCode = None) -> GridList:
    return GridList(at, area, bbox)


async def _area_list(level: Level | None = None, area: AreaCode = None) -> AreaList:
    return AreaList(level, area)


By = Annotated[Grouping, Query(description="The areas, neighborhoods or grids to count by.")]


async def _coverage_query(
    on: RecordedDay,
    at: EndOfDay,
    building_filter: BuildingFilterDep,
    bbox: BBoxDep,
    by: By = Grouping.DISTRICT,
    area: AreaCode = None,
) -> CoverageQuery:
    return CoverageQuery(by, on, at, area, bbox, building_filter)


@raises(TrendTooLong)
def _trend_days(
    settings: SettingsDep,
    first_day: FirstRecordedDay,
    require_recorded: RequireRecorded,
    step: Annotated[TrendStep, Query(description="The distance between rows.")] = TrendStep.MONTH,
    since: Annotated[
        Date | None, Query(description="The earliest day; the last 120 steps if omitted.")
    ] = None,
    until: Annotated[Date | None, Query(description="The last day; today if omitted.")] = None,
) -> tuple[datetime.date, ...]:
    last = require_recorded(until or city_time.today(settings.timezone))
    if since is not None and since > last:
        raise invalid_param("since", f"should not be after {last}, the last day", str(since))
    return trend.list_days(step, since, last, first_day)


async def _trend_query(
    days: Annotated[tuple[datetime.date, ...], Depends(_trend_days)],
    building_filter: BuildingFilterDep,
    area: AreaCode = None,
) -> TrendQuery:
    return TrendQuery(days, area, building_filter)


BuildingListDep = Annotated[BuildingList, Depends(_building_list)]
IssueListDep = Annotated[IssueList, Depends(_issue_list)]
GridListDep = Annotated[GridList, Depends(_grid_list)]
AreaListDep = Annotated[AreaList, Depends(_area_list)]
CoverageQueryDep = Annotated[CoverageQuery, Depends(_coverage_query)]
TrendQueryDep = Annotated[TrendQuery, Depends(_trend_query)]
