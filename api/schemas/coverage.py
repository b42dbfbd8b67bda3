"""Property coverage."""

import datetime

from pydantic import BaseModel, Field

from api.schemas.base import FromAttributes


class CoverageFiguresOut(FromAttributes):
    """Property coverage of one area, neighborhood or grid."""

    code: str
    name: str | None
    buildings: int
    covered: int
    uncovered: int
    rate: float | None = Field(description="Covered per building, 0 to 1; null without buildings.")
    households: int
    covered_households: int


class CoverageChangeOut(FromAttributes):
    """Buildings of one area, neighborhood or grid whose coverage differs between two days."""

    code: str
    name: str | None
    gained: int = Field(description="Uncovered on the earlier day, covered on the later one.")
    lost: int = Field(description="Covered on the earlier day, uncovered on the later one.")
    buildings_before: int = Field(description="Standing on the earlier day.")
    uncovered_before: int = Field(description="Standing and uncovered on the earlier day.")
    rate_before: float | None = Field(
        description="Covered per building on the earlier day, 0 to 1; null without buildings."
    )


class CoverageTrendOut(FromAttributes):
    """Property coverage of an area on the day of a trend."""

    on: datetime.date
    buildings: int
    covered: int
    uncovered: int
    rate: float | None = Field(description="Covered per building, 0 to 1; null without buildings.")


class CoveragePeriodOut(BaseModel):
    """A period in which one manager covered a building."""

    manager_code: str
    manager: str
    manager_kind: str
    covered_from: datetime.date
    covered_to: datetime.date | None = Field(description="The first day after the period.")
