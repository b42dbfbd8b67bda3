"""The audit log, for admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.deps import SessionDep
from api.http.auth import Admin
from api.http.paging import NumberPagingDep, next_links
from api.schemas.accounts import Identifier
from api.schemas.audit import AuditPageOut
from geo.accounts import audit
from geo.input_types import Timestamp

router = APIRouter(prefix="/v1/audit", tags=["accounts"])

Login = Annotated[Identifier | None, Query(description="Only actions of this login.")]
Action = Annotated[
    Identifier | None,
    Query(description="An action as `plan.publish`, or a group of actions as `plan`."),
]
Since = Annotated[Timestamp | None, Query(description="Only actions at or after this timestamp.")]


@router.get("", response_model=AuditPageOut)
def list_entries(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: Admin,
    paging: NumberPagingDep,
    login: Login = None,
    action: Action = None,
    since: Since = None,
) -> dict[str, Any]:
    """The recorded actions, newest first."""
    response.headers["Cache-Control"] = "no-store"
    rows, next_cursor = audit.list_entries(
        session,
        caller,
        login=login,
        action=action,
        since=since,
        limit=paging.limit,
        cursor=paging.cursor,
    )
    return {"entries": rows, "links": next_links(request, next_cursor)}
