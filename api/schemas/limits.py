"""Limits on the size of grids."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.base import RequestBody

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class SizeLimitsIn(RequestBody):
    """How many buildings and households a grid should hold; null is no limit."""

    model_config = ConfigDict(from_attributes=True)

    least_buildings: Count | None = None
    most_buildings: Count | None = None
    least_households: Count | None = Field(None, examples=[200])
    most_households: Count | None = Field(None, examples=[300])


class SizeLimitsOut(SizeLimitsIn):
    """The limits of an area; they apply to every part of it that has no limits of its own."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    area_code: str
