"""Publishing a plan as a revision: checked and written as a whole, once, without overwriting."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo import city_time
from geo.errors import Conflict, Invalid
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import MicroGrid, Plan, PlanStatus, Revision
from geo.plans import drafts, limits
from geo.plans.core import rules
from geo.plans.core.partition import Partition
from geo.plans.replay_cache import ReplayCache, ReplayResult
from geo.quality.findings import Finding


class PlanOutdated(Conflict):
    """Another revision changed one of these communities first."""

    code = "plan_outdated"


class PlanHasErrors(Invalid):
    """The plan has findings that are errors, so it cannot be published."""

    code = "plan_has_errors"


class PlanEmpty(Invalid):
    """The plan changes nothing."""

    code = "plan_empty"


class NotPublished(Conflict):
    """The plan has published nothing that could be reverted."""

    code = "not_published"


class IdempotencyKeyReused(Conflict):
    """The idempotency key was used to publish another plan."""

    code = "idempotency_key_reused"


@dataclass(frozen=True)
class Publication:
    """How a plan is published."""

    author: str
    """The author of the revision."""
    title: str | None = None
    """The title of the revision; that of the plan if None."""
    effective_at: datetime.datetime | None = None
    """When the revision comes into force; now if None."""
    key: str | None = None
    """An idempotency key: a repeated call with the same key returns the same revision."""


def publish(
    session: Session,
    number: int,
    cache: ReplayCache,
    publication: Publication,
    *,
    owner: str | None,
    version: int | None = None,
) -> Revision:
    """Publish a plan as the next revision.

    `owner` and `version` are as in `drafts.lock_draft`. Raises what that raises, PlanEmpty,
    PlanOutdated, PlanHasErrors, IdempotencyKeyReused, and EffectiveAtTooEarly.
    """
    drafts.lock_for_update(session, number)
    earlier = _find_by_key(session, number, publication)
    if earlier is not None:
        return earlier
    plan = drafts.lock_draft(session, number, owner=owner, version=version)
    communities = drafts.touched_communities(session, plan)
    revisions.lock_communities(session, communities)
    require_up_to_date(session, plan, communities)
    result = drafts.replay(session, plan, cache)
    deltas = plan_deltas(result)
    if not deltas:
        raise PlanEmpty(f"Plan {number} changes nothing.", hint="Add a step, or discard the plan.")
    _require_no_errors(check_plan(session, result))
    revision = revisions.publish(
        session,
        deltas,
        title=publication.title or plan.title,
        author=publication.author,
        effective_at=publication.effective_at,
    )
    plan.status = PlanStatus.PUBLISHED
    plan.revision = revision.number
    plan.publish_key = publication.key
    drafts.bump_version(session, plan)
    return revision


def published_revision(plan: Plan) -> int:
    """Return the number of the revision that a plan was published as. Raises NotPublished."""
    if plan.revision is None:
        raise NotPublished(
            f"Plan {plan.id} is {plan.status}: it has published nothing.",
            hint="Undo its steps, or discard it.",
        )
    return plan.revision


def plan_deltas(result: ReplayResult) -> list[Delta]:
    """Return the changes that a plan makes, by grid code, without unchanged grids."""
    before, after = (_grid_versions(side) for side in (result.before, result.after))
    codes = sorted({*before, *after})
    deltas = (Delta(code, before.get(code), after.get(code)) for code in codes)
    return [delta for delta in deltas if delta.old != delta.new]


def check_plan(
    session: Session, result: ReplayResult, communities: Iterable[str] | None = None
) -> list[Finding]:
    """Return the findings in some communities after a plan: errors first, then by kind and code.

    Without `communities` in those that it touches.
    """
    findings = [
        finding
        for community in (result.communities if communities is None else communities)
        for finding in rules.check_partition(
            result.partition(community),
            result.context.buildings(community),
            limits.limits_for(session, community),
            result.count_buildings(community),
        )
    ]
    return sorted(findings, key=lambda one: (not one.is_error, one.kind, one.codes))


def require_up_to_date(session: Session, plan: Plan, communities: Sequence[str]) -> None:
    """Raise PlanOutdated where a revision after the plan's base changed one of the communities."""
    statement = (
        select(
            MicroGrid.community_code,
            Revision.number,
            Revision.author,
            Revision.title,
            Revision.effective_at,
        )
        .join(Revision, Revision.number.in_((MicroGrid.begun_in, MicroGrid.ended_in)))
        .where(
            MicroGrid.community_code.in_(communities),
            or_(MicroGrid.begun_in > plan.base_revision, MicroGrid.ended_in > plan.base_revision),
            Revision.number > plan.base_revision,
        )
        .distinct()
        .order_by(MicroGrid.community_code, Revision.number)
    )
    rows = session.execute(statement).all()
    if rows:
        changes = "; ".join(
            f"community {row.community_code} by {row.author} in revision {row.number} "
            f"({row.title!r}{_scheduled(row.effective_at)})"
            for row in rows
        )
        raise PlanOutdated(
            f"Since revision {plan.base_revision}, on which plan {plan.id} is based, others "
            f"changed {changes}.",
            hint=f"Rebase the plan: POST /v1/plans/{plan.id}/rebase, or gridward plan rebase "
            f"{plan.id}. It applies the plan's steps to the newest grids.",
        )


def _scheduled(effective_at: datetime.datetime) -> str:
    """Return from when a revision is in force if that is later than now."""
    is_later = effective_at > city_time.now()
    return f", in force from {effective_at.isoformat()}" if is_later else ""


def _find_by_key(session: Session, number: int, publication: Publication) -> Revision | None:
    """Return the revision that an earlier call with the same key published.

    Raises IdempotencyKeyReused if that was another plan.
    """
    if publication.key is None:
        return None
    plan = session.scalar(
        select(Plan).where(Plan.author == publication.author, Plan.publish_key == publication.key)
    )
    if plan is None:
        return None
    if plan.id != number or plan.revision is None:
        raise IdempotencyKeyReused(
            f"This idempotency key was used to publish plan {plan.id}.", hint="Choose another key."
        )
    return revisions.get(session, plan.revision)


def _require_no_errors(findings: Sequence[Finding]) -> None:
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        first = errors[0]
        raise PlanHasErrors(
            f"{len(errors)} findings keep the plan from being published; the first is "
            f"{first.kind} at {first.lon:.7f},{first.lat:.7f}: {first.size:,.2f} {first.unit}, "
            f"{', '.join(first.codes)}.",
            hint="See all of them under findings, repair them, and publish again.",
        )


def _grid_versions(partitions: Mapping[str, Partition]) -> dict[str, GridVersion]:
    return {
        code: GridVersion(grid.name, community, shapely.to_wkb(grid.geom))
        for community, partition in partitions.items()
        for code, grid in partition.grids.items()
    }
