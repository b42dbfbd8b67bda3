"""Issues that residents, couriers and stewards report."""

import datetime
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, TIMESTAMPTZ, Base, geometry_type, spatial_index, text_enum


class IssueStatus(StrEnum):
    """The states of an issue."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Issue(Base):
    """An issue (事件) at a location. `grid_code`, under which it was filed, never changes."""

    __tablename__ = "issue"
    __table_args__ = (
        Index(None, "grid_code"),
        Index(None, "reported_at", "ref"),
        spatial_index("geom"),
    )

    ref: Mapped[str] = mapped_column(CODE, primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ)
    status: Mapped[IssueStatus] = mapped_column(
        text_enum(IssueStatus, "issue_status_known"), server_default=IssueStatus.OPEN
    )
    channel: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(geometry_type("POINT"))
    grid_code: Mapped[str | None] = mapped_column(CODE)
