"""Lookups of one location and of many."""

from pydantic import BaseModel, Field

from api.schemas.areas import AreaOut
from api.schemas.base import FromAttributes, RequestBody
from api.schemas.grids import GridOut, MemberCountsOut
from geo.geometry.datums import Datum
from geo.input_types import Timestamp
from geo.lookup.index.point_query import Method


class LookupOut(FromAttributes):
    """The grid and areas of a location; `grid` is null outside every grid."""

    lon: float
    lat: float
    grid: GridOut | None
    areas: list[AreaOut]
    method: Method
    revision: int | None = Field(description="The revision of the grids that were searched.")
    border_m: float | None = Field(None, description="Metres to the nearest border of the grid.")
    neighbor: str | None = Field(None, description="The grid beyond that border, if any.")
    building: str | None = Field(None, description="The building that covers the location.")
    members: MemberCountsOut | None = Field(
        None, description="The number of members of the grid; null outside every grid."
    )


class BatchLookupIn(RequestBody):
    """Many locations to look up at once."""

    points: list[tuple[float | None, float | None]] = Field(
        description="Pairs of longitude and latitude.", examples=[[[130.298, 47.35], [130.3, 47.4]]]
    )
    datum: Datum = Datum.WGS84
    at: Timestamp | None = None


class BatchLookupOut(BaseModel):
    """The grid of each location, in order; null outside every grid and for invalid coordinates."""

    revision: int | None
    codes: list[str | None]
