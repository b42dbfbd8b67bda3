"""Areas: districts, subdistricts and communities."""

from fastapi import APIRouter, Request, Response

from api.deps import Code, SessionDep
from api.http.content_negotiation import FormatDep
from api.http.etag import NOT_MODIFIED
from api.http.list_params import AreaListDep
from api.http.paging import PagingDep
from api.schemas.geojson import FeatureCollectionOut, FeatureOut
from api.serializers.features import (
    LIST_RESPONSES,
    GeoJsonResponse,
    feature_response,
    list_response,
)
from geo import areas

router = APIRouter(prefix="/v1/areas", tags=["areas"])


@router.get(
    "",
    response_model=FeatureCollectionOut,
    response_class=GeoJsonResponse,
    responses=LIST_RESPONSES,
)
def list_areas(
    request: Request,
    session: SessionDep,
    format: FormatDep,
    paging: PagingDep,
    listed: AreaListDep,
) -> Response:
    """The areas, or those of a level or within an area."""
    return list_response(request, session, listed.query, format, paging)


@router.get(
    "/{code}", response_model=FeatureOut, response_class=GeoJsonResponse, responses=NOT_MODIFIED
)
def get_area(session: SessionDep, code: Code) -> Response:
    """One area with its geometry."""
    return feature_response(session, areas.get(session, code))
