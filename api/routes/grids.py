"""Micro-grids, now and at past moments."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import AreaCode, Box, Code, Day, Moment, PagingDep, PastMoment, SessionDep
from api.errors import REFUSALS
from api.http.auth import Viewer
from api.http.content_negotiation import LIST, MEDIA, Format, FormatDep, listing
from api.http.etag import tagged
from api.schemas.resources import Feature, FeatureCollection, GridShape, MemberOut
from geo import feature_query, people
from geo.accounts import permissions
from geo.grids import grids

router = APIRouter(tags=["grids"])


@router.get("/v1/grids", response_model=FeatureCollection, responses=LIST)
def list_grids(
    request: Request,
    session: SessionDep,
    form: FormatDep,
    paging: PagingDep,
    at: Moment,
    box: Box,
    area: AreaCode = None,
) -> Response:
    """The grids in force at a moment, with the buildings and households each holds."""
    asked = grids.facts(at=at, area_code=area, box=box)
    return listing(request, session, asked, form, paging)


@router.get("/v1/grids/{code}", response_model=Feature)
def grid(request: Request, session: SessionDep, code: Code, at: PastMoment = None) -> Response:
    """One grid, at a moment or as it is now; a retired one as it last was, with its successors."""
    written = feature_query.one(session, grids.get(session, code, at=at))
    return tagged(request, written.encode(), MEDIA[Format.GEOJSON])


@router.get("/v1/grids/{code}/history", response_model=list[GridShape])
def history(session: SessionDep, code: Code) -> list[dict[str, Any]]:
    """Every shape the grid has had."""
    return grids.history(session, code)


@router.get("/v1/grids/{code}/members", response_model=list[MemberOut], responses=REFUSALS)
def members(
    response: Response, session: SessionDep, caller: Viewer, code: Code, day: Day
) -> list[dict[str, Any]]:
    """Who is assigned to a grid on a day, the head first: for accounts that reach the grid."""
    response.headers["Cache-Control"] = "no-store"
    permissions.require_reach(caller, [code])
    return people.members(session, code, on=day)
