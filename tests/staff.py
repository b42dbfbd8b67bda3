"""People assigned to the grids of tests/district.py."""

from collections.abc import Iterable

import pytest
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.models import Duty, GridMember, Person
from tests.district import day

GRID = "230403001001001"
NAME, PHONE = "欧阳不外传", "000-0000-4711"
"""Must be in no public response."""

Assignment = tuple[str, str, Duty, str, str | None]
ASSIGNMENTS: tuple[Assignment, ...] = (
    ("P1", GRID, Duty.HEAD, "2021-01-01", None),
    ("P2", GRID, Duty.PART_TIME, "2021-01-01", "2023-01-01"),
    ("P3", GRID, Duty.VOLUNTEER, "2022-06-01", None),
    ("P3", "230403001002001", Duty.PART_TIME, "2021-01-01", None),
)
"""Person, grid, duty, first day, end."""


def assign(session: Session, rows: Iterable[Assignment] = ASSIGNMENTS) -> None:
    """Assign people to grids. All have the same name and phone."""
    rows = list(rows)
    for code in sorted({person for person, *_ in rows}):
        session.merge(Person(code=code, name=NAME, phone=PHONE))
    session.flush()
    for person, grid, duty, begin, end in rows:
        days = Range(day(begin), end and day(end))
        session.add(GridMember(person_code=person, grid_code=grid, duty=duty, assigned=days))
    session.commit()


@pytest.fixture
def staffed(district: Session) -> Session:
    """The district with ASSIGNMENTS."""
    assign(district)
    return district
