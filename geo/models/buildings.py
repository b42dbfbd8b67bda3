"""Buildings, property managers, and which manager covers which building when."""

import datetime
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import (
    CheckConstraint,
    Computed,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, geometry_type, spatial_index, text_enum


class ManagerKind(StrEnum):
    """The forms of property management."""

    PROPERTY_FIRM = "property_firm"
    HOMEOWNER_COMMITTEE = "homeowner_committee"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee"
    COMMUNITY_LED = "community_led"
    SELF_MANAGED = "self_managed"


class Manager(Base):
    """A property manager: a firm (物业公司), a committee (业委会, 物管会), or the residents."""

    __tablename__ = "manager"
    __table_args__ = (UniqueConstraint("code", "kind", name="manager_code_kind_unique"),)

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[ManagerKind] = mapped_column(text_enum(ManagerKind, "manager_kind_known"))
    phone: Mapped[str | None] = mapped_column(Text)
    """Internal: never part of a public response."""


class BuildingStatus(StrEnum):
    """Whether a building still stands. Retired buildings stay for queries about past days."""

    STANDING = "standing"
    RETIRED = "retired"


class Building(Base):
    """A building (楼栋) with its footprint. It belongs to the grid that covers its `point`."""

    __tablename__ = "building"
    __table_args__ = (
        CheckConstraint("ST_IsValid(footprint)", name="building_footprint_valid"),
        CheckConstraint("NOT ST_IsEmpty(footprint)", name="building_footprint_not_empty"),
        CheckConstraint("households >= 0", name="building_households_not_negative"),
        CheckConstraint(
            "(status = 'retired') = (retired_on IS NOT NULL)", name="retired_building_has_its_day"
        ),
        Index(None, "community_code"),
        Index(None, "neighborhood_code"),
        spatial_index("footprint"),
    )

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    community_code: Mapped[str | None] = mapped_column(CODE, ForeignKey("area.code"))
    neighborhood_code: Mapped[str | None] = mapped_column(CODE, ForeignKey("neighborhood.code"))
    households: Mapped[int | None]
    floors: Mapped[int | None]
    built_year: Mapped[int | None]
    use: Mapped[str | None] = mapped_column(Text)
    status: Mapped[BuildingStatus] = mapped_column(
        text_enum(BuildingStatus, "building_status_known"), server_default=BuildingStatus.STANDING
    )
    retired_on: Mapped[datetime.date | None]
    """The first day on which it no longer stands; null unless `status` is retired."""
    footprint: Mapped[WKBElement] = mapped_column(geometry_type("MULTIPOLYGON"))
    point: Mapped[WKBElement] = mapped_column(
        geometry_type("POINT"), Computed("ST_PointOnSurface(footprint)", persisted=True)
    )


class PropertyCoverage(Base):
    """A building under one manager for a period of days, `[from, to)`.

    A building without a row for a day has no property management on that day.
    """

    __tablename__ = "property_coverage"
    __table_args__ = (
        CheckConstraint(
            "NOT isempty(covered) AND NOT lower_inf(covered)", name="coverage_begins_on_a_day"
        ),
        ExcludeConstraint(
            ("building_code", "="), ("covered", "&&"), name="one_manager_at_a_time", using="gist"
        ),
        Index(
            "property_coverage_building_code_covered_idx",
            "building_code",
            "covered",
            postgresql_include=["manager_kind"],
        ),
        Index(None, "manager_code"),
        ForeignKeyConstraint(
            ["manager_code", "manager_kind"],
            ["manager.code", "manager.kind"],
            name="property_coverage_manager_code_exists",
            onupdate="CASCADE",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    building_code: Mapped[str] = mapped_column(CODE, ForeignKey("building.code"))
    manager_code: Mapped[str] = mapped_column(CODE)
    manager_kind: Mapped[ManagerKind] = mapped_column(String(40), server_default=FetchedValue())
    """A copy of the manager's kind that a trigger maintains, so that tiles need no join."""
    covered: Mapped[Range[datetime.date]] = mapped_column(DATERANGE)
