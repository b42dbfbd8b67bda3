"""Questions about the people of a grid: how many there are, and who."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from geo.grids.grids import GridUnknown
from geo.models import Duty, GridMember, MicroGrid, Person


@dataclass(frozen=True)
class Numbers:
    """How many members a grid has, of each duty too; all that the public is told of them."""

    count: int
    by_duty: Mapping[str, int]


def assigned_on(day: datetime.date) -> ColumnElement[bool]:
    """Return the condition that an assignment holds on a day."""
    return GridMember.assigned.contains(day)


def numbers(session: Session, grid_code: str, *, on: datetime.date) -> Numbers:
    """Return how many members a grid has on a day; a duty that nobody has counts 0."""
    counts = (
        select(GridMember.duty, func.count().label("held"))
        .where(GridMember.grid_code == grid_code, assigned_on(on))
        .group_by(GridMember.duty)
    )
    found = {row.duty: row.held for row in session.execute(counts)}
    return Numbers(sum(found.values()), {duty.value: found.get(duty, 0) for duty in Duty})


def members(session: Session, grid_code: str, *, on: datetime.date) -> list[dict[str, Any]]:
    """Return who is assigned to a grid on a day: the head first, then by duty and code.

    A retired grid has those whose assignments go on. Raises GridUnknown for a code that no grid
    has ever had.
    """
    known = select(exists().where(MicroGrid.code == grid_code))
    if not session.scalar(known):
        raise GridUnknown(f"There is no grid {grid_code!r}.", hint="GET /v1/grids lists the grids.")
    assigned = (
        select(
            Person.code,
            Person.name,
            Person.phone,
            GridMember.duty,
            func.lower(GridMember.assigned).label("since"),
            func.upper(GridMember.assigned).label("until"),
        )
        .join(Person, Person.code == GridMember.person_code)
        .where(GridMember.grid_code == grid_code, assigned_on(on))
    )
    found = [dict(row) for row in session.execute(assigned).mappings()]
    ladder = list(Duty)
    return sorted(found, key=lambda member: (ladder.index(member["duty"]), member["code"]))
