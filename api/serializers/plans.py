"""Plans as JSON, with all digits of their coordinates: clients show what will be published."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import shapely
from fastapi import Response
from sqlalchemy.orm import Session

from api.schemas.plans import PlanCommentOut, PlanOut, PlanStepOut
from api.serializers.diff_json import diff_document
from geo.models import Plan, PlanComment, PlanStep
from geo.plans import drafts, impact, publish
from geo.plans.replay_cache import ReplayResult
from geo.quality.findings import Finding


def versioned_response(plan: Plan, document: Mapping[str, Any] | Sequence[Any]) -> Response:
    """Return a document as JSON, with the version of its plan as the ETag."""
    return Response(
        orjson.dumps(document),
        media_type="application/json",
        headers={"ETag": f'"{plan.version}"', "Cache-Control": "no-store"},
    )


def plan_response(session: Session, plan: Plan) -> Response:
    """Return a plan with its steps as JSON."""
    return versioned_response(plan, plan_with_steps(session, plan).model_dump(mode="json"))


def plan_with_steps(session: Session, plan: Plan) -> PlanOut:
    """Return a plan with its steps."""
    return plans_with_steps(session, [plan])[0]


def plans_with_steps(session: Session, plans: Sequence[Plan]) -> list[PlanOut]:
    """Return plans with their steps, which one query reads."""
    steps: dict[int, list[PlanStep]] = {plan.id: [] for plan in plans}
    for step in drafts.steps_of_plans(session, list(steps)):
        steps[step.plan_id].append(step)
    return [_plan(plan, steps[plan.id]) for plan in plans]


def _plan(plan: Plan, steps: Sequence[PlanStep]) -> PlanOut:
    in_effect = steps[: plan.done]
    return PlanOut(
        id=plan.id,
        title=plan.title,
        author=plan.author,
        status=plan.status,
        base_revision=plan.base_revision,
        version=plan.version,
        revision=plan.revision,
        created_at=plan.created_at,
        changed_at=plan.changed_at,
        communities=sorted({code for step in in_effect for code in step.communities}),
        operations=[_step(step, undone=step.number > plan.done) for step in steps],
        undone_count=len(steps) - len(in_effect),
    )


def _step(step: PlanStep, *, undone: bool) -> PlanStepOut:
    return PlanStepOut(
        number=step.number,
        kind=step.body["kind"],
        body=step.body,
        communities=step.communities,
        author=step.made_by,
        created_at=step.made_at,
        undone=undone,
    )


def comment_out(comment: PlanComment) -> PlanCommentOut:
    """Return a comment."""
    return PlanCommentOut(
        id=comment.id, text=comment.text, author=comment.made_by, created_at=comment.made_at
    )


def preview(session: Session, plan: Plan, result: ReplayResult) -> dict[str, Any]:
    """Return a plan after a step, the grids of its communities, and their findings."""
    removed = [
        code
        for community, partition in result.before.items()
        for code in partition.grids
        if code not in result.after[community].grids
    ]
    return {
        "plan": plan_with_steps(session, plan).model_dump(mode="json"),
        "communities": result.communities,
        "grids": grid_features(result, result.communities),
        "removed": sorted(removed),
        "findings": findings(session, result),
    }


def grid_features(result: ReplayResult, communities: Iterable[str]) -> dict[str, Any]:
    """Return the grids of communities after a plan as GeoJSON, each with its counts."""
    features: list[dict[str, Any]] = []
    for community in communities:
        features += _features(result, community)
    return {"type": "FeatureCollection", "features": features, "links": []}


def _features(result: ReplayResult, community: str) -> Iterable[dict[str, Any]]:
    counts = impact.count_by_grid(result, community)
    for code, grid in result.partition(community).grids.items():
        yield {
            "type": "Feature",
            "geometry": _geojson(grid.geom),
            "properties": {
                "code": code,
                "name": grid.name,
                "community_code": community,
                "buildings": counts[code].buildings,
                "households": counts[code].households,
            },
        }


def findings(
    session: Session, result: ReplayResult, communities: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Return the findings about communities, by default those that a plan changes."""
    return [_finding(finding) for finding in publish.check_plan(session, result, communities)]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "is_error": finding.is_error,
        "codes": finding.codes,
        "size": finding.size,
        "unit": finding.unit,
        "limit": finding.limit,
        "lon": finding.lon,
        "lat": finding.lat,
        "meaning": finding.meaning,
        "geometry": _geojson(finding.geometry),
    }


def _geojson(geometry: shapely.Geometry | None) -> Any:
    return None if geometry is None else orjson.Fragment(shapely.to_geojson(geometry))


def diff(result: ReplayResult) -> dict[str, Any]:
    """Return what a plan changes about each grid."""
    return diff_document(publish.plan_deltas(result))
