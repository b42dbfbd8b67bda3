"""Revisions, their lineage, and the differences between them."""

import datetime
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, Field

from api.schemas.base import FromAttributes, RequestBody
from api.schemas.links import LinkOut
from geo.input_types import Name


class RevisionOut(FromAttributes):
    """One publication of micro-grids."""

    number: int = Field(examples=[7])
    title: str = Field(examples=["Weimin: grids 4 and 5 become one"])
    author: str | None = Field(
        validation_alias=AliasChoices("author_name", "author"),
        description="The display name of the publishing account; null without one.",
        examples=["陈晨"],
    )
    published_at: datetime.datetime
    effective_at: datetime.datetime = Field(description="When its grids come into force.")


class RevertIn(RequestBody):
    """How to revert a revision."""

    title: Name | None = None
    leave_empty: bool = Field(
        False, description="Revert even if communities are left without any grid."
    )


class RevisionPageOut(BaseModel):
    """A page of revisions, newest first; `links` has `next` unless it is the last page."""

    revisions: list[RevisionOut]
    links: list[LinkOut] = []


class LineageOut(BaseModel):
    """A part of a grid's area that passed to another grid."""

    from_code: str
    to_code: str
    share: float = Field(description="The part's share of the area of `from_code`.", examples=[0.4])


class RevisionDetailOut(RevisionOut):
    """A revision with the communities that it changed, and the lineage of its grids."""

    communities: list[str]
    lineage: list[LineageOut]


class GridVersionOut(BaseModel):
    """The name and geometry of a grid before or after a change."""

    name: str | None
    geometry: dict[str, Any]


class GridDeltaOut(BaseModel):
    """A grid that differs; `before` is null if it was added, `after` is null if it was removed."""

    code: str = Field(examples=["230407003002004"])
    kinds: list[Literal["added", "removed", "redrawn", "renamed"]]
    changed_area_m2: float = Field(
        description="Area gained and lost, in m²; 0 if only a vertex was added."
    )
    before: GridVersionOut | None
    after: GridVersionOut | None


class GridDiffOut(BaseModel):
    """The grids that differ, by code; `links` has `next` unless it is the last page."""

    changes: list[GridDeltaOut]
    links: list[LinkOut] = []
