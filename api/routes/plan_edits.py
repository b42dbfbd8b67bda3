"""Changes to plans: steps, undo, redo, rebase, discard and publication."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response

from api.deps import SessionDep
from api.errors import raises
from api.http.auth import ActorDep, Coordinator
from api.http.if_match import ExpectedVersionDep
from api.http.plan_deps import PlanEdit, PlanEditDep, PlanNumber, ReplayCacheDep, required_owner
from api.schemas.plans import (
    OPERATION_EXAMPLES,
    OperationBody,
    PlanOut,
    PlanPreviewOut,
    PublishIn,
    RebasedPlanOut,
)
from api.schemas.revisions import RevisionOut
from api.serializers import plans
from geo.accounts import audit, permissions
from geo.errors import Conflict
from geo.input_types import SingleLine
from geo.models import Revision
from geo.plans import drafts, publish, rebase
from geo.plans.core.operations import from_json, to_json
from geo.plans.drafts import PlanChanged
from geo.plans.publish import Publication
from geo.plans.replay_cache import ReplayResult

router = APIRouter(prefix="/v1/plans/{number}", tags=["plans"])

IdempotencyKey = Annotated[
    SingleLine | None,
    Header(
        min_length=1,
        max_length=200,
        description="A repeated request with the same key returns the same revision.",
    ),
]


@router.post("/operations", response_model=PlanPreviewOut)
def add_step(
    edit: PlanEditDep, body: Annotated[OperationBody, Body(examples=OPERATION_EXAMPLES)]
) -> Response:
    """Apply one more step; deletes the steps that are undone."""
    result = drafts.add_step(
        edit.session, edit.plan, from_json(body), edit.cache, made_by=edit.caller.login
    )
    return _preview(edit, "operation", result)


@router.post("/undo", response_model=PlanPreviewOut)
def undo(edit: PlanEditDep) -> Response:
    """Undo the last step in effect."""
    return _preview(edit, "undo", drafts.undo(edit.session, edit.plan, edit.cache))


@router.post("/redo", response_model=PlanPreviewOut)
def redo(edit: PlanEditDep) -> Response:
    """Redo the step that was undone last."""
    return _preview(edit, "redo", drafts.redo(edit.session, edit.plan, edit.cache))


@router.post("/rebase", response_model=RebasedPlanOut)
def rebase_plan(edit: PlanEditDep) -> Response:
    """Apply the steps to the grids of the newest revision; drops those that no longer apply."""
    result, dropped = rebase.rebase(edit.session, edit.plan, edit.cache)
    steps = [
        {"number": step.number, "body": to_json(step.operation), "reason": step.reason}
        for step in dropped
    ]
    return _preview(edit, "rebase", result, dropped=steps)


@router.post("/discard", response_model=PlanOut)
def discard(edit: PlanEditDep) -> Response:
    """Discard the plan; it can still be read."""
    drafts.discard(edit.session, edit.plan)
    audit.write(edit.session, edit.actor, "plan.discard", f"plan {edit.plan.id}")
    return plans.plan_response(edit.session, edit.plan)


@router.post("/publish", status_code=201, response_model=RevisionOut)
@raises(Conflict, PlanChanged)
def publish_plan(
    session: SessionDep,
    cache: ReplayCacheDep,
    caller: Coordinator,
    actor: ActorDep,
    number: PlanNumber,
    version: ExpectedVersionDep,
    response: Response,
    body: PublishIn | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Revision:
    """Publish the plan as the next revision, in force now or from a timestamp on.

    A repeated request with the same Idempotency-Key returns the same revision.
    """
    options = body or PublishIn()
    plan = drafts.lock_for_update(
        session, number
    )  # a concurrent request waits, then sees the result
    earlier_revision = plan.revision
    permissions.require_reach(caller, drafts.touched_communities(session, plan))
    revision = publish.publish(
        session,
        number,
        cache,
        Publication(caller.login, options.title, options.at, idempotency_key),
        owner=required_owner(caller),
        version=version,
    )
    if earlier_revision is None:
        audit.write(session, actor, "plan.publish", f"plan {number}", revision=revision.number)
    response.headers["Location"] = f"/v1/revisions/{revision.number}"
    return revision


def _preview(edit: PlanEdit, action: str, result: ReplayResult, **extra: Any) -> Response:
    """Write the audit log, and return the plan after a change.

    Undo does not require the scope: an author whose scope shrank can still undo steps outside it.
    """
    if action != "undo":
        permissions.require_reach(edit.caller, result.communities)
    audit.write(edit.session, edit.actor, f"plan.{action}", f"plan {edit.plan.id}")
    document = plans.preview(edit.session, edit.plan, result) | extra
    return plans.versioned_response(edit.plan, document)
