"""Plans: drafts of changes to the grids, from the first step to publication."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from sqlalchemy.orm import Session

from api.deps import AreaCode, SessionDep, SettingsDep
from api.errors import CONFLICTS, REFUSALS
from api.http.auth import ActorDep, Coordinator, Reporter, Viewer
from api.http.if_match import SeenDep
from api.routes.revisions import Below, Limit, Number
from api.schemas.plans import (
    OPERATIONS,
    CommentIn,
    CommentOut,
    FindingOut,
    ImpactOut,
    PictureOut,
    PlanIn,
    PlanOut,
    PlansOut,
    PublishIn,
    RebasedOut,
)
from api.schemas.resources import FeatureCollection, GridChanges, RevisionOut
from api.serializers import diff_json, plans
from geo.accounts import audit, permissions
from geo.accounts.audit import Actor
from geo.models import Account, Plan, PlanComment, PlanStatus, Revision, Role
from geo.plans import drafts, impact, publish, rebase
from geo.plans.replay_cache import Outcome, Replays

router = APIRouter(prefix="/v1/plans", tags=["plans"], responses=REFUSALS)


async def _replays(request: Request) -> Replays:
    replays: Replays = request.app.state.replays
    return replays


ReplaysDep = Annotated[Replays, Depends(_replays)]


@dataclass(frozen=True)
class Edit:
    """A plan that its author is about to change, at the version that they have seen."""

    session: Session
    plan: Plan
    replays: Replays
    caller: Account
    actor: Actor

    def leave(self, what: str, outcome: Outcome, **more: Any) -> Response:
        """Return the plan as it is now, and put what was done on record.

        To undo needs no reach: whoever lost some can still take back what they drew there.
        """
        if what != "undo":
            permissions.require_reach(self.caller, outcome.communities)
        audit.write(self.session, self.actor, f"plan.{what}", f"plan {self.plan.id}")
        return plans.answered(self.plan, plans.picture(self.session, self.plan, outcome) | more)


def _plan(session: SessionDep, number: Number, _caller: Viewer) -> Plan:
    return drafts.get(session, number)


PlanDep = Annotated[Plan, Depends(_plan)]


def _outcome(session: SessionDep, replays: ReplaysDep, plan: PlanDep) -> Outcome:
    return drafts.outcome(session, plan, replays)


OutcomeDep = Annotated[Outcome, Depends(_outcome)]


def whose(account: Account) -> str:
    """Return whose plans an account may change: its own, for an admin '' for everybody's."""
    return "" if account.role.includes(Role.ADMIN) else account.login


def _edit(
    session: SessionDep,
    replays: ReplaysDep,
    caller: Coordinator,
    actor: ActorDep,
    number: Number,
    seen: SeenDep,
) -> Edit:
    plan = drafts.take(session, number, who=whose(caller), version=seen)
    return Edit(session, plan, replays, caller, actor)


EditDep = Annotated[Edit, Depends(_edit)]


@router.get("", response_model=PlansOut)
def list_plans(
    request: Request,
    session: SessionDep,
    _caller: Viewer,
    settings: SettingsDep,
    status: PlanStatus | None = None,
    author: Annotated[str | None, Query(description="The login of who began it.")] = None,
    area: AreaCode = None,
    limit: Limit = None,
    cursor: Below = None,
) -> dict[str, Any]:
    """Plans, newest first; with `area` those of which a step in effect touches it."""
    found, more = drafts.page(
        session,
        status=status,
        author=author,
        area_code=area,
        limit=min(limit or settings.page_limit, settings.page_limit),
        cursor=cursor,
    )
    return {"plans": plans.listed(session, found), "links": diff_json.links(request, more)}


@router.post("", status_code=201, response_model=PlanOut)
def begin(
    session: SessionDep, caller: Coordinator, actor: ActorDep, body: PlanIn, response: Response
) -> PlanOut:
    """Begin a plan on the grids as the newest revision left them."""
    plan = drafts.begin(session, body.title, author=caller.login)
    audit.write(session, actor, "plan.begin", f"plan {plan.id}", title=plan.title)
    response.headers["Location"] = f"/v1/plans/{plan.id}"
    response.headers["ETag"] = f'"{plan.version}"'
    return plans.told(session, plan)


@router.get("/{number}", response_model=PlanOut)
def get_plan(session: SessionDep, plan: PlanDep) -> Response:
    """One plan with its steps; the ETag is the version that a change has to repeat."""
    return plans.answered(plan, plans.told(session, plan).model_dump(mode="json"))


