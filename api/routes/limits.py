"""How large the grids of an area should be."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import SessionDep
from api.errors import REFUSALS
from api.http.auth import ActorDep, Coordinator
from api.schemas.plans import LimitsIn, LimitsOut
from geo.accounts import audit, permissions
from geo.models import SizeLimit
from geo.plans import limits
from geo.plans.core.rules import Limits

router = APIRouter(prefix="/v1/limits", tags=["plans"])


@router.get("", response_model=list[LimitsOut])
def list_limits(session: SessionDep) -> Sequence[SizeLimit]:
    """The limits of all areas that have some; the smallest area around a grid counts."""
    return limits.every(session)


@router.post("", response_model=LimitsOut, responses=REFUSALS)
def put_limits(
    session: SessionDep,
    caller: Coordinator,
    actor: ActorDep,
    area: Annotated[str, Query(min_length=1, max_length=64, examples=["230403"])],
    body: LimitsIn,
) -> SizeLimit:
    """Give an area limits of its own, in place of those it had."""
    permissions.require_reach(caller, [area])
    wanted = Limits(
        (body.least_buildings, body.most_buildings), (body.least_households, body.most_households)
    )
    kept = limits.put(session, area, wanted)
    audit.write(session, actor, "limits.put", f"area {area}", **body.model_dump())
    return kept
