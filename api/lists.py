"""The lists that routes return in pages and exports in whole: their parameters and queries."""

import datetime
from dataclasses import dataclass

from geo import areas, buildings, issues
from geo.coverage.filter import BuildingFilter
from geo.feature_query import BBox, FeatureQuery
from geo.grids import grids
from geo.models import IssueStatus, Level


@dataclass(frozen=True)
class BuildingList:
    """The buildings that stand on a day and pass a filter."""

    on: datetime.date
    at: datetime.datetime
    covered: bool | None
    area: str | None
    bbox: BBox | None
    building_filter: BuildingFilter

    @property
    def query(self) -> FeatureQuery:
        """The query of the list."""
        return buildings.query(
            on=self.on,
            at=self.at,
            covered=self.covered,
            area_code=self.area,
            bbox=self.bbox,
            building_filter=self.building_filter,
        )


@dataclass(frozen=True)
class IssueList:
    """The issues of categories and statuses that were reported in a period."""

    at: datetime.datetime
    categories: tuple[str, ...]
    statuses: tuple[IssueStatus, ...]
    since: datetime.datetime | None
    before: datetime.datetime | None
    area: str | None
    bbox: BBox | None

    @property
    def query(self) -> FeatureQuery:
        """The query of the list."""
        return issues.query(
            at=self.at,
            area_code=self.area,
            categories=self.categories,
            statuses=self.statuses,
            since=self.since,
            before=self.before,
            bbox=self.bbox,
        )


@dataclass(frozen=True)
class GridList:
    """The grids in force at a moment."""

    at: datetime.datetime
    area: str | None
    bbox: BBox | None

    @property
    def query(self) -> FeatureQuery:
        """The query of the list."""
        return grids.query(at=self.at, area_code=self.area, bbox=self.bbox)


@dataclass(frozen=True)
class AreaList:
    """The areas of a level inside an area."""

    level: Level | None
    area: str | None

    @property
    def query(self) -> FeatureQuery:
        """The query of the list."""
        return areas.query(level=self.level, area_code=self.area)
