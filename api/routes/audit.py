"""Who did what, for admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from api.deps import SessionDep, SettingsDep
from api.errors import REFUSALS
from api.http.auth import Admin
from api.schemas.accounts import AuditPage, Plain
from api.serializers.diff_json import links
from geo.accounts import audit

router = APIRouter(prefix="/v1/audit", tags=["accounts"], responses=REFUSALS)

Login = Annotated[Plain | None, Query(description="Only what this login did.")]
Action = Annotated[Plain | None, Query(description="`plan.publish`, or `plan` for all of them.")]
Since = Annotated[AwareDatetime | None, Query(description="Only from this moment on.")]
Limit = Annotated[int | None, Query(ge=1, description="The most entries at once.")]
Below = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Taken from a `next` link.")]


@router.get("", response_model=AuditPage)
def entries(
    request: Request,
    response: Response,
    session: SessionDep,
    settings: SettingsDep,
    caller: Admin,
    login: Login = None,
    action: Action = None,
    since: Since = None,
    limit: Limit = None,
    cursor: Below = None,
) -> dict[str, Any]:
    """What was done, newest first."""
    response.headers["Cache-Control"] = "no-store"
    found, more = audit.page(
        session,
        caller,
        login=login,
        action=action,
        since=since,
        limit=min(limit or settings.page_limit, settings.page_limit),
        cursor=cursor,
    )
    return {"entries": found, "links": links(request, more)}
