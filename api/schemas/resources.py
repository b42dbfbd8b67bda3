"""The shapes of answers and bodies, as the OpenAPI document shows them."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from geo.geometry.datums import Datum
from geo.lookup.index.point_query import Method
from geo.models import Duty, IssueStatus, Level

LonLat = Annotated[list[float], Field(min_length=2, max_length=2, examples=[[130.298, 47.35]])]


class FromRow(BaseModel):
    """Read from a row or a dataclass."""

    model_config = ConfigDict(from_attributes=True)


class GridOut(FromRow):
    """The name plate of a grid."""

    code: str = Field(examples=["230403001002007"])
    name: str | None = None


class AreaOut(FromRow):
    """The name plate of an area."""

    level: Level
    code: str = Field(examples=["230403"])
    name: str = Field(examples=["工农区"])


class NumbersOut(FromRow):
    """How many members a grid has; who they are is for accounts that reach it."""

    count: int = Field(examples=[10])
    by_duty: dict[Duty, int] = Field(
        examples=[{"head": 1, "full_time": 1, "part_time": 6, "volunteer": 2}]
    )


class LookupOut(FromRow):
    """Where a point lies; `grid` is null outside every grid."""

    lon: float
    lat: float
    grid: GridOut | None
    areas: list[AreaOut]
    method: Method
    revision: int | None = Field(description="The revision of the grids that the answer is from.")
    border_m: float | None = Field(None, description="Metres to the nearest border of the grid.")
    neighbor: str | None = Field(None, description="The grid beyond that border, if any.")
    building: str | None = Field(None, description="The building that covers the point.")
    members: NumbersOut | None = Field(
        None, description="How many look after the grid; null outside every grid."
    )


class PointsIn(BaseModel):
    """Many points to place at once."""

    model_config = ConfigDict(extra="forbid")

    points: list[tuple[float | None, float | None]] = Field(
        description="Pairs of longitude and latitude.", examples=[[[130.298, 47.35], [130.3, 47.4]]]
    )
    datum: Datum = Datum.WGS84
    at: AwareDatetime | None = None


class CodesOut(BaseModel):
    """The grid of each point, in order; null outside every grid and for what is no place."""

    revision: int | None
    codes: list[str | None]


class TallyOut(FromRow):
    """Property coverage of one place."""

    code: str
    name: str | None
    buildings: int
    covered: int
    uncovered: int
    rate: float | None = Field(description="Covered per building, 0 to 1; null without buildings.")
    households: int
    covered_households: int


class ChangeOut(FromRow):
    """Buildings of one place that came to have a manager between two days, or lost it."""

    code: str
    name: str | None
    gained: int = Field(description="Uncovered on the earlier day, covered on the later one.")
    lost: int = Field(description="Covered on the earlier day, uncovered on the later one.")


class IssueCount(BaseModel):
    """How many issues there are of a category and a status."""

    category: str
    status: IssueStatus
    issues: int


class Link(BaseModel):
    """A way on from here."""

    rel: Literal["next"]
    href: str


class Feature(BaseModel):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class FeatureCollection(BaseModel):
    """A page of GeoJSON features; `links` has `next` while there is more."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    links: list[Link] = []


class CoveragePeriod(BaseModel):
    """Who managed a building from one day to the next."""

    manager_code: str
    manager: str
    manager_kind: str
    covered_from: datetime.date
    covered_to: datetime.date | None = Field(description="The first day it no longer did.")


class GridShape(BaseModel):
    """One shape of a grid while it was in force."""

    code: str
    name: str | None
    in_force_from: datetime.datetime
    in_force_to: datetime.datetime | None
    revision: int
    title: str
    author: str
    geometry: dict[str, Any]


class MemberOut(FromRow):
    """Somebody who is assigned to a grid."""

    code: str = Field(examples=["2304-P0001"])
    name: str
    phone: str | None
    duty: Duty
    since: datetime.date
    until: datetime.date | None = Field(description="The first day no longer assigned.")


class IssueIn(BaseModel):
    """An issue to file."""

    model_config = ConfigDict(extra="forbid")

    ref: str | None = Field(None, min_length=1, max_length=64, description="Made up if left out.")
    category: str = Field(min_length=1, max_length=100, examples=["heating"])
    description: str | None = Field(None, max_length=10_000)
    reported_at: AwareDatetime | None = Field(None, description="Now if left out.")
    channel: str | None = Field(None, max_length=100, examples=["rider"])
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, examples=[130.298])
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, examples=[47.35])
    datum: Datum = Datum.WGS84


class IssueOut(BaseModel):
    """An issue as it stands."""

    ref: str
    category: str
    description: str | None
    reported_at: datetime.datetime
    status: IssueStatus
    channel: str | None
    lon: float
    lat: float
    grid_code: str | None = Field(description="The grid it was filed under.")
    current_grid_code: str | None = Field(description="The grid its place is in now.")


class Found(BaseModel):
    """Something that a search met, and where it is."""

    kind: Literal["area", "neighborhood", "grid", "building", "issue"]
    code: str
    name: str | None
    lon: float
    lat: float


class RevisionOut(FromRow):
    """One publication of micro-grids."""

    number: int = Field(examples=[7])
    title: str = Field(examples=["Weimin: grids 4 and 5 become one"])
    author: str = Field(examples=["coordinator"])
    published_at: datetime.datetime
    effective_at: datetime.datetime = Field(description="From when its grids are in force.")


class RevertIn(BaseModel):
    """How to take a revision back."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(None, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
    leave_empty: bool = Field(
        False, description="Also where communities are left without any grid."
    )


class RevisionsOut(BaseModel):
    """A page of revisions, newest first; `links` has `next` while there is more."""

    revisions: list[RevisionOut]
    links: list[Link] = []


class Descent(BaseModel):
    """Ground that went from one grid to another, as a share of the grid that it left."""

    from_code: str
    to_code: str
    share: float = Field(examples=[0.4])


class RevisionDetail(RevisionOut):
    """One publication, where it was, and which ground went where."""

    communities: list[str]
    lineage: list[Descent]


class Shape(BaseModel):
    """A grid on one side of a change."""

    name: str | None
    geometry: dict[str, Any]


class GridChange(BaseModel):
    """One grid that differs; `before` is null for a new one, `after` for one that is gone."""

    code: str = Field(examples=["230407003002004"])
    kinds: list[Literal["added", "removed", "redrawn", "renamed"]]
    moved_m2: float = Field(description="Ground won and lost; 0 where only a corner was added.")
    before: Shape | None
    after: Shape | None


class GridChanges(BaseModel):
    """What differs between two states, by code; `links` has `next` while there is more."""

    changes: list[GridChange]
    links: list[Link] = []
