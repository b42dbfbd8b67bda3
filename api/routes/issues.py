"""Issues reported on the ground."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.deps import (
    AreaCode,
    Box,
    Code,
    LiveDep,
    Moment,
    PagingDep,
    PeriodDep,
    SessionDep,
    SettingsDep,
)
from api.errors import REFUSALS
from api.http.auth import AnybodyDep
from api.http.content_negotiation import LIST, FormatDep, listing
from api.schemas.resources import FeatureCollection, IssueCount, IssueIn, IssueOut
from geo import issues
from geo.accounts import audit
from geo.geometry.datums import one_to_wgs84
from geo.models import IssueStatus

router = APIRouter(prefix="/v1/issues", tags=["issues"])


@router.get("", response_model=FeatureCollection, responses=LIST)
def list_issues(
    request: Request,
    session: SessionDep,
    form: FormatDep,
    paging: PagingDep,
    at: Moment,
    box: Box,
    period: PeriodDep,
    category: Annotated[
        list[str], Query(description="Any of these.", examples=["heating"], max_length=100)
    ] = [],  # noqa: B006  # FastAPI makes a new list for every request
    status: Annotated[list[IssueStatus], Query(description="Any of these.")] = [],  # noqa: B006
    area: AreaCode = None,
) -> Response:
    """Issues, each with the grid it was filed under and the grid its place is in at a moment."""
    asked = issues.facts(
        at=at,
        area_code=area,
        categories=category,
        statuses=status,
        since=period.since,
        before=period.before,
        box=box,
    )
    return listing(request, session, asked, form, paging)


@router.get("/counts", response_model=list[IssueCount])
def counts(session: SessionDep, period: PeriodDep, area: AreaCode = None) -> list[dict[str, Any]]:
    """How many issues there are of each category and status, of those reported in a period."""
    return issues.counts(session, area_code=area, since=period.since, before=period.before)


@router.get("/{ref}", response_model=IssueOut)
def issue(session: SessionDep, ref: Code, at: Moment) -> dict[str, Any]:
    """One issue as it stands."""
    return issues.get(session, ref, at=at)


@router.post("", status_code=201, response_model=IssueOut, responses=REFUSALS)
def file(
    session: SessionDep,
    settings: SettingsDep,
    live: LiveDep,
    actor: AnybodyDep,
    body: IssueIn,
    response: Response,
) -> dict[str, Any]:
    """File an issue under the grid that its place is in.

    For reporters who reach the place; for everybody where a setting says so.
    """
    lon, lat = one_to_wgs84(body.lon, body.lat, body.datum)
    grid_code = live.now().look_up(lon, lat).code
    if not settings.open_issue_intake:
        issues.require_reporter(session, actor.account, lon, lat, grid_code)
    ref = issues.file(
        session, lon, lat, grid_code, body.model_dump(include=issues.GIVEN, exclude_none=True)
    )
    audit.write(session, actor, "issue.file", f"issue {ref}", grid_code=grid_code)
    response.headers["Location"] = f"/v1/issues/{ref}"
    return issues.get(session, ref)
