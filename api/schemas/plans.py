"""Plans, their steps, findings and comments."""

import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.base import FromAttributes, RequestBody
from api.schemas.geojson import FeatureCollectionOut
from api.schemas.links import LinkOut
from geo.input_types import Name, Paragraphs, Timestamp
from geo.models import PlanStatus

OperationBody = dict[str, Any]

OPERATION_EXAMPLES: list[OperationBody] = [
    {
        "kind": "split",
        "code": "230407003002004",
        "line": {"type": "LineString", "coordinates": [[130.296, 47.371], [130.298, 47.371]]},
    },
    {
        "kind": "move_border",
        "codes": ["230407003002004", "230407003002005"],
        "line": {"type": "LineString", "coordinates": [[130.296, 47.371], [130.298, 47.371]]},
    },
    {"kind": "transfer", "buildings": ["H00412"], "to": "230407003002005"},
    {"kind": "renumber", "community": "230407003002"},
    {"kind": "create", "community": "230407003002", "count": 6},
    {"kind": "merge", "codes": ["230407003002004", "230407003002005"]},
    {"kind": "rename", "code": "230407003002004", "name": "Weimin 4"},
]
"""One example of each operation that people write by hand."""


class PlanIn(RequestBody):
    """A plan to create."""

    title: Name = Field(examples=["Weimin: grid 4 grows too large"])


class PlanStepOut(BaseModel):
    """One operation of a plan; while it is undone, redo can apply it again."""

    number: int
    kind: str = Field(examples=["split"])
    body: OperationBody
    communities: list[str]
    author: str
    created_at: datetime.datetime
    undone: bool


class PlanOut(BaseModel):
    """A plan; every change raises `version`, and the next change sends it in If-Match."""

    id: int
    title: str
    author: str
    status: PlanStatus
    base_revision: int = Field(description="The revision that it starts from; 0 for none.")
    version: int
    revision: int | None = Field(description="The revision that it was published as.")
    created_at: datetime.datetime
    changed_at: datetime.datetime
    communities: list[str] = Field(description="The communities that its steps in effect change.")
    operations: list[PlanStepOut]
    undone_count: int = Field(description="How many of the last steps are undone.")


class PlanPageOut(BaseModel):
    """A page of plans, newest first; `links` has `next` unless it is the last page."""

    plans: list[PlanOut]
    links: list[LinkOut] = []


class FindingOut(BaseModel):
    """An error or a warning about the grids; an error prevents publication."""

    kind: str = Field(examples=["grid_in_parts"])
    is_error: bool
    codes: list[str]
    size: float
    unit: str
    limit: int | None = Field(description="The limit of its area, in the same unit, if it has one.")
    lon: float
    lat: float
    meaning: str
    geometry: dict[str, Any] | None


class PlanPreviewOut(BaseModel):
    """A plan after a step, with the grids of its communities and their findings."""

    plan: PlanOut
    communities: list[str]
    grids: FeatureCollectionOut
    removed: list[str] = Field(description="Grids of these communities that the plan removes.")
    findings: list[FindingOut]


class DroppedStepOut(FromAttributes):
    """A step that no longer applies, and the reason."""

    number: int
    body: OperationBody
    reason: str


class RebasedPlanOut(PlanPreviewOut):
    """A plan rebased on the newest revision, and the steps that were dropped."""

    dropped: list[DroppedStepOut]


class PublishIn(RequestBody):
    """The title of the revision, and when it comes into force."""

    title: Name | None = Field(None, description="The title of the plan if omitted.")
    at: Timestamp | None = Field(None, description="When it comes into force; now if omitted.")


class PlanCommentIn(RequestBody):
    """A comment to add to a plan."""

    text: Paragraphs


class PlanCommentOut(BaseModel):
    """A comment on a plan."""

    id: int
    text: str
    author: str
    created_at: datetime.datetime
