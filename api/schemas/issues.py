"""Issues."""

import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from geo.geometry.datums import Datum
from geo.models import IssueStatus


class IssueIn(BaseModel):
    """An issue to file."""

    model_config = ConfigDict(extra="forbid")

    ref: str | None = Field(None, min_length=1, max_length=64, description="Generated if omitted.")
    category: str = Field(min_length=1, max_length=100, examples=["heating"])
    description: str | None = Field(None, max_length=10_000)
    reported_at: AwareDatetime | None = Field(None, description="Now if omitted.")
    channel: str | None = Field(None, max_length=100, examples=["rider"])
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, examples=[130.298])
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, examples=[47.35])
    datum: Datum = Datum.WGS84


class IssueOut(BaseModel):
    """An issue and its current status."""

    ref: str
    category: str
    description: str | None
    reported_at: datetime.datetime
    status: IssueStatus
    channel: str | None
    lon: float
    lat: float
    grid_code: str | None = Field(description="The grid that it was filed under.")
    current_grid_code: str | None = Field(description="The grid that covers its location now.")


class IssueCountOut(BaseModel):
    """The number of issues of a category and a status."""

    category: str
    status: IssueStatus
    issues: int
