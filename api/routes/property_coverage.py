"""Property coverage: counts on a day, over time, and changes between two days."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import AreaCode, EndOfDay, RecordedDay, RequireRecorded, SessionDep, SettingsDep
from api.http.list_params import BuildingFilterDep, By, CoverageQueryDep, TrendQueryDep
from api.schemas.coverage import CoverageChangeOut, CoverageFiguresOut, CoverageTrendOut
from geo.coverage import changes as coverage_changes
from geo.coverage import figures, trend
from geo.coverage.changes import CoverageChange
from geo.coverage.count_caches import CoverageCountCaches
from geo.coverage.figures import CoverageFigures, Grouping
from geo.coverage.trend import TrendPoint
from geo.input_types import Date

router = APIRouter(prefix="/v1/property-coverage", tags=["property coverage"])


@router.get("", response_model=list[CoverageFiguresOut])
def count_coverage(
    request: Request, session: SessionDep, settings: SettingsDep, query: CoverageQueryDep
) -> list[CoverageFigures]:
    """The buildings and households with and without property management on a day.

    A bbox selects the areas that intersect it; each is counted in full.
    """
    count_caches: CoverageCountCaches = request.app.state.count_caches
    counts = count_caches.current(session, query.on, query.at, settings.timezone)
    return figures.count_cached(session, counts, query)


@router.get("/changes", response_model=list[CoverageChangeOut])
def count_changes(
    session: SessionDep,
    on: RecordedDay,
    at: EndOfDay,
    building_filter: BuildingFilterDep,
    require_recorded: RequireRecorded,
    since: Annotated[Date, Query(description="The earlier day.")],
    by: By = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[CoverageChange]:
    """The buildings that gained or lost property management between two days.

    A filter selects buildings that match it on either day.
    """
    return coverage_changes.count_by(
        session,
        by,
        since=require_recorded(since),
        on=on,
        at=at,
        area_code=area,
        building_filter=building_filter,
    )


@router.get("/trend", response_model=list[CoverageTrendOut])
def read_trend(session: SessionDep, query: TrendQueryDep) -> list[TrendPoint]:
    """The buildings of an area with and without property management over time.

    One row for the first day of each month, quarter or year from `since`, and one for `until`; at
    most 120 steps. Days before the first record are not rows.
    """
    return trend.count(session, query)
