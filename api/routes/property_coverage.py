"""Property coverage: counts on a day, and changes between two days."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session

from api.deps import AreaCode, BBoxDep, Day, EndOfDay, SessionDep, SettingsDep
from api.schemas.coverage import CoverageChangeOut, CoverageFiguresOut
from geo.coverage import changes as coverage_changes
from geo.coverage import figures
from geo.coverage.changes import CoverageChange
from geo.coverage.counts import CoverageCountCache
from geo.coverage.figures import CoverageFigures, CoverageQuery, Grouping
from geo.coverage.filter import BuildingFilter, require_known_uses
from geo.coverage.rules import UncoveredReason
from geo.input_types import Date, SingleLine
from geo.models import ManagerKind
from geo.settings import Settings
from geo.tiles import cache_key
from geo.tiles.layers import Layer

router = APIRouter(prefix="/v1/property-coverage", tags=["property coverage"])

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


@router.get("", response_model=list[CoverageFiguresOut])
def count_coverage(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    on: Day,
    at: EndOfDay,
    building_filter: BuildingFilterDep,
    bbox: BBoxDep,
    by: Annotated[
        Grouping, Query(description="The areas, neighborhoods or grids to count by.")
    ] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[CoverageFigures]:
    """The buildings and households with and without property management on a day.

    A bbox selects the areas that intersect it; each is counted in full.
    """
    counts = _cached_counts(request, session, settings, by, on, at)
    query = CoverageQuery(by, on, at, area_code=area, bbox=bbox, building_filter=building_filter)
    return figures.count_cached(session, counts, query)


def _cached_counts(
    request: Request,
    session: Session,
    settings: Settings,
    by: Grouping,
    on: datetime.date,
    at: datetime.datetime,
) -> CoverageCountCache:
    """Return the cached counts of a day, which tiles share."""
    layer = Layer.GRIDS if by is Grouping.GRID else Layer.AREAS
    key = cache_key.read_counts_key(session, layer, on, at, settings.timezone)
    counts: CoverageCountCache = request.app.state.tile_caches.counts(key)
    return counts


@router.get("/changes", response_model=list[CoverageChangeOut])
def count_changes(
    session: SessionDep,
    on: Day,
    at: EndOfDay,
    building_filter: BuildingFilterDep,
    since: Annotated[Date, Query(description="The earlier day.")],
    by: Annotated[
        Grouping, Query(description="The areas, neighborhoods or grids to count by.")
    ] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[CoverageChange]:
    """The buildings that gained or lost property management between two days.

    A filter selects buildings that match it on either day.
    """
    return coverage_changes.count_by(
        session, by, since=since, on=on, at=at, area_code=area, building_filter=building_filter
    )
