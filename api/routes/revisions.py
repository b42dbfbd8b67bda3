"""What was published, and what changed between any two states of the grids."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import changes
from api.cache import tagged
from api.deps import AreaCode, PagingDep, SessionDep, SettingsDep
from api.schemas import GridChanges, RevisionDetail, RevisionOut, RevisionsOut
from api.states import StateFrom, StateTo
from geo import lineage, revisions
from geo.changes import between

router = APIRouter(prefix="/v1", tags=["revisions"])

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
    return {"revisions": found, "links": changes.links(request, more)}


@router.get("/revisions/{number}", response_model=RevisionDetail)
def revision(session: SessionDep, number: Number) -> dict[str, Any]:
    """One revision, the communities it changed, and which ground went where."""
    found = RevisionOut.model_validate(revisions.get(session, number))
    return found.model_dump() | {
        "communities": revisions.touched(session, number),
        "lineage": lineage.told(session, number),
    }


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
    written = changes.written(found.deltas, changes.links(request, found.next))
    return tagged(request, written, "application/json")
