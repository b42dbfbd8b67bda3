"""What was published, and what changed between any two states of the grids."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import AreaCode, PagingDep, SessionDep, SettingsDep
from api.errors import CONFLICTS, REFUSALS
from api.http.auth import ActorDep, Coordinator
from api.http.etag import tagged
from api.http.state_params import StateFrom, StateTo
from api.schemas.resources import GridChanges, RevertIn, RevisionDetail, RevisionOut, RevisionsOut
from api.serializers import diff_json
from geo.accounts import audit, permissions
from geo.grids import lineage, revisions
from geo.grids import revert as revert_revision
from geo.grids.revision_diff import between
from geo.models import Revision

router = APIRouter(prefix="/v1", tags=["revisions"])

TAKEN_BACK = {**REFUSALS, **CONFLICTS}
LARGEST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST, examples=[1])]
Below = Annotated[int | None, Query(ge=1, le=LARGEST, description="Taken from a `next` link.")]
Limit = Annotated[int | None, Query(ge=1, description="The most revisions at once.")]


@router.get("/revisions", response_model=RevisionsOut)
def list_revisions(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    limit: Limit = None,
    cursor: Below = None,
    area: AreaCode = None,
) -> dict[str, Any]:
    """What was published, newest first."""
    most = min(limit or settings.page_limit, settings.page_limit)
    found, more = revisions.page(session, area_code=area, limit=most, cursor=cursor)
    return {"revisions": found, "links": diff_json.links(request, more)}


@router.get("/revisions/{number}", response_model=RevisionDetail)
def revision(session: SessionDep, number: Number) -> dict[str, Any]:
    """One revision, the communities it changed, and which ground went where."""
    found = RevisionOut.model_validate(revisions.get(session, number))
    return found.model_dump() | {
        "communities": revisions.touched(session, number),
        "lineage": lineage.told(session, number),
    }


@router.post(
    "/revisions/{number}/revert", status_code=201, response_model=RevisionOut, responses=TAKEN_BACK
)
def revert(
    session: SessionDep,
    caller: Coordinator,
    actor: ActorDep,
    number: Number,
    response: Response,
    body: RevertIn | None = None,
) -> Revision:
    """Take a revision back: its grids are as they were before, under a new revision."""
    revisions.get(session, number)
    permissions.require_reach(caller, revisions.touched(session, number))
    asked = body or RevertIn()
    made = revert_revision.revert(
        session,
        number,
        author=caller.login,
        title=asked.title,
        leave_empty=asked.leave_empty,
    )
    audit.write(session, actor, "revision.revert", f"revision {number}", made=made.number)
    response.headers["Location"] = f"/v1/revisions/{made.number}"
    return made


@router.get("/diff", response_model=GridChanges)
def diff(
    request: Request,
    session: SessionDep,
    before: StateFrom,
    after: StateTo,
    paging: PagingDep,
    area: AreaCode = None,
) -> Response:
    """What differs between two revisions or moments, with the shapes before and after."""
    found = between(
        session, before, after, area_code=area, limit=paging.limit, cursor=paging.cursor
    )
    written = diff_json.written(found.deltas, diff_json.links(request, found.next))
    return tagged(request, written, "application/json")
