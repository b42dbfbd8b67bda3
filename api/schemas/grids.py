"""Micro-grids and their members."""

import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.base import FromAttributes
from geo.models import Duty


class GridOut(FromAttributes):
    """The code and name of a grid."""

    code: str = Field(examples=["230403001002007"])
    name: str | None = None


class GridHistoryEntryOut(BaseModel):
    """A grid's name and geometry while they were in force."""

    code: str
    name: str | None
    in_force_from: datetime.datetime
    in_force_to: datetime.datetime | None
    revision: int
    title: str
    author: str | None = Field(
        description="The display name of the publishing account; null without one."
    )
    geometry: dict[str, Any]


class GridMemberOut(FromAttributes):
    """A person who is assigned to a grid."""

    code: str = Field(examples=["2304-P0001"])
    name: str
    phone: str | None
    duty: Duty
    since: datetime.date
    until: datetime.date | None = Field(description="The first day after the assignment.")


class MemberCountsOut(FromAttributes):
    """The number of members of a grid; their names require an account whose scope covers it."""

    count: int = Field(examples=[10])
    by_duty: dict[Duty, int] = Field(
        examples=[{"head": 1, "full_time": 1, "part_time": 6, "volunteer": 2}]
    )
