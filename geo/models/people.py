"""Grid members: people assigned to micro-grids, their duties and periods."""

import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, text_enum


class Duty(StrEnum):
    """A member's duty in a grid (网格长, 专职, 兼职, 志愿); the head of the grid comes first."""

    HEAD = "head"
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    VOLUNTEER = "volunteer"


class Person(Base):
    """A person assigned to grids. Name and phone are never part of a public response."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("name <> ''", name="person_name_not_empty"),)

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)


class GridMember(Base):
    """A person assigned to a micro-grid (网格员) for a period of days, `[from, to)`.

    It refers to the grid by code, so that members stay when the grid's geometry changes, and a
    retired grid keeps the members it had.
    """

    __tablename__ = "grid_member"
    __table_args__ = (
        CheckConstraint("grid_code <> ''", name="assignment_names_a_grid"),
        CheckConstraint(
            "NOT isempty(assigned) AND NOT lower_inf(assigned)", name="assignment_begins_on_a_day"
        ),
        ExcludeConstraint(
            ("person_code", "="),
            ("grid_code", "="),
            ("assigned", "&&"),
            name="one_assignment_to_a_grid_at_a_time",
            using="gist",
        ),
        Index(None, "grid_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_code: Mapped[str] = mapped_column(CODE, ForeignKey("person.code"))
    grid_code: Mapped[str] = mapped_column(CODE)
    duty: Mapped[Duty] = mapped_column(
        text_enum(Duty, "grid_member_duty_known"), server_default=Duty.PART_TIME
    )
    assigned: Mapped[Range[datetime.date]] = mapped_column(DATERANGE)
