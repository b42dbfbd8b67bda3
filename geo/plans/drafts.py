"""Plans on their way: begun, changed step by step by their authors, talked about, given up."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from geo.errors import Conflict, Forbidden, NotFound
from geo.models import Plan, PlanComment, PlanStatus, PlanStep, Revision
from geo.plans.core.operations import communities, from_json, to_json
from geo.plans.replay_cache import Outcome, Replays


class PlanUnknown(NotFound):
    """No plan has this number."""

    code = "plan_unknown"


class PlanChanged(Conflict):
    """The plan changed since the caller last saw it."""

    code = "plan_changed"


class NotYourPlan(Forbidden):
    """The plan is somebody else's."""

    code = "not_your_plan"


class NotADraft(Conflict):
    """The plan was published or discarded, and changes no more."""

    code = "not_a_draft"


class NothingToStep(Conflict):
    """There is no step to undo, or to do again."""

    code = "nothing_to_step"


def begin(session: Session, title: str, *, author: str) -> Plan:
    """Begin a plan on the grids as the newest revision left them."""
    newest = session.scalar(select(func.coalesce(func.max(Revision.number), 0)))
    plan = Plan(title=title, author=author, base_revision=newest)
    session.add(plan)
    session.flush()
    session.refresh(plan)
    return plan


def get(session: Session, number: int) -> Plan:
    """Return the plan of a number. Raises PlanUnknown."""
    return _found(session.get(Plan, number), number)


def take(session: Session, number: int, *, who: str, version: int | None = None) -> Plan:
    """Return a draft to be changed, so that nobody else changes it before the transaction ends.

    `version` is the one that the caller has seen, None to take it as it is; `who` is its author,
    or '' for one who may change everybody's. Raises PlanUnknown, NotYourPlan, PlanChanged,
    NotADraft.
    """
    plan = hold(session, number)
    require_author(plan, who)
    require_version(plan, version)
    if plan.status is not PlanStatus.DRAFT:
        raise NotADraft(
            f"Plan {number} is {plan.status}, and changes no more.", hint="Begin another plan."
        )
    return plan


def hold(session: Session, number: int) -> Plan:
    """Return a plan that nobody else changes before the transaction ends. Raises PlanUnknown."""
    return _found(session.get(Plan, number, with_for_update=True), number)


def require_author(plan: Plan, who: str) -> None:
    """Raise NotYourPlan unless the plan is theirs; '' is one who may change everybody's."""
    if who not in ("", plan.author):
        raise NotYourPlan(
            f"Plan {plan.id} is {plan.author}'s.",
            hint=f"Leave a comment for {plan.author}, or begin a plan of your own.",
        )


def require_version(plan: Plan, version: int | None) -> None:
    """Raise PlanChanged unless the plan is at the version that the caller has seen, if any."""
    if version not in (None, plan.version):
        raise PlanChanged(
            f"Plan {plan.id} is at version {plan.version} by now, not at {version}.",
            hint=f"Read GET /v1/plans/{plan.id} again, look at what changed, and repeat the step.",
        )


def _found(plan: Plan | None, number: int) -> Plan:
    if plan is None:
        raise PlanUnknown(
            f"There is no plan {number}.", hint="GET /v1/plans or gridward plan list lists them."
        )
    return plan


def steps(session: Session, plan: Plan) -> Sequence[PlanStep]:
    """Return all steps of a plan in order, those that were undone at the end."""
    return steps_of(session, [plan.id])


def steps_of(session: Session, numbers: Collection[int]) -> Sequence[PlanStep]:
    """Return all steps of some plans, plan by plan in order."""
    asked = select(PlanStep).where(PlanStep.plan_id.in_(numbers))
    return session.scalars(asked.order_by(PlanStep.plan_id, PlanStep.number)).all()


def bodies(session: Session, plan: Plan) -> list[dict[str, Any]]:
    """Return the operations in effect as plain fields, in order."""
    asked = select(PlanStep.body).where(PlanStep.plan_id == plan.id, PlanStep.number <= plan.done)
    return list(session.scalars(asked.order_by(PlanStep.number)))


