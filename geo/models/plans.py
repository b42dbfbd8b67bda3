"""Plans: drafts of changes to the grids, their steps and comments, and size limits of grids."""

import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, TIMESTAMPTZ, Base, text_enum


class PlanStatus(StrEnum):
    """The states of a plan. Only a draft can be changed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Plan(Base):
    """A draft of changes to the grids of revision `base_revision`.

    Its first `done` steps are in effect. The steps after them were undone and can be redone.
    """

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("title <> ''", name="plan_title_not_empty"),
        CheckConstraint("base_revision >= 0", name="plan_base_not_negative"),
        CheckConstraint("done >= 0", name="plan_steps_not_negative"),
        CheckConstraint(
            "(status = 'published') = (revision IS NOT NULL)",
            name="published_plan_has_its_revision",
        ),
        UniqueConstraint("author", "publish_key"),
        UniqueConstraint("revision"),
        Index(None, "author"),
        Index(None, "status"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(CODE)
    """The login of its author; on the command line, the name of the system user."""
    status: Mapped[PlanStatus] = mapped_column(
        text_enum(PlanStatus, "plan_status_known"), server_default=PlanStatus.DRAFT
    )
    base_revision: Mapped[int]
    """0 if nothing has been published yet."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Rises with every change: the entity tag that a change repeats in `If-Match`."""
    done: Mapped[int] = mapped_column(server_default="0")
    revision: Mapped[int | None] = mapped_column(ForeignKey("revision.number"))
    publish_key: Mapped[str | None] = mapped_column(Text)
    """The idempotency key of the publish request, so that a retry publishes nothing more."""
    created_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    changed_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())


class PlanStep(Base):
    """One operation of a plan, with the communities that it changes."""

    __tablename__ = "plan_step"
    __table_args__ = (CheckConstraint("number > 0", name="plan_step_number_positive"),)

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    communities: Mapped[list[str]] = mapped_column(ARRAY(CODE))
    made_by: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())


class PlanComment(Base):
    """A comment on a plan."""

    __tablename__ = "plan_comment"
    __table_args__ = (
        CheckConstraint("text <> ''", name="plan_comment_not_empty"),
        Index(None, "plan_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())


class SizeLimit(Base):
    """Limits of the size of grids in an area. The limits of the innermost area apply."""

    __tablename__ = "size_limit"
    __table_args__ = (
        CheckConstraint(
            "least_buildings >= 0 AND most_buildings >= least_buildings",
            name="size_limit_buildings_in_order",
        ),
        CheckConstraint(
            "least_households >= 0 AND most_households >= least_households",
            name="size_limit_households_in_order",
        ),
    )

    area_code: Mapped[str] = mapped_column(CODE, ForeignKey("area.code"), primary_key=True)
    least_buildings: Mapped[int | None]
    most_buildings: Mapped[int | None]
    least_households: Mapped[int | None]
    most_households: Mapped[int | None]
