"""Administrative areas, neighborhoods (residential compounds) and the backdrop of maps."""

from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, geometry_type, spatial_index, text_enum


class Level(StrEnum):
    """The administrative levels above the micro-grid, highest first."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"


class Area(Base):
    """A city, district (区县), subdistrict (街道·乡镇) or community (社区·村).

    Its code starts with its parent's code, so "within" is a prefix test. `geom` is null if unknown.
    """

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(
            "starts_with(code, parent_code) AND length(code) > length(parent_code)",
            name="area_code_starts_with_its_parents",
        ),
        CheckConstraint("code <> ''", name="area_code_not_empty"),
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="area_shape_valid"),
        Index(None, "parent_code"),
        Index(None, "level", "code"),
        spatial_index("geom"),
    )

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(CODE, ForeignKey("area.code"))
    level: Mapped[Level] = mapped_column(text_enum(Level, "area_level_known"))
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(geometry_type("MULTIPOLYGON"))
    label_point: Mapped[WKBElement | None] = mapped_column(
        geometry_type("POINT"), Computed("ST_PointOnSurface(geom)", persisted=True), deferred=True
    )
    """Where tiles put its label."""


class Neighborhood(Base):
    """A residential compound (小区) in one community, with or without a service station."""

    __tablename__ = "neighborhood"
    __table_args__ = (
        CheckConstraint(
            "ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="neighborhood_shape_valid"
        ),
        CheckConstraint("station_services > 0", name="neighborhood_station_offers_something"),
        Index(None, "community_code"),
        spatial_index("geom"),
    )

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    community_code: Mapped[str] = mapped_column(CODE, ForeignKey("area.code"))
    station_services: Mapped[int | None]
    """How many services its service station offers; null if it has no station."""
    geom: Mapped[WKBElement | None] = mapped_column(geometry_type("MULTIPOLYGON"))


class BackdropKind(StrEnum):
    """The kinds of backdrop features."""

    ROAD = "road"
    RAIL = "rail"
    WATER = "water"
    GREEN = "green"


class Backdrop(Base):
    """A road, railway, water or park that maps show for orientation only."""

    __tablename__ = "backdrop"
    __table_args__ = (spatial_index("geom"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BackdropKind] = mapped_column(text_enum(BackdropKind, "backdrop_kind_known"))
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(geometry_type("GEOMETRY"))
