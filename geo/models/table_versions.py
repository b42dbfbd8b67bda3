"""The marks that changes leave, by which two states of a table are told apart."""

from decimal import Decimal

from sqlalchemy import BigInteger, Identity, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base


class Mark(Base):
    """A random number that a trigger left when a statement wrote to the table `subject`.

    The sum of a subject's numbers names its state. Rows may be added up into one: the sum stays.
    """

    __tablename__ = "mark"
    __table_args__ = (Index(None, "subject"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[str] = mapped_column(CODE)
    number: Mapped[Decimal] = mapped_column(Numeric)
