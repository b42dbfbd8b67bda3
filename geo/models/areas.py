"""The administrative hierarchy, the residential compounds in it, and the backdrop of a map."""

from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, geometry, spatial_index, vocabulary


class Level(StrEnum):
    """The rungs of the hierarchy above the micro-grid, highest first."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"


class Area(Base):
    """A city, district (区县), subdistrict (街道·乡镇) or community (社区·村).

    Its code starts with its parent's, so "within" is a prefix test. The outline may be unknown.
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
    level: Mapped[Level] = mapped_column(vocabulary(Level, "area_level_known"))
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(geometry("MULTIPOLYGON"))


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
    """How many services its station offers; null where it has no station."""
    geom: Mapped[WKBElement | None] = mapped_column(geometry("MULTIPOLYGON"))


class BackdropKind(StrEnum):
    """What lies behind the buildings on a map."""

    ROAD = "road"
    RAIL = "rail"
    WATER = "water"
    GREEN = "green"


class Backdrop(Base):
    """A road, railway, water or park, drawn for orientation only."""

    __tablename__ = "backdrop"
    __table_args__ = (spatial_index("geom"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BackdropKind] = mapped_column(vocabulary(BackdropKind, "backdrop_kind_known"))
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(geometry("GEOMETRY"))
