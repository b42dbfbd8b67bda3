"""Buildings and their managers."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import Code, EndOfDay, RecordedDay, SessionDep
from api.http.content_negotiation import FormatDep
from api.http.etag import NOT_MODIFIED
from api.http.list_params import BuildingListDep
from api.http.paging import PagingDep
from api.schemas.coverage import CoveragePeriodOut
from api.schemas.geojson import FeatureCollectionOut, FeatureOut
from api.serializers.features import (
    LIST_RESPONSES,
    GeoJsonResponse,
    feature_response,
    list_response,
)
from geo import buildings

router = APIRouter(prefix="/v1/buildings", tags=["buildings"])


@router.get(
    "",
    response_model=FeatureCollectionOut,
    response_class=GeoJsonResponse,
    responses=LIST_RESPONSES,
)
def list_buildings(
    request: Request,
    session: SessionDep,
    format: FormatDep,
    paging: PagingDep,
    listed: BuildingListDep,
) -> Response:
    """The buildings that stand on a day; uncovered ones have a `reason`."""
    return list_response(request, session, listed.query, format, paging)


@router.get(
    "/{code}", response_model=FeatureOut, response_class=GeoJsonResponse, responses=NOT_MODIFIED
)
def get_building(session: SessionDep, code: Code, on: RecordedDay, at: EndOfDay) -> Response:
    """One building on a day."""
    return feature_response(session, buildings.get(session, code, on=on, at=at))


@router.get("/{code}/history", response_model=list[CoveragePeriodOut])
def building_history(session: SessionDep, code: Code) -> list[dict[str, Any]]:
    """The managers of a building and their periods, oldest first."""
    return buildings.coverage_history(session, code)
