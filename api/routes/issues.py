"""Issues reported on the ground."""

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.auth import AnybodyDep
from api.deps import AreaCode, Box, Code, LiveDep, Moment, PagingDep, SessionDep, SettingsDep
from api.errors import REFUSALS
from api.formats import LIST, FormatDep, listing
from api.schemas import FeatureCollection, IssueCount, IssueIn, IssueOut
from geo import audit, issues, moments
from geo.datums import one_to_wgs84
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
    category: Annotated[str | None, Query(examples=["heating"])] = None,
    status: IssueStatus | None = None,
    area: AreaCode = None,
) -> Response:
    """Issues, each with the grid it was filed under and the grid its place is in at a moment."""
    asked = issues.facts(at=at, area_code=area, category=category, status=status, box=box)
    return listing(request, session, asked, form, paging)


@router.get("/counts", response_model=list[IssueCount])
def counts(
    session: SessionDep,
    settings: SettingsDep,
    since: Annotated[datetime.date | None, Query(description="The first day.")] = None,
    until: Annotated[datetime.date | None, Query(description="The last day.")] = None,
    area: AreaCode = None,
) -> list[dict[str, Any]]:
    """How many issues there are of each category and status, of those reported in a period."""
    zone = settings.timezone
    return issues.counts(
        session,
        area_code=area,
        since=None if since is None else moments.start_of(since, zone),
        before=None if until is None else moments.end_of(until, zone),
    )


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
