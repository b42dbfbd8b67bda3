"""Micro-grids and their members."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import Code, Day, OptionalMoment, SessionDep
from api.http.auth import Viewer
from api.http.content_negotiation import FormatDep
from api.http.etag import NOT_MODIFIED
from api.http.list_params import GridListDep
from api.http.paging import PagingDep
from api.schemas.geojson import FeatureCollectionOut, FeatureOut
from api.schemas.grids import GridHistoryEntryOut, GridMemberOut
from api.serializers.features import (
    LIST_RESPONSES,
    GeoJsonResponse,
    feature_response,
    list_response,
)
from geo import people
from geo.accounts import permissions
from geo.grids import grids

router = APIRouter(tags=["grids"])


@router.get(
    "/v1/grids",
    response_model=FeatureCollectionOut,
    response_class=GeoJsonResponse,
    responses=LIST_RESPONSES,
)
def list_grids(
    request: Request,
    session: SessionDep,
    format: FormatDep,
    paging: PagingDep,
    listed: GridListDep,
) -> Response:
    """The grids in force at a moment, each with its numbers of buildings and households."""
    return list_response(request, session, listed.query, format, paging)


@router.get(
    "/v1/grids/{code}",
    response_model=FeatureOut,
    response_class=GeoJsonResponse,
    responses=NOT_MODIFIED,
)
def get_grid(session: SessionDep, code: Code, at: OptionalMoment = None) -> Response:
    """One grid now or at a moment; a retired grid as it last was, with its successors."""
    return feature_response(session, grids.get(session, code, at=at))


@router.get("/v1/grids/{code}/history", response_model=list[GridHistoryEntryOut])
def grid_history(session: SessionDep, code: Code) -> list[dict[str, Any]]:
    """Every version of the grid, oldest first."""
    return grids.history(session, code)


@router.get("/v1/grids/{code}/members", response_model=list[GridMemberOut])
def members(
    response: Response, session: SessionDep, caller: Viewer, code: Code, day: Day
) -> list[dict[str, Any]]:
    """The members of a grid on a day, the head first; requires a scope that covers the grid."""
    response.headers["Cache-Control"] = "no-store"
    permissions.require_reach(caller, [code])
    return people.list_members(session, code, on=day)
