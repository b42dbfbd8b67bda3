"""Publishing a plan: checked whole, written whole, once, and never over somebody else's work."""

import datetime
from collections.abc import Mapping, Sequence

import shapely
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.errors import Conflict, Invalid
from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import MicroGrid, Plan, PlanStatus, Revision
from geo.plans import drafts, limits
from geo.plans.core import rules
from geo.plans.core.partition import Partition
from geo.plans.replay_cache import Outcome, Replays
from geo.quality.findings import Finding


class PlanOutdated(Conflict):
    """Another plan changed one of these communities first."""

    code = "plan_outdated"


class PlanBlocked(Invalid):
    """The plan has findings that are errors, so that it cannot be published."""

    code = "plan_blocked"


class PlanEmpty(Invalid):
    """The plan changes nothing."""

    code = "plan_empty"


class NotPublished(Conflict):
    """The plan has published nothing that could be taken back."""

    code = "not_published"


class KeyUsed(Conflict):
    """The key was given for another publication."""

    code = "key_used"


def publish(
    session: Session,
    number: int,
    replays: Replays,
    *,
    who: str,
    author: str,
    version: int | None = None,
    title: str | None = None,
    at: datetime.datetime | None = None,
    key: str | None = None,
) -> Revision:
    """Publish a plan as the next revision, in force from now or from a moment.

    Asking again with the same key answers with the same revision. `who` and `version` are as in
    `drafts.take`, `author` is put under the revision. Raises what `drafts.take` raises, PlanEmpty,
    PlanOutdated, PlanBlocked, KeyUsed, and TooEarly.
    """
    drafts.hold(session, number)
    done_before = _published_by(session, number, author, key)
    if done_before is not None:
        return done_before
    plan = drafts.take(session, number, who=who, version=version)
    touched = drafts.touched(session, plan)
    revisions.lock(session, touched)
    require_current(session, plan, touched)
    outcome = drafts.outcome(session, plan, replays)
    deltas = changes(outcome)
    if not deltas:
        raise PlanEmpty(f"Plan {number} changes nothing.", hint="Add a step, or discard the plan.")
    _require_sound(findings(session, outcome))
    revision = revisions.publish(
        session, deltas, title=title or plan.title, author=author, effective_at=at
    )
    plan.status = PlanStatus.PUBLISHED
    plan.revision = revision.number
    plan.publish_key = key
    drafts.mark_changed(session, plan)
    return revision


def published_as(plan: Plan) -> int:
    """Return the number of the revision that a plan became. Raises NotPublished."""
    if plan.revision is None:
        raise NotPublished(
            f"Plan {plan.id} is {plan.status}: it has published nothing.",
            hint="Undo its steps, or discard it.",
        )
    return plan.revision


def changes(outcome: Outcome) -> list[Delta]:
    """Return what a plan does to each grid, by code; grids that stay as they were are left out."""
    before, after = (_outlines(side) for side in (outcome.before, outcome.after))
    every = (Delta(code, before.get(code), after.get(code)) for code in sorted({*before, *after}))
    return [delta for delta in every if delta.old != delta.new]


def findings(session: Session, outcome: Outcome) -> list[Finding]:
    """Return what is wrong or odd with the touched communities: errors first, then by code."""
    found = [
        finding
        for community in outcome.communities
        for finding in rules.findings(
            outcome.after[community],
            outcome.situation.buildings(community),
            limits.of(session, community),
        )
    ]
    return sorted(found, key=lambda one: (not one.is_error, one.kind, one.codes))


def require_current(session: Session, plan: Plan, communities: Sequence[str]) -> None:
    """Raise PlanOutdated where a revision changed one of the communities after the plan's base."""
    changed = (
        select(MicroGrid.community_code, Revision.number, Revision.author, Revision.title)
        .join(Revision, Revision.number.in_((MicroGrid.begun_in, MicroGrid.ended_in)))
        .where(
            MicroGrid.community_code.in_(communities),
            or_(MicroGrid.begun_in > plan.base_revision, MicroGrid.ended_in > plan.base_revision),
            Revision.number > plan.base_revision,
        )
        .distinct()
        .order_by(MicroGrid.community_code, Revision.number)
    )
    found = session.execute(changed).all()
    if found:
        told = "; ".join(
            f"community {row.community_code} by {row.author} in revision {row.number} "
            f"({row.title!r})"
            for row in found
        )
        raise PlanOutdated(
            f"Since revision {plan.base_revision}, on which plan {plan.id} stands, others "
            f"changed {told}.",
            hint=f"Rebase the plan: POST /v1/plans/{plan.id}/rebase, or gridward plan rebase "
            f"{plan.id}. It takes its steps again on today's grids.",
        )


def _published_by(session: Session, number: int, author: str, key: str | None) -> Revision | None:
    """Return what the same publication made before. Raises KeyUsed where it was another's."""
    if key is None:
        return None
    plan = session.scalar(select(Plan).where(Plan.author == author, Plan.publish_key == key))
    if plan is None:
        return None
    if plan.id != number or plan.revision is None:
        raise KeyUsed(
            f"This key was given to publish plan {plan.id}.", hint="Choose a key of its own."
        )
    return revisions.get(session, plan.revision)


def _require_sound(found: Sequence[Finding]) -> None:
    errors = [finding for finding in found if finding.is_error]
    if errors:
        first = errors[0]
        raise PlanBlocked(
            f"{len(errors)} findings keep the plan from being published; the first is "
            f"{first.kind} at {first.lon:.7f},{first.lat:.7f}: {first.size:,.2f} {first.unit}, "
            f"{', '.join(first.codes)}.",
            hint="See all of them under findings, mend them, and publish again.",
        )


def _outlines(partitions: Mapping[str, Partition]) -> dict[str, Outline]:
    return {
        code: Outline(grid.name, community, shapely.to_wkb(grid.geom))
        for community, partition in partitions.items()
        for code, grid in partition.grids.items()
    }
