"""How much of the city has property management."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session

from api.deps import AreaCode, Box, Day, MomentOfDay, SessionDep, SettingsDep
from api.schemas.resources import ChangeOut, TallyOut
from geo.coverage import changes as coverage_changes
from geo.coverage import figures
from geo.coverage.changes import Change
from geo.coverage.counts import Known
from geo.coverage.figures import Grouping, Tally
from geo.coverage.filter import BuildingFilter, Reason
from geo.models import ManagerKind
from geo.settings import Settings
from geo.tiles import versions
from geo.tiles.layers import Layer

router = APIRouter(prefix="/v1/property-coverage", tags=["property coverage"])

_Uses = Annotated[list[str], Query(max_length=100)]
_Year = Annotated[int | None, Query(ge=0, le=9999)]


async def _among(
    manager_kind: Annotated[
        list[ManagerKind], Query(description="Only buildings under managers of these kinds, …")
    ] = [],  # noqa: B006  # FastAPI makes a new list for every request
    reason: Annotated[
        list[Reason], Query(description="… and those that are uncovered for these reasons.")
    ] = [],  # noqa: B006
    built_from: Annotated[_Year, Query(description="Built in this year or later.")] = None,
    built_to: Annotated[_Year, Query(description="Built in this year or earlier.")] = None,
    use: Annotated[_Uses, Query(description="Only these uses; empty for unknown.")] = [],  # noqa: B006
    not_use: Annotated[_Uses, Query(description="None of these uses.")] = [],  # noqa: B006
) -> BuildingFilter:
    return BuildingFilter(
        manager_kinds=frozenset(manager_kind),
        reasons=frozenset(reason),
        built_from=built_from,
        built_to=built_to,
        uses=frozenset(use),
        not_uses=frozenset(not_use),
    )


AmongDep = Annotated[BuildingFilter, Depends(_among)]


@router.get("", response_model=list[TallyOut])
def tallies(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    on: Day,
    at: MomentOfDay,
    among: AmongDep,
    box: Box,
    by: Annotated[Grouping, Query(description="What to count by.")] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[Tally]:
    """Buildings and households with and without property management on a day.

    With a box, of the places that meet it, each as a whole; with a choice of buildings, of those.
    """
    known = _known(request, session, settings, by, on, at)
    return figures.remembered(
        session, by, known, on=on, at=at, area_code=area, box=box, among=among
    )


def _known(
    request: Request,
    session: Session,
    settings: Settings,
    by: Grouping,
    on: datetime.date,
    at: datetime.datetime,
) -> Known:
    """Return what was counted of this day before, by tiles or figures, in the very same state."""
    layer = Layer.GRIDS if by is Grouping.GRID else Layer.AREAS
    state, revisions = versions.of_layer(session, layer, settings.timezone, at)
    ground = versions.ground(state, revisions, on, at, settings.timezone)
    known: Known = request.app.state.memory.tallies.at(ground)
    return known


@router.get("/changes", response_model=list[ChangeOut])
def changes(
    session: SessionDep,
    on: Day,
    at: MomentOfDay,
    among: AmongDep,
    since: Annotated[datetime.date, Query(description="The earlier day.")],
    by: Annotated[Grouping, Query(description="What to count by.")] = Grouping.DISTRICT,
    area: AreaCode = None,
) -> list[Change]:
    """Buildings that gained or lost property management between two days.

    With a choice of buildings, of those that are chosen on either day.
    """
    return coverage_changes.by(session, by, since=since, on=on, at=at, area_code=area, among=among)
