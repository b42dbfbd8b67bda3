"""The shapes of plans, as the OpenAPI document shows them."""

import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.resources import FeatureCollection, FromRow, Link
from geo.models import PlanStatus

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Body = dict[str, Any]

OPERATIONS: list[Body] = [
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
"""One of each that is told by example."""


class PlanIn(BaseModel):
    """A plan to begin."""

    model_config = ConfigDict(extra="forbid")

    title: Title = Field(examples=["Weimin: grid 4 grows too large"])


class StepOut(FromRow):
    """One operation of a plan; an undone one can be done again."""

    number: int
    kind: str = Field(examples=["split"])
    body: Body
    communities: list[str]
    made_by: str
    made_at: datetime.datetime
    undone: bool


class PlanOut(FromRow):
    """A plan as it stands; `version` rises with every change and is what If-Match repeats."""

    id: int
    title: str
    author: str
    status: PlanStatus
    base_revision: int = Field(description="The revision that it starts from; 0 for none.")
    version: int
    revision: int | None = Field(description="What it was published as.")
    created_at: datetime.datetime
    changed_at: datetime.datetime
    communities: list[str] = Field(description="Those that the steps in effect touch.")
    operations: list[StepOut]
    undone: int = Field(description="How many steps at the end are undone.")


class PlansOut(BaseModel):
    """A page of plans, newest first; `links` has `next` while there is more."""

    plans: list[PlanOut]
    links: list[Link] = []


class FindingOut(BaseModel):
    """Something wrong or odd; an error keeps a plan from being published."""

    kind: str = Field(examples=["grid_in_parts"])
    is_error: bool
    codes: list[str]
    size: float
    unit: str
    lon: float
    lat: float
    meaning: str
    geometry: dict[str, Any] | None


class PictureOut(BaseModel):
    """A plan after a step: its grids where it touches something, and what was found there."""

    plan: PlanOut
    communities: list[str]
    grids: FeatureCollection
    gone: list[str] = Field(description="Grids of these communities that the plan retires.")
    findings: list[FindingOut]


class DroppedOut(FromRow):
    """A step that no longer applies, and why."""

    number: int
    body: Body
    why: str


class RebasedOut(PictureOut):
    """A plan on today's grids, and the steps that had to be left out."""

    dropped: list[DroppedOut]


class Holding(FromRow):
    """Buildings, their households, and the issues that are still open."""

    buildings: int
    households: int
    open_issues: int


class Move(FromRow):
    """What goes from one grid to another; null is ground in no grid."""

    from_code: str | None
    to_code: str | None
    holding: Holding


class Held(FromRow):
    """What a grid holds before and after; null where there is no such grid."""

    code: str
    before: Holding | None
    after: Holding | None


Range = tuple[int, int, int]


class Spread(FromRow):
    """How even grids are: their number, and the least, middle and most that one holds."""

    grids: int
    buildings: Range
    households: Range


class ImpactOut(FromRow):
    """All that changes grid: in total, from grid to grid, and grid by grid."""

    communities: list[str]
    total: Holding
    moves: list[Move]
    grids: list[Held]
    spread_before: Spread | None
    spread_after: Spread | None


class PublishIn(BaseModel):
    """Under which title, and from when on."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = Field(None, description="That of the plan if left out.")
    at: AwareDatetime | None = Field(None, description="From when on; now if left out.")


class CommentIn(BaseModel):
    """Something to say about a plan."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class CommentOut(FromRow):
    """What somebody said about a plan."""

    id: int
    text: str
    made_by: str
    made_at: datetime.datetime


Count = Annotated[int, Field(ge=0, le=1_000_000)]


class LimitsIn(BaseModel):
    """How many buildings and households a grid should hold; null is no bound."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    least_buildings: Count | None = None
    most_buildings: Count | None = None
    least_households: Count | None = Field(None, examples=[200])
    most_households: Count | None = Field(None, examples=[300])


class LimitsOut(LimitsIn):
    """The limits of an area; they hold in all of it that has none of its own."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    area_code: str
