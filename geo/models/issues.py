"""Issues that residents, riders and stewards report on the ground."""

import datetime
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, geometry, spatial_index, vocabulary


class IssueStatus(StrEnum):
    """How far an issue has come."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Issue(Base):
    """An issue (事件) at a place; `grid_code` is the grid it was filed under and never changes."""

    __tablename__ = "issue"
    __table_args__ = (
        Index(None, "grid_code"),
        Index(None, "reported_at", "ref"),
        spatial_index("geom"),
    )

    ref: Mapped[str] = mapped_column(CODE, primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[IssueStatus] = mapped_column(
        vocabulary(IssueStatus, "issue_status_known"), server_default=IssueStatus.OPEN
    )
    channel: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(geometry("POINT"))
    grid_code: Mapped[str | None] = mapped_column(CODE)
