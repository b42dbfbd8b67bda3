"""Plans as JSON, with shapes to the last digit: what is drawn is what will be published."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import shapely
from fastapi import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.schemas.plans import PlanOut
from geo.errors import Invalid
from geo.models import Area, Level, Plan, PlanStep
from geo.plans import drafts, impact, publish
from geo.plans.context import Register
from geo.plans.core.partition import Partition
from geo.plans.replay_cache import Outcome
from geo.quality.findings import Finding

MOST_COMMUNITIES = 50


class AreaTooWide(Invalid):
    """The area has more communities than one answer can hold."""

    code = "area_too_wide"


def told(session: Session, plan: Plan) -> PlanOut:
    """Return a plan with its steps."""
    return listed(session, [plan])[0]


def listed(session: Session, plans: Sequence[Plan]) -> list[PlanOut]:
    """Return plans with their steps, all asked for at once."""
    steps: dict[int, list[PlanStep]] = {plan.id: [] for plan in plans}
    for step in drafts.steps_of(session, list(steps)):
        steps[step.plan_id].append(step)
    return [_told(plan, steps[plan.id]) for plan in plans]


def _told(plan: Plan, steps: Sequence[PlanStep]) -> PlanOut:
    operations = [
        {
            "number": step.number,
            "kind": step.body["kind"],
            "body": step.body,
            "communities": step.communities,
            "made_by": step.made_by,
            "made_at": step.made_at,
            "undone": step.number > plan.done,
        }
        for step in steps
    ]
    effective = steps[: plan.done]
    return PlanOut.model_validate(
        {
            **{name: getattr(plan, name) for name in PlanOut.model_fields if hasattr(plan, name)},
            "communities": sorted({code for step in effective for code in step.communities}),
            "operations": operations,
            "undone": len(steps) - plan.done,
        }
    )


def answered(plan: Plan, document: Mapping[str, Any] | Sequence[Any]) -> Response:
    """Return a document about a plan as JSON, with the version that a change has to repeat."""
    return Response(
        orjson.dumps(document),
        media_type="application/json",
        headers={"ETag": f'"{plan.version}"', "Cache-Control": "no-store"},
    )


def picture(session: Session, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Return a plan after a step: itself, the grids it touches, and what was found there."""
    gone = [
        code
        for community, start in outcome.before.items()
        for code in start.grids
        if code not in outcome.after[community].grids
    ]
    return {
        "plan": told(session, plan).model_dump(mode="json"),
        "communities": outcome.communities,
        "grids": collection(outcome, outcome.communities),
        "gone": sorted(gone),
        "findings": [found(one) for one in publish.findings(session, outcome)],
    }


def collection(outcome: Outcome, communities: Iterable[str]) -> dict[str, Any]:
    """Return the grids of communities after a plan as GeoJSON, each with what it holds."""
    drawn: list[dict[str, Any]] = []
    for community in communities:
        after = outcome.after.get(community) or outcome.situation.partition(community)
        drawn += _features(outcome.situation, after)
    return {"type": "FeatureCollection", "features": drawn, "links": []}


def _features(situation: Register, partition: Partition) -> Iterable[dict[str, Any]]:
    held = impact.contents(partition, situation.buildings(partition.community))
    for code, grid in partition.grids.items():
        yield {
            "type": "Feature",
            "geometry": shape(grid.geom),
            "properties": {
                "code": code,
                "name": grid.name,
                "community_code": partition.community,
                "buildings": held[code].buildings,
                "households": held[code].households,
            },
        }


def shape(geometry: shapely.Geometry | None) -> Any:
    """Return a geometry as GeoJSON."""
    return None if geometry is None else orjson.Fragment(shapely.to_geojson(geometry))


def found(finding: Finding) -> dict[str, Any]:
    """Return a finding with what it means and what to draw."""
    told = {name: value for name, value in vars(finding).items() if name != "shape"}
    return told | {"meaning": finding.meaning, "geometry": shape(finding.shape)}


def communities(session: Session, area_code: str) -> list[str]:
    """Return the communities of an area, by code. Raises AreaTooWide where they are too many."""
    inside = select(Area.code).where(
        Area.level == Level.COMMUNITY, func.starts_with(Area.code, area_code)
    )
    codes = list(session.scalars(inside.order_by(Area.code).limit(MOST_COMMUNITIES + 1)))
    if len(codes) > MOST_COMMUNITIES:
        raise AreaTooWide(
            f"Area {area_code!r} has more than {MOST_COMMUNITIES} communities.",
            hint="Ask for a community or a subdistrict.",
        )
    return codes
