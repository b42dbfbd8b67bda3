"""How much of the city has property management."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import AreaCode, Day, MomentOfDay, SessionDep
from api.schemas import ChangeOut, TallyOut
from geo import coverage_changes, property_coverage
from geo.coverage_changes import Change
from geo.property_coverage import Grouping, Tally

router = APIRouter(prefix="/v1/property-coverage", tags=["property coverage"])


@router.get("", response_model=list[TallyOut])
def tallies(
    session: SessionDep,
    on: Day,
    at: MomentOfDay,
    by: Annotated[Grouping, Query(description="What to count by.")] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[Tally]:
    """Buildings and households with and without property management on a day."""
    return property_coverage.by(session, by, on=on, at=at, area_code=area)


@router.get("/changes", response_model=list[ChangeOut])
def changes(
    session: SessionDep,
    on: Day,
    at: MomentOfDay,
    since: Annotated[datetime.date, Query(description="The earlier day.")],
    by: Annotated[Grouping, Query(description="What to count by.")] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[Change]:
    """Buildings that gained or lost property management between two days."""
    return coverage_changes.by(session, by, since=since, on=on, at=at, area_code=area)
