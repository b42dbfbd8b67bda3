"""Draft plans: created, edited operation by operation, commented on, discarded."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from geo.errors import Conflict, Forbidden, NotFound
from geo.models import Plan, PlanComment, PlanStatus, PlanStep, Revision
from geo.plans.core import operations as plan_operations
from geo.plans.core.operations import Operation
from geo.plans.replay_cache import ReplayCache, ReplayResult


class PlanUnknown(NotFound):
    """No plan has this number."""

    code = "plan_unknown"


class AuthorUnknown(NotFound):
    """No plan has this author."""

    code = "author_unknown"


class PlanChanged(Conflict):
    """The plan changed since the caller last read it."""

    code = "plan_changed"


class NotYourPlan(Forbidden):
    """The plan belongs to somebody else."""

    code = "not_your_plan"


class NotADraft(Conflict):
    """The plan was published or discarded, and can no longer be changed."""

    code = "not_a_draft"


class NothingToUndoOrRedo(Conflict):
    """There is no step to undo, or to redo."""

    code = "nothing_to_undo_or_redo"


def create(session: Session, title: str, *, author: str) -> Plan:
    """Create a plan based on the newest revision."""
    newest = session.scalar(select(func.coalesce(func.max(Revision.number), 0)))
    plan = Plan(title=title, author=author, base_revision=newest)
    session.add(plan)
    session.flush()
    session.refresh(plan)
    return plan


def get(session: Session, number: int) -> Plan:
    """Return the plan with a number. Raises PlanUnknown."""
    return _require_plan(session.get(Plan, number), number)


def lock_draft(
    session: Session, number: int, *, owner: str | None, version: int | None = None
) -> Plan:
    """Return a draft to be changed, locked until the transaction ends.

    `owner` is the login that must be the author, None to allow any. `version` is the version that
    the caller has read, None for any. Raises PlanUnknown, NotYourPlan,
    PlanChanged, NotADraft.
    """
    plan = lock_for_update(session, number)
    require_author(plan, owner)
    require_version(plan, version)
    if plan.status is not PlanStatus.DRAFT:
        raise NotADraft(
            f"Plan {number} is {plan.status} and can no longer be changed.",
            hint="Create another plan.",
        )
    return plan


def lock_for_update(session: Session, number: int) -> Plan:
    """Return a plan, locked until the transaction ends. Raises PlanUnknown."""
    return _require_plan(session.get(Plan, number, with_for_update=True), number)


def require_author(plan: Plan, owner: str | None) -> None:
    """Raise NotYourPlan unless the owner is the author, or None."""
    if owner not in (None, plan.author):
        raise NotYourPlan(
            f"Plan {plan.id} belongs to {plan.author}.",
            hint=f"Leave a comment for {plan.author}, or create a plan of your own.",
        )


def require_version(plan: Plan, version: int | None) -> None:
    """Raise PlanChanged unless the plan is at the version that the caller has read, if given."""
    if version not in (None, plan.version):
        raise PlanChanged(
            f"Plan {plan.id} is now at version {plan.version}, not at {version}.",
            hint=f"Read GET /v1/plans/{plan.id} again, look at what changed, and repeat the step.",
        )


def _require_plan(plan: Plan | None, number: int) -> Plan:
    if plan is None:
        raise PlanUnknown(
            f"There is no plan {number}.", hint="GET /v1/plans or gridward plan list lists them."
        )
    return plan


def steps(session: Session, plan: Plan) -> Sequence[PlanStep]:
    """Return all steps of a plan in order, undone ones at the end."""
    return steps_of_plans(session, [plan.id])


def steps_of_plans(session: Session, numbers: Collection[int]) -> Sequence[PlanStep]:
    """Return all steps of some plans, ordered by plan and step."""
    statement = select(PlanStep).where(PlanStep.plan_id.in_(numbers))
    return session.scalars(statement.order_by(PlanStep.plan_id, PlanStep.number)).all()


def operations(session: Session, plan: Plan) -> list[Operation]:
    """Return the operations in effect, in order."""
    bodies = select(PlanStep.body).where(PlanStep.plan_id == plan.id, PlanStep.number <= plan.done)
    rows = session.scalars(bodies.order_by(PlanStep.number))
    return [plan_operations.from_stored(body) for body in rows]


def touched_communities(session: Session, plan: Plan) -> list[str]:
    """Return the codes of the communities that the steps in effect touch, in order."""
    statement = select(PlanStep.communities).where(
        PlanStep.plan_id == plan.id, PlanStep.number <= plan.done
    )
    return sorted({code for codes in session.scalars(statement) for code in codes})


def replay(session: Session, plan: Plan, cache: ReplayCache) -> ReplayResult:
    """Return the touched communities before the plan and after its steps in effect."""
    return cache.replay(session, plan.base_revision, operations(session, plan))


def add_step(
    session: Session, plan: Plan, operation: Operation, cache: ReplayCache, *, made_by: str
) -> ReplayResult:
    """Apply one more operation and delete undone steps. Raises what the operation raises."""
    before = operations(session, plan)
    result = cache.replay(session, plan.base_revision, [*before, operation])
    session.execute(
        delete(PlanStep).where(PlanStep.plan_id == plan.id, PlanStep.number > plan.done)
    )
    number = plan.done + 1
    session.add(
        PlanStep(
            plan_id=plan.id,
            number=number,
            body=plan_operations.to_json(operation),
            communities=list(plan_operations.touched_communities(operation, result.context)),
            made_by=made_by,
        )
    )
    bump_version(session, plan, done=number)
    return result


def undo(session: Session, plan: Plan, cache: ReplayCache) -> ReplayResult:
    """Undo the last step in effect. Raises NothingToUndoOrRedo."""
    if plan.done == 0:
        raise NothingToUndoOrRedo(
            f"Plan {plan.id} has no step to undo.", hint="No step is in effect."
        )
    bump_version(session, plan, done=plan.done - 1)
    return replay(session, plan, cache)


def redo(session: Session, plan: Plan, cache: ReplayCache) -> ReplayResult:
    """Redo the step that was undone last. Raises NothingToUndoOrRedo."""
    next_step = exists().where(PlanStep.plan_id == plan.id, PlanStep.number == plan.done + 1)
    if not session.scalar(select(next_step)):
        raise NothingToUndoOrRedo(
            f"Plan {plan.id} has no step to redo.", hint="A new step deletes undone ones."
        )
    bump_version(session, plan, done=plan.done + 1)
    return replay(session, plan, cache)


def discard(session: Session, plan: Plan) -> None:
    """Discard a plan; it can still be read."""
    plan.status = PlanStatus.DISCARDED
    bump_version(session, plan)


def bump_version(session: Session, plan: Plan, *, done: int | None = None) -> None:
    """Increment the version of a plan, and set how many of its steps are in effect."""
    plan.done = plan.done if done is None else done
    plan.version += 1
    plan.changed_at = func.clock_timestamp()
    session.flush()
    session.refresh(plan)


def comments(session: Session, plan: Plan) -> Sequence[PlanComment]:
    """Return the comments on a plan, oldest first."""
    statement = select(PlanComment).where(PlanComment.plan_id == plan.id)
    return session.scalars(statement.order_by(PlanComment.id)).all()


def add_comment(session: Session, plan: Plan, text: str, *, made_by: str) -> PlanComment:
    """Comment on any plan."""
    comment = PlanComment(plan_id=plan.id, text=text, made_by=made_by)
    session.add(comment)
    session.flush()
    session.refresh(comment)
    return comment


def _require_author_of_a_plan(session: Session, login: str) -> None:
    """Raise AuthorUnknown unless a plan has this author, who need not have an account."""
    if session.scalar(select(Plan.id).where(Plan.author == login).limit(1)) is None:
        raise AuthorUnknown(
            f"No plan has the author {login!r}.",
            hint="GET /v1/plans or gridward plan list shows the authors.",
        )


def list_plans(
    session: Session,
    *,
    status: PlanStatus | None = None,
    author: str | None = None,
    area_code: str | None = None,
    limit: int,
    cursor: int | None = None,
    reader: str | None = None,
) -> tuple[Sequence[Plan], int | None]:
    """Return at most `limit` plans below number `cursor`, newest first, and the next cursor.

    With `area_code` only plans with a step in effect that touches the area. `reader` is the login
    of the caller, who may have no plan yet. Raises AuthorUnknown for other authors without plans.
    """
    if author is not None and author != reader:
        _require_author_of_a_plan(session, author)
    statement = select(Plan).order_by(Plan.id.desc()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(Plan.id < cursor)
    if status is not None:
        statement = statement.where(Plan.status == status)
    if author is not None:
        statement = statement.where(Plan.author == author)
    if area_code is not None:
        community = func.unnest(PlanStep.communities).column_valued("community")
        touching = select(PlanStep.plan_id).where(
            PlanStep.plan_id == Plan.id,
            PlanStep.number <= Plan.done,
            select(community).where(func.starts_with(community, area_code)).exists(),
        )
        statement = statement.where(touching.exists())
    plans = session.scalars(statement).all()
    return plans[:limit], plans[limit - 1].id if len(plans) > limit else None
