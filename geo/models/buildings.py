"""Buildings, those who manage their property, and from when to when they do."""

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

from geo.models.base import CODE, Base, geometry, spatial_index, vocabulary


class ManagerKind(StrEnum):
    """The forms that property management takes."""

    PROPERTY_FIRM = "property_firm"
    HOMEOWNER_COMMITTEE = "homeowner_committee"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee"
    COMMUNITY_LED = "community_led"
    SELF_MANAGED = "self_managed"


class Manager(Base):
    """Who manages property: a firm (物业公司), a committee (业委会, 物管会), or the residents."""

    __tablename__ = "manager"
    __table_args__ = (UniqueConstraint("code", "kind", name="manager_code_kind_unique"),)

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[ManagerKind] = mapped_column(vocabulary(ManagerKind, "manager_kind_known"))
    phone: Mapped[str | None] = mapped_column(Text)
    """For the office alone: never part of a public answer."""


class BuildingStatus(StrEnum):
    """Whether a building counts: a retired one is kept for the questions about the past."""

    STANDING = "standing"
    RETIRED = "retired"


class Building(Base):
    """A building (楼栋) with its outline; it belongs to the grid that covers its `point`."""

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
        vocabulary(BuildingStatus, "building_status_known"), server_default=BuildingStatus.STANDING
    )
    retired_on: Mapped[datetime.date | None]
    """The first day it no longer counts; set exactly while `status` is retired."""
    footprint: Mapped[WKBElement] = mapped_column(geometry("MULTIPOLYGON"))
    point: Mapped[WKBElement] = mapped_column(
        geometry("POINT"), Computed("ST_PointOnSurface(footprint)", persisted=True)
    )


class PropertyCoverage(Base):
    """A building under one manager for a period of days, `[from, to)`.

    A day without a row is a day without property management.
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
    """Always the manager's: the database writes it, so that tiles need not look managers up."""
    covered: Mapped[Range[datetime.date]] = mapped_column(DATERANGE)
