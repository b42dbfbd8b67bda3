"""The lineage of grids: how much area passed from which grid to which."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base


class Lineage(Base):
    """Area that passed between two grids in a revision, as a share of the grid it came from."""

    __tablename__ = "lineage"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="lineage_share_is_a_part"),
        Index(None, "from_code"),
        Index(None, "to_code"),
    )

    revision: Mapped[int] = mapped_column(
        ForeignKey("revision.number", ondelete="CASCADE"), primary_key=True
    )
    from_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    to_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    share: Mapped[float]
