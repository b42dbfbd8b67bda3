"""The people assigned to a grid: how many, and who."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from geo.grids.grids import GridUnknown
from geo.models import Duty, GridMember, MicroGrid, Person


@dataclass(frozen=True)
class MemberCounts:
    """How many members a grid has, in all and by duty. This is all that public answers contain."""

    count: int
    by_duty: Mapping[str, int]


def assigned_on(day: datetime.date) -> ColumnElement[bool]:
    """Return the condition that an assignment includes a day."""
    return GridMember.assigned.contains(day)


def count_members(session: Session, grid_code: str, *, on: datetime.date) -> MemberCounts:
    """Return how many members a grid has on a day; a duty without members counts 0."""
    statement = (
        select(GridMember.duty, func.count().label("members"))
        .where(GridMember.grid_code == grid_code, assigned_on(on))
        .group_by(GridMember.duty)
    )
    counts = {row.duty: row.members for row in session.execute(statement)}
    return MemberCounts(sum(counts.values()), {duty.value: counts.get(duty, 0) for duty in Duty})


def list_members(session: Session, grid_code: str, *, on: datetime.date) -> list[dict[str, Any]]:
    """Return the people assigned to a grid on a day, ordered by duty (the head first) and code.

    A retired grid keeps the assignments that have not ended. Raises GridUnknown for a code that no
    grid has ever had.
    """
    if not session.scalar(select(exists().where(MicroGrid.code == grid_code))):
        raise GridUnknown(f"There is no grid {grid_code!r}.", hint="GET /v1/grids lists the grids.")
    statement = (
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
    rows = [dict(row) for row in session.execute(statement).mappings()]
    rank = {duty: position for position, duty in enumerate(Duty)}
    return sorted(rows, key=lambda row: (rank[row["duty"]], row["code"]))
