"""Issues."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from api.deps import (
    AreaOrGridCode,
    Code,
    Moment,
    SessionDep,
    SettingsDep,
    SnapshotsDep,
    TimeRangeDep,
)
from api.errors import raises
from api.http import whole_path
from api.http.auth import OptionalActorDep
from api.http.content_negotiation import FormatDep
from api.http.list_params import IssueListDep
from api.http.paging import PagingDep
from api.schemas.geojson import FeatureCollectionOut
from api.schemas.issues import IssueCountOut, IssueIn, IssueOut
from api.serializers.features import LIST_RESPONSES, GeoJsonResponse, list_response
from geo import issues
from geo.accounts import audit
from geo.errors import Conflict
from geo.geometry.datums import point_to_wgs84

whole_path.register()
router = APIRouter(prefix="/v1/issues", tags=["issues"])


@router.get(
    "",
    response_model=FeatureCollectionOut,
    response_class=GeoJsonResponse,
    responses=LIST_RESPONSES,
)
def list_issues(
    request: Request,
    session: SessionDep,
    format: FormatDep,
    paging: PagingDep,
    listed: IssueListDep,
) -> Response:
    """Issues, each with the grid it was filed under and the grid that covers it at a moment."""
    return list_response(request, session, listed.query, format, paging)


@router.get("/counts", response_model=list[IssueCountOut])
def count_issues(
    session: SessionDep, reported: TimeRangeDep, area: AreaOrGridCode = None
) -> list[dict[str, Any]]:
    """The number of issues of each category and status that were reported in a period."""
    return issues.count_by_category(
        session, area_code=area, since=reported.since, before=reported.before
    )


@router.get("/{ref:whole_path}", response_model=IssueOut)
def get_issue(session: SessionDep, ref: Code, at: Moment) -> dict[str, Any]:
    """One issue and its current status."""
    return issues.get(session, ref, at=at)


@router.post("", status_code=201, response_model=IssueOut)
@raises(Conflict)
def file_issue(
    session: SessionDep,
    settings: SettingsDep,
    snapshots: SnapshotsDep,
    actor: OptionalActorDep,
    body: IssueIn,
    response: Response,
) -> dict[str, Any]:
    """File an issue under the grid that covers its location.

    Requires a reporter whose scope covers it, unless `GRIDWARD_OPEN_ISSUE_INTAKE` is set.
    """
    lon, lat = point_to_wgs84(body.lon, body.lat, body.datum)
    grid_code = snapshots.current().look_up(lon, lat).grid_code
    if not settings.open_issue_intake:
        issues.require_reporter(session, actor.account, lon, lat, grid_code)
    ref = issues.file_issue(
        session,
        lon,
        lat,
        grid_code,
        body.model_dump(include=issues.REPORT_FIELDS, exclude_none=True),
    )
    audit.write(session, actor, "issue.file", f"issue {ref}", grid_code=grid_code)
    response.headers["Location"] = f"/v1/issues/{quote(ref, safe='')}"
    return issues.get(session, ref)