@router.get("/{number}/grids", response_model=FeatureCollection)
def grids(
    session: SessionDep, plan: PlanDep, outcome: OutcomeDep, area: AreaCode = None
) -> Response:
    """The grids after the plan: of an area, or of the communities that it touches."""
    codes = outcome.communities if area is None else plans.communities(session, area)
    return plans.answered(plan, plans.collection(outcome, codes))


@router.get("/{number}/findings", response_model=list[FindingOut])
def findings(session: SessionDep, plan: PlanDep, outcome: OutcomeDep) -> Response:
    """What is wrong or odd where the plan touches something: errors first, then warnings."""
    return plans.answered(plan, [plans.found(one) for one in publish.findings(session, outcome)])


@router.get("/{number}/impact", response_model=ImpactOut)
def get_impact(session: SessionDep, outcome: OutcomeDep) -> impact.Impact:
    """The buildings, households and open issues that change grid."""
    return impact.of(session, outcome)


@router.get("/{number}/diff", response_model=GridChanges)
def diff(plan: PlanDep, outcome: OutcomeDep) -> Response:
    """What the plan does to each grid, with the shapes before and after."""
    changed = [diff_json.told(delta) for delta in publish.changes(outcome)]
    return plans.answered(plan, {"changes": changed, "links": []})


@router.post("/{number}/operations", response_model=PictureOut, responses=CONFLICTS)
def add(
    edit: EditDep,
    body: Annotated[dict[str, Any], Body(examples=OPERATIONS)],
) -> Response:
    """Carry out one more step; steps that were undone are forgotten."""
    outcome = drafts.add(edit.session, edit.plan, body, edit.replays, by=edit.caller.login)
    return edit.leave("operation", outcome)


@router.post("/{number}/undo", response_model=PictureOut, responses=CONFLICTS)
def undo(edit: EditDep) -> Response:
    """Undo the last step in effect."""
    return edit.leave("undo", drafts.step_back(edit.session, edit.plan, edit.replays))


@router.post("/{number}/redo", response_model=PictureOut, responses=CONFLICTS)
def redo(edit: EditDep) -> Response:
    """Do again the step that was undone last."""
    return edit.leave("redo", drafts.step_on(edit.session, edit.plan, edit.replays))


@router.post("/{number}/rebase", response_model=RebasedOut, responses=CONFLICTS)
def take_again(edit: EditDep) -> Response:
    """Take the steps again on today's grids; those that no longer apply are told."""
    outcome, dropped = rebase.rebase(edit.session, edit.plan, edit.replays)
    return edit.leave("rebase", outcome, dropped=[vars(one) for one in dropped])


@router.post("/{number}/discard", response_model=PlanOut, responses=CONFLICTS)
def discard(edit: EditDep) -> Response:
    """Give the plan up; it can still be read."""
    drafts.discard(edit.session, edit.plan)
    audit.write(edit.session, edit.actor, "plan.discard", f"plan {edit.plan.id}")
    told = plans.told(edit.session, edit.plan)
    return plans.answered(edit.plan, told.model_dump(mode="json"))


@router.post("/{number}/publish", status_code=201, response_model=RevisionOut, responses=CONFLICTS)
def publish_plan(
    session: SessionDep,
    replays: ReplaysDep,
    caller: Coordinator,
    actor: ActorDep,
    number: Number,
    seen: SeenDep,
    response: Response,
    body: PublishIn | None = None,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="The same, the same answer.")
    ] = None,
) -> Revision:
    """Publish the plan as the next revision, in force from now or from a moment.

    Sent again with the same Idempotency-Key it answers with the same revision.
    """
    asked = body or PublishIn()
    plan = drafts.hold(session, number)  # of two at once the second sees what the first made
    before = plan.revision
    permissions.require_reach(caller, drafts.touched(session, plan))
    made = publish.publish(
        session,
        number,
        replays,
        who=whose(caller),
        author=caller.login,
        version=seen,
        title=asked.title,
        at=asked.at,
        key=idempotency_key,
    )
    if before is None:
        audit.write(session, actor, "plan.publish", f"plan {number}", revision=made.number)
    response.headers["Location"] = f"/v1/revisions/{made.number}"
    return made


@router.get("/{number}/comments", response_model=list[CommentOut])
def comments(session: SessionDep, plan: PlanDep) -> Any:
    """What was said about the plan, oldest first."""
    return drafts.comments(session, plan)


@router.post("/{number}/comments", status_code=201, response_model=CommentOut)
def comment(
    session: SessionDep, caller: Reporter, actor: ActorDep, number: Number, body: CommentIn
) -> PlanComment:
    """Say something about a plan, whoever's it is."""
    said = drafts.comment(session, drafts.get(session, number), body.text, by=caller.login)
    audit.write(session, actor, "plan.comment", f"plan {number}", comment=said.id)
    return said
