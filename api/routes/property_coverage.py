"""How much of the city has property management."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import AreaCode, Day, MomentOfDay, SessionDep
from api.schemas import TallyOut
from geo import property_coverage
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
