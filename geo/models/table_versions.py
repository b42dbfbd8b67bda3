"""Versions of tables: equal versions mean equal contents."""

from decimal import Decimal

from sqlalchemy import BigInteger, Identity, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base


class TableVersion(Base):
    """A random token that a trigger inserts after every statement that writes to `table_name`.

    The version of a table is the sum of its tokens, so rows may be replaced by their sum.
    """

    __tablename__ = "table_version"
    __table_args__ = (Index(None, "table_name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    table_name: Mapped[str] = mapped_column(CODE)
    token: Mapped[Decimal] = mapped_column(Numeric)
