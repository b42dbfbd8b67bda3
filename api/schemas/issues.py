"""Issues."""

import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.base import RequestBody
from geo.geometry.datums import Datum
from geo.input_types import Latitude, Longitude, Name, Paragraphs, Ref, Timestamp
from geo.models import IssueStatus

Label = Annotated[Name, StringConstraints(max_length=100)]


class IssueIn(RequestBody):
    """An issue to file."""

    ref: Ref | None = Field(None, description="Generated if omitted.")
    category: Label = Field(examples=["heating"])
    description: Paragraphs | None = None
    reported_at: Timestamp | None = Field(None, description="Now if omitted.")
    channel: Label | None = Field(None, examples=["rider"])
    lon: Longitude = Field(strict=True, examples=[130.298])
    lat: Latitude = Field(strict=True, examples=[47.35])
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
