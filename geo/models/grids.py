"""Micro-grids with their periods of validity, and the revisions that publish them."""

import datetime

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, column_property, mapped_column

from geo.models.accounts import Account
from geo.models.base import CODE, TIMESTAMPTZ, Base, geometry_type, spatial_index


class Revision(Base):
    """One publication of micro-grids. Numbers rise by one; later numbers take effect later."""

    __tablename__ = "revision"
    __table_args__ = (
        CheckConstraint("number > 0", name="revision_number_positive"),
        Index(None, "effective_at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    effective_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    """When its grids come into force: on publication, unless it is scheduled or backdated."""
    title: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    """A login; on the command line, the name of the system user. Never in a public response."""
    author_name: Mapped[str | None] = column_property(
        select(Account.name).where(Account.login == author).scalar_subquery()
    )
    """The display name of the author's account; null without one."""


class MicroGrid(Base):
    """One geometry of a micro-grid (微网格) and its period in force. Each change adds a row."""

    __tablename__ = "micro_grid"
    __table_args__ = (
        CheckConstraint(
            "starts_with(code, community_code) AND length(code) > length(community_code)",
            name="grid_code_starts_with_its_communitys",
        ),
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="grid_shape_valid"),
        CheckConstraint(
            "NOT isempty(in_force) AND NOT lower_inf(in_force)", name="grid_begins_at_a_moment"
        ),
        ExcludeConstraint(
            ("code", "="), ("in_force", "&&"), name="one_shape_at_a_time", using="gist"
        ),
        Index(None, "code"),
        Index(None, "community_code"),
        Index(None, "begun_in"),
        Index(None, "ended_in"),
        spatial_index("geom"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(CODE)
    name: Mapped[str | None] = mapped_column(Text)
    community_code: Mapped[str] = mapped_column(CODE, ForeignKey("area.code"))
    geom: Mapped[WKBElement] = mapped_column(geometry_type("MULTIPOLYGON"))
    label_point: Mapped[WKBElement] = mapped_column(
        geometry_type("POINT"), Computed("ST_PointOnSurface(geom)", persisted=True), deferred=True
    )
    """Where tiles put its label."""
    in_force: Mapped[Range[datetime.datetime]] = mapped_column(TSTZRANGE)
    begun_in: Mapped[int] = mapped_column(ForeignKey("revision.number"))
    ended_in: Mapped[int | None] = mapped_column(ForeignKey("revision.number"))
