"""Revisions, and the differences between them."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.deps import AreaOrGridCode, SessionDep
from api.errors import raises
from api.http.auth import ActorDep, Coordinator
from api.http.etag import NOT_MODIFIED, cacheable_response
from api.http.paging import NumberPagingDep, PagingDep, next_links
from api.http.state_params import DiffFrom, DiffTo
from api.schemas.revisions import (
    GridDiffOut,
    RevertIn,
    RevisionDetailOut,
    RevisionOut,
    RevisionPageOut,
)
from api.serializers import diff_json
from geo.accounts import audit, permissions
from geo.errors import Conflict, NotFound
from geo.grids import lineage, revert, revisions
from geo.grids.revision_diff import diff
from geo.models import Revision

router = APIRouter(prefix="/v1", tags=["revisions"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]


@router.get("/revisions", response_model=RevisionPageOut)
def list_revisions(
    request: Request, session: SessionDep, paging: NumberPagingDep, area: AreaOrGridCode = None
) -> dict[str, Any]:
    """The revisions, newest first."""
    rows, next_cursor = revisions.list_revisions(
        session, area_code=area, limit=paging.limit, cursor=paging.cursor
    )
    return {"revisions": rows, "links": next_links(request, next_cursor)}


@router.get("/revisions/{number}", response_model=RevisionDetailOut)
def get_revision(session: SessionDep, number: Number) -> dict[str, Any]:
    """One revision, the communities that it changed, and the lineage of its grids."""
    revision = RevisionOut.model_validate(revisions.get(session, number))
    return revision.model_dump() | {
        "communities": revisions.touched_communities(session, number),
        "lineage": lineage.list_lineage(session, number),
    }


@router.post(
    "/revisions/{number}/revert",
    status_code=201,
    response_model=RevisionOut,
)
@raises(Conflict)
def revert_revision(
    session: SessionDep,
    caller: Coordinator,
    actor: ActorDep,
    number: Number,
    response: Response,
    body: RevertIn | None = None,
) -> Revision:
    """Publish a new revision that restores the grids from before a revision."""
    revisions.get(session, number)
    permissions.require_reach(caller, revisions.touched_communities(session, number))
    options = body or RevertIn()
    reverting = revert.revert(
        session,
        number,
        author=caller.login,
        title=options.title,
        leave_empty=options.leave_empty,
    )
    audit.write(session, actor, "revision.revert", f"revision {number}", made=reverting.number)
    response.headers["Location"] = f"/v1/revisions/{reverting.number}"
    return reverting


@router.get("/diff", response_model=GridDiffOut, responses=NOT_MODIFIED)
@raises(NotFound)
def get_diff(
    request: Request,
    session: SessionDep,
    before: DiffFrom,
    after: DiffTo,
    paging: PagingDep,
    area: AreaOrGridCode = None,
) -> Response:
    """The grids that differ between two revisions or moments, with their geometries."""
    changes = diff(session, before, after, area_code=area, limit=paging.limit, cursor=paging.cursor)
    document = diff_json.diff_document(changes.deltas, next_links(request, changes.next))
    return cacheable_response(orjson.dumps(document), "application/json")
