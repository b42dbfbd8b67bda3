"""Buildings, and who manages them."""

from typing import Any

from fastapi import APIRouter, Query, Request, Response

from api.deps import AreaCode, Box, Code, Day, MomentOfDay, PagingDep, SessionDep
from api.http.content_negotiation import LIST, MEDIA, Format, FormatDep, listing
from api.http.etag import tagged
from api.schemas.resources import CoveragePeriod, Feature, FeatureCollection
from geo import buildings, feature_query

router = APIRouter(prefix="/v1/buildings", tags=["buildings"])


@router.get("", response_model=FeatureCollection, responses=LIST)
def list_buildings(
    request: Request,
    session: SessionDep,
    form: FormatDep,
    paging: PagingDep,
    on: Day,
    at: MomentOfDay,
    box: Box,
    covered: bool | None = Query(None, description="Only those with or without a manager."),
    area: AreaCode = None,
) -> Response:
    """The buildings that stand on a day; with `covered=false` why each has no manager."""
    asked = buildings.facts(on=on, at=at, covered=covered, area_code=area, box=box)
    return listing(request, session, asked, form, paging)


@router.get("/{code}", response_model=Feature)
def building(
    request: Request, session: SessionDep, code: Code, on: Day, at: MomentOfDay
) -> Response:
    """One building as it stands on a day."""
    written = feature_query.one(session, buildings.get(session, code, on=on, at=at))
    return tagged(request, written.encode(), MEDIA[Format.GEOJSON])


@router.get("/{code}/history", response_model=list[CoveragePeriod])
def history(session: SessionDep, code: Code) -> list[dict[str, Any]]:
    """Who managed a building from when to when."""
    return buildings.history(session, code)
