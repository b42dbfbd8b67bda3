"""Rebasing a plan: its operations are applied again to the grids of the newest revision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.errors import Conflict, GridwardError
from geo.models import Plan, PlanStep, Revision
from geo.plans import drafts
from geo.plans.core.apply import Partitions
from geo.plans.core.operations import Import, Operation, from_stored, to_json, touched_communities
from geo.plans.core.partition import Grid
from geo.plans.replay_cache import ReplayCache, ReplayResult

NewCodes = dict[str, str | None]
"""For the old code of each grid that the plan creates its new one; None if it has none now."""
CreatedGrids = Mapping[str, Grid]


class StepNoLongerApplies(Conflict):
    """The step changes a grid that an earlier step created, which no longer applies."""

    code = "step_no_longer_applies"


@dataclass(frozen=True)
class DroppedStep:
    """A step that no longer applies, and why."""

    number: int
    operation: Operation
    reason: str


@dataclass(frozen=True)
class _RebasedStep:
    """A step that still applies, with its operation on the new base."""

    row: PlanStep
    operation: Operation


def rebase(
    session: Session, plan: Plan, cache: ReplayCache
) -> tuple[ReplayResult, list[DroppedStep]]:
    """Move a plan to the newest revision; steps that no longer apply are dropped and returned.

    Grids that the plan creates get new codes, since others may have taken the old ones; later steps
    are translated. Undone steps are deleted.
    """
    newest = session.scalar(select(func.coalesce(func.max(Revision.number), 0))) or 0
    rows = [row for row in drafts.steps(session, plan) if row.number <= plan.done]
    old = [from_stored(row.body) for row in rows]
    rebased: list[_RebasedStep] = []
    dropped: list[DroppedStep] = []
    codes: NewCodes = {}
    created_by_step = _created_by_each(session, plan.base_revision, old, cache)
    for row, operation, created in zip(rows, old, created_by_step, strict=True):
        before = [step.operation for step in rebased]
        try:
            translated = translate(operation, codes)
            result = cache.replay(session, newest, [*before, translated])
        except GridwardError as error:
            dropped.append(DroppedStep(row.number, operation, str(error)))
            codes |= dict.fromkeys(created, None)
            continue
        start = cache.replay(session, newest, before)
        codes |= _match_codes(created, _created(start.after, result))
        rebased.append(_RebasedStep(row, translated))
    result = cache.replay(session, newest, [step.operation for step in rebased])
    _replace_steps(session, plan, newest, rebased, result)
    return result, dropped


def translate(operation: Operation, codes: NewCodes) -> Operation:
    """Return an operation with the new codes of its grids. Raises StepNoLongerApplies."""
    changes: dict[str, Any] = {}
    for field in ("code", "to", "codes", "into"):
        match getattr(operation, field, None):
            case str(code):
                changes[field] = _new_code(code, codes)
            case tuple(several):
                changes[field] = tuple(_new_code(code, codes) for code in several)
    if isinstance(operation, Import):
        changes["grids"] = tuple(
            grid if grid.code is None else replace(grid, code=_new_code(grid.code, codes))
            for grid in operation.grids
        )
    return replace(operation, **changes)


def _new_code(code: str, codes: NewCodes) -> str:
    new = codes.get(code, code)
    if new is None:
        raise StepNoLongerApplies(
            f"Grid {code} was created by a step that no longer applies.",
            hint="Repeat that step, then this one.",
        )
    return new


def _created_by_each(
    session: Session, base: int, operations: Sequence[Operation], cache: ReplayCache
) -> Iterator[CreatedGrids]:
    """Yield for each operation the grids that it created on the old base."""
    before = cache.replay(session, base, [])
    for count in range(1, len(operations) + 1):
        after = cache.replay(session, base, operations[:count])
        yield _created(before.after, after)
        before = after


def _created(before: Partitions, result: ReplayResult) -> CreatedGrids:
    """Return the grids of a result that did not exist before, by code."""
    return {
        code: grid
        for community, partition in result.after.items()
        for code, grid in partition.grids.items()
        if code not in (before.get(community) or result.context.partition(community)).grids
    }


def _match_codes(old: CreatedGrids, new: CreatedGrids) -> NewCodes:
    """Return for each old code the new grid that has most of its area, each new grid once."""
    matches: NewCodes = dict.fromkeys(old, None)
    shared_areas = sorted(
        (-float(old_grid.geom.intersection(new_grid.geom).area), old_code, new_code)
        for old_code, old_grid in old.items()
        for new_code, new_grid in new.items()
        if old_grid.geom.intersects(new_grid.geom)
    )
    for area, old_code, new_code in shared_areas:
        if area and matches[old_code] is None and new_code not in matches.values():
            matches[old_code] = new_code
    return matches


def _replace_steps(
    session: Session, plan: Plan, newest: int, rebased: Sequence[_RebasedStep], result: ReplayResult
) -> None:
    rows = [
        PlanStep(
            plan_id=plan.id,
            number=number,
            body=to_json(step.operation),
            communities=list(touched_communities(step.operation, result.context)),
            made_by=step.row.made_by,
            made_at=step.row.made_at,
        )
        for number, step in enumerate(rebased, start=1)
    ]
    session.execute(delete(PlanStep).where(PlanStep.plan_id == plan.id))
    session.expire_all()
    session.add_all(rows)
    plan.base_revision = newest
    drafts.bump_version(session, plan, done=len(rows))
