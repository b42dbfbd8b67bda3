"""Plans: drafts of changes to the grids."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.deps import AreaCode, SessionDep
from api.http.auth import ActorDep, Coordinator, Reporter, Viewer
from api.http.paging import NumberPagingDep, next_links
from api.http.plan_deps import PlanDep, PlanNumber, ReplayResultDep
from api.schemas.geojson import FeatureCollectionOut
from api.schemas.impact import ImpactOut
from api.schemas.plans import (
    FindingOut,
    PlanCommentIn,
    PlanCommentOut,
    PlanIn,
    PlanOut,
    PlanPageOut,
)
from api.schemas.revisions import GridDiffOut
from api.serializers import plans
from geo import areas
from geo.accounts import audit
from geo.input_types import Code
from geo.models import PlanStatus
from geo.plans import drafts, impact
from geo.plans.replay_cache import ReplayResult

router = APIRouter(prefix="/v1/plans", tags=["plans"])

MAX_COMMUNITIES = 50
"""How many communities one response contains."""


@router.get("", response_model=PlanPageOut)
def list_plans(
    request: Request,
    session: SessionDep,
    caller: Viewer,
    paging: NumberPagingDep,
    status: PlanStatus | None = None,
    author: Annotated[Code | None, Query(description="The login of its author.")] = None,
    area: AreaCode = None,
) -> dict[str, Any]:
    """The plans, newest first; with `area` those with a step in effect that changes it."""
    rows, next_cursor = drafts.list_plans(
        session,
        status=status,
        author=author,
        area_code=area,
        limit=paging.limit,
        cursor=paging.cursor,
        reader=caller.login,
    )
    return {
        "plans": plans.plans_with_steps(session, rows),
        "links": next_links(request, next_cursor),
    }


@router.post("", status_code=201, response_model=PlanOut)
def create_plan(
    session: SessionDep, caller: Coordinator, actor: ActorDep, body: PlanIn, response: Response
) -> PlanOut:
    """Create a plan, based on the newest revision."""
    plan = drafts.create(session, body.title, author=caller.login)
    audit.write(session, actor, "plan.begin", f"plan {plan.id}", title=plan.title)
    response.headers["Location"] = f"/v1/plans/{plan.id}"
    response.headers["ETag"] = f'"{plan.version}"'
    return plans.plan_with_steps(session, plan)


@router.get("/{number}", response_model=PlanOut)
def get_plan(session: SessionDep, plan: PlanDep) -> Response:
    """One plan with its steps; a change sends its ETag in `If-Match`."""
    return plans.plan_response(session, plan)


@router.get("/{number}/grids", response_model=FeatureCollectionOut)
def grids(
    session: SessionDep, plan: PlanDep, result: ReplayResultDep, area: AreaCode = None
) -> Response:
    """The grids after the plan: of an area, or of the communities that it changes."""
    codes = _communities(session, result, area)
    return plans.versioned_response(plan, plans.grid_features(result, codes))


def _communities(session: Session, result: ReplayResult, area: str | None) -> Sequence[str]:
    """Return the communities of an area, or those that a plan changes."""
    if area is None:
        return result.communities
    return areas.list_communities(session, area, limit=MAX_COMMUNITIES)


@router.get("/{number}/findings", response_model=list[FindingOut])
def findings(
    session: SessionDep,
    plan: PlanDep,
    result: ReplayResultDep,
    area: AreaCode = None,
    before: Annotated[bool, Query(description="As if the plan had no steps.")] = False,
) -> Response:
    """Errors and warnings about an area, or the communities that the plan changes; errors first."""
    codes = _communities(session, result, area)
    shown = result.before_plan() if before else result
    return plans.versioned_response(plan, plans.findings(session, shown, codes))


@router.get("/{number}/impact", response_model=ImpactOut)
def get_impact(session: SessionDep, result: ReplayResultDep) -> impact.Impact:
    """The buildings, households and open issues that change grid."""
    return impact.compute_impact(session, result)


@router.get("/{number}/diff", response_model=GridDiffOut)
def diff(plan: PlanDep, result: ReplayResultDep) -> Response:
    """What the plan changes about each grid, with the geometries before and after."""
    return plans.versioned_response(plan, plans.diff(result))


@router.get("/{number}/comments", response_model=list[PlanCommentOut])
def comments(session: SessionDep, plan: PlanDep) -> list[PlanCommentOut]:
    """The comments on the plan, oldest first."""
    return [plans.comment_out(comment) for comment in drafts.comments(session, plan)]


@router.post("/{number}/comments", status_code=201, response_model=PlanCommentOut)
def add_comment(
    session: SessionDep, caller: Reporter, actor: ActorDep, number: PlanNumber, body: PlanCommentIn
) -> PlanCommentOut:
    """Add a comment to a plan of any author."""
    comment = drafts.add_comment(
        session, drafts.get(session, number), body.text, made_by=caller.login
    )
    audit.write(session, actor, "plan.comment", f"plan {number}", comment=comment.id)
    return plans.comment_out(comment)
