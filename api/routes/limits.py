"""Limits on the size of grids."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import SessionDep
from api.http.auth import ActorDep, Coordinator
from api.schemas.limits import SizeLimitsIn, SizeLimitsOut
from geo.accounts import audit, permissions
from geo.input_types import Code
from geo.models import SizeLimit
from geo.plans import limits
from geo.plans.core.rules import Limits

router = APIRouter(prefix="/v1/limits", tags=["plans"])


@router.get("", response_model=list[SizeLimitsOut])
def list_limits(session: SessionDep) -> Sequence[SizeLimit]:
    """The limits of every area that has some; for a grid, those of its smallest area apply."""
    return limits.list_limits(session)


@router.post("", response_model=SizeLimitsOut)
def set_limits(
    session: SessionDep,
    caller: Coordinator,
    actor: ActorDep,
    area: Annotated[Code, Query(examples=["230403"])],
    body: SizeLimitsIn,
) -> SizeLimit:
    """Set the limits of an area."""
    permissions.require_reach(caller, [area])
    new_limits = Limits(
        (body.least_buildings, body.most_buildings), (body.least_households, body.most_households)
    )
    row = limits.set_limits(session, area, new_limits)
    audit.write(session, actor, "limits.put", f"area {area}", **body.model_dump())
    return row
