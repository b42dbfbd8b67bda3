"""Taking the steps of a plan again on today's grids, after somebody else published first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.errors import Conflict, GridwardError
from geo.models import Plan, PlanStep, Revision
from geo.plans import drafts
from geo.plans.core.apply import Partitions
from geo.plans.core.operations import communities, from_json
from geo.plans.core.partition import Grid
from geo.plans.replay_cache import Outcome, Replays

Names = dict[str, str | None]
"""For the code of each grid that the plan makes the one it has now; None where it has none."""
Made = Mapping[str, Grid]


class StepGone(Conflict):
    """The step is about a grid that an earlier step made, which no longer applies."""

    code = "step_gone"


@dataclass(frozen=True)
class Dropped:
    """A step that no longer applies, and why."""

    number: int
    body: Mapping[str, Any]
    why: str


def rebase(session: Session, plan: Plan, replays: Replays) -> tuple[Outcome, list[Dropped]]:
    """Put a plan on the newest revision; steps that no longer apply are left out and returned.

    Grids that the plan makes get fresh codes, since others may have taken those of before; later
    steps follow. Steps that were undone are forgotten.
    """
    newest = session.scalar(select(func.coalesce(func.max(Revision.number), 0))) or 0
    steps = [step for step in drafts.steps(session, plan) if step.number <= plan.done]
    old = [step.body for step in steps]
    kept: list[tuple[PlanStep, dict[str, Any]]] = []
    dropped: list[Dropped] = []
    names: Names = {}
    for step, born in zip(steps, _born(session, plan.base_revision, old, replays), strict=True):
        before = [body for _, body in kept]
        try:
            body = translated(step.body, names)
            after = replays.replay(session, newest, [*before, body])
        except GridwardError as error:
            dropped.append(Dropped(step.number, step.body, str(error)))
            names |= dict.fromkeys(born, None)
            continue
        start = replays.replay(session, newest, before)
        names |= _heirs(born, _made(start.after, after))
        kept.append((step, body))
    outcome = replays.replay(session, newest, [body for _, body in kept])
    _write(session, plan, newest, kept, outcome)
    return outcome, dropped


def translated(body: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return a step with the codes that its grids have now. Raises StepGone."""
    told = dict(body)
    for field in ("code", "to", "codes", "into"):
        match told.get(field):
            case str(code):
                told[field] = _now(code, names)
            case [*several]:
                told[field] = [_now(code, names) for code in several]
    if "grids" in told:
        told["grids"] = [translated(grid, names) for grid in told["grids"]]
    return told


def _now(code: str, names: Names) -> str:
    known = names.get(code, code)
    if known is None:
        raise StepGone(
            f"Grid {code} was made by a step that no longer applies.",
            hint="Take that step anew, then this one.",
        )
    return known


def _born(
    session: Session, base: int, bodies: Sequence[Mapping[str, Any]], replays: Replays
) -> Iterator[Made]:
    """Yield for each step the grids that it made on the old base."""
    before = replays.replay(session, base, [])
    for count in range(1, len(bodies) + 1):
        after = replays.replay(session, base, bodies[:count])
        yield _made(before.after, after)
        before = after


def _made(before: Partitions, after: Outcome) -> Made:
    """Return the grids that a step made, by code."""
    return {
        code: grid
        for community, partition in after.after.items()
        for code, grid in partition.grids.items()
        if code not in (before.get(community) or after.situation.partition(community)).grids
    }


def _heirs(born: Made, made: Made) -> Names:
    """Return for the code of each grid of before the one that has most of its ground now."""
    heirs: Names = dict.fromkeys(born, None)
    shares = sorted(
        (-float(old.geom.intersection(new.geom).area), code, heir)
        for code, old in born.items()
        for heir, new in made.items()
        if old.geom.intersects(new.geom)
    )
    for share, code, heir in shares:
        if share and heirs[code] is None and heir not in heirs.values():
            heirs[code] = heir
    return heirs


def _write(
    session: Session,
    plan: Plan,
    newest: int,
    kept: Sequence[tuple[PlanStep, dict[str, Any]]],
    outcome: Outcome,
) -> None:
    rows = [
        PlanStep(
            plan_id=plan.id,
            number=number,
            body=body,
            communities=list(communities(from_json(body), outcome.situation)),
            made_by=step.made_by,
            made_at=step.made_at,
        )
        for number, (step, body) in enumerate(kept, start=1)
    ]
    session.execute(delete(PlanStep).where(PlanStep.plan_id == plan.id))
    session.expire_all()
    session.add_all(rows)
    plan.base_revision = newest
    drafts.mark_changed(session, plan, done=len(rows))