def touched(session: Session, plan: Plan) -> list[str]:
    """Return the communities that the steps in effect touch, by code."""
    asked = select(PlanStep.communities).where(
        PlanStep.plan_id == plan.id, PlanStep.number <= plan.done
    )
    return sorted({code for codes in session.scalars(asked) for code in codes})


def outcome(session: Session, plan: Plan, replays: Replays) -> Outcome:
    """Return the touched communities before the plan and after its steps in effect."""
    return replays.replay(session, plan.base_revision, bodies(session, plan))


def add(
    session: Session, plan: Plan, body: Mapping[str, Any], replays: Replays, *, by: str
) -> Outcome:
    """Carry out one more step; those that were undone are forgotten. Raises what it raises."""
    operation = from_json(body)
    step = to_json(operation)
    after = replays.replay(session, plan.base_revision, [*bodies(session, plan), step])
    reached = list(communities(operation, after.situation))
    session.execute(
        delete(PlanStep).where(PlanStep.plan_id == plan.id, PlanStep.number > plan.done)
    )
    number = plan.done + 1
    session.add(
        PlanStep(plan_id=plan.id, number=number, body=step, communities=reached, made_by=by)
    )
    mark_changed(session, plan, done=number)
    return after


def step_back(session: Session, plan: Plan, replays: Replays) -> Outcome:
    """Undo the last step in effect. Raises NothingToStep."""
    if plan.done == 0:
        raise NothingToStep(f"Plan {plan.id} has no step to undo.", hint="It is at its beginning.")
    mark_changed(session, plan, done=plan.done - 1)
    return outcome(session, plan, replays)


def step_on(session: Session, plan: Plan, replays: Replays) -> Outcome:
    """Do again the step that was undone last. Raises NothingToStep."""
    next_one = exists().where(PlanStep.plan_id == plan.id, PlanStep.number == plan.done + 1)
    if not session.scalar(select(next_one)):
        raise NothingToStep(
            f"Plan {plan.id} has no step to do again.", hint="A new step forgets undone ones."
        )
    mark_changed(session, plan, done=plan.done + 1)
    return outcome(session, plan, replays)


def discard(session: Session, plan: Plan) -> None:
    """Give a plan up; it can still be read."""
    plan.status = PlanStatus.DISCARDED
    mark_changed(session, plan)


def mark_changed(session: Session, plan: Plan, *, done: int | None = None) -> None:
    """Raise the version of a plan, and say how many of its steps are in effect."""
    plan.done = plan.done if done is None else done
    plan.version += 1
    plan.changed_at = func.clock_timestamp()
    session.flush()
    session.refresh(plan)


def comments(session: Session, plan: Plan) -> Sequence[PlanComment]:
    """Return what was said about a plan, oldest first."""
    asked = select(PlanComment).where(PlanComment.plan_id == plan.id)
    return session.scalars(asked.order_by(PlanComment.id)).all()


def comment(session: Session, plan: Plan, text: str, *, by: str) -> PlanComment:
    """Say something about a plan, whoever's it is."""
    said = PlanComment(plan_id=plan.id, text=text, made_by=by)
    session.add(said)
    session.flush()
    session.refresh(said)
    return said


def page(
    session: Session,
    *,
    status: PlanStatus | None = None,
    author: str | None = None,
    area_code: str | None = None,
    limit: int,
    cursor: int | None = None,
) -> tuple[Sequence[Plan], int | None]:
    """Return at most `limit` plans below number `cursor`, newest first, and the next cursor.

    With `area_code` those of which a step in effect touches the area.
    """
    newest = select(Plan).order_by(Plan.id.desc()).limit(limit + 1)
    if cursor is not None:
        newest = newest.where(Plan.id < cursor)
    if status is not None:
        newest = newest.where(Plan.status == status)
    if author is not None:
        newest = newest.where(Plan.author == author)
    if area_code is not None:
        community = func.unnest(PlanStep.communities).column_valued("community")
        touching = select(PlanStep.plan_id).where(
            PlanStep.plan_id == Plan.id,
            PlanStep.number <= Plan.done,
            select(community).where(func.starts_with(community, area_code)).exists(),
        )
        newest = newest.where(touching.exists())
    found = session.scalars(newest).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None
